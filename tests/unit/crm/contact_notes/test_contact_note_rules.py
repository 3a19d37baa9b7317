"""What a valid note is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from almoner.crm.contact_notes.rules import TYPES, checked
from almoner.kernel.errors import Invalid

TODAY = date(2024, 3, 5)
SAID = {
    "type": "Call",
    "note": "Hello",
    "note_date_time": None,
    "important": False,
    "private": True,
    "is_private": False,
}


def row(**fields: Any) -> dict[str, Any]:
    return checked({**SAID, **fields}, TODAY)


def test_an_undated_note_is_of_today_and_names_are_those_of_columns() -> None:
    assert row() == {
        "type": "Call",
        "note": "Hello",
        "noted_on": TODAY,
        "important": False,
        "is_private": True,
    }
    assert row(note_date_time="12/7/2023")["noted_on"] == date(2023, 12, 7)
    assert "noted_on" not in checked(SAID)


@pytest.mark.parametrize(
    ("private", "is_private"), [(True, False), (False, True), (True, True), (False, False)]
)
def test_a_note_is_private_under_either_name(*, private: bool, is_private: bool) -> None:
    assert row(private=private, is_private=is_private)["is_private"] is (private or is_private)


@pytest.mark.parametrize("label", TYPES)
def test_a_type_is_known_by_label_and_by_code(label: str) -> None:
    code = label[0].lower() + label[1:].replace(" ", "")
    assert {row(type=text)["type"] for text in (label, label.upper(), code, f" {label} ")} == {label}


def test_every_broken_field_is_named_with_the_choices() -> None:
    with pytest.raises(Invalid) as refused:
        row(type="Telepathy", note="  ", note_date_time="soon")
    assert [broken.field for broken in refused.value.fields] == ["type", "noteDateTime", "note"]
    assert "Text Message" in refused.value.fields[0].message

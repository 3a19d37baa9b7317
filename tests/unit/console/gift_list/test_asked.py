"""What the address of a list says, and the address that says it."""

from __future__ import annotations

import pytest

from almoner.console.gift_list.rules import TAKE, asked, older
from almoner.kernel.errors import Invalid
from almoner.sync.rules import Reason, State


def test_a_state_and_a_reason_are_told_apart_by_their_names() -> None:
    assert asked("failed", "", "", None, None).show is State.FAILED
    assert asked("project_unknown", "ROOF", "", None, None).show is Reason.PROJECT_UNKNOWN


def test_what_there_is_not_is_refused() -> None:
    with pytest.raises(Invalid):
        asked("lost", "", "", None, None)


def test_an_address_says_what_was_asked_and_where_the_page_goes_on() -> None:
    wanted = asked("project_unknown", "A & B", " ada  m ", None, 90)
    assert wanted.address(before=50) == "/console/gifts?show=project_unknown&detail=A+%26+B&q=ada+m&before=50"
    assert wanted.address(detail=None) == "/console/gifts?show=project_unknown&q=ada+m"
    assert asked("", "", "", None, None).address() == "/console/gifts"


@pytest.mark.parametrize(
    ("text", "gift_id"),
    [("434", 434), ("#434", 434), ("4 3", None), ("9" * 30, None), ("x1", None), ("", None)],
)
def test_a_number_is_a_gifts(text: str, gift_id: int | None) -> None:
    assert asked("", "", text, None, None).gift_id == gift_id


def test_a_list_ends_where_nothing_more_was_found() -> None:
    ids = list(range(100, 100 - TAKE - 1, -1))
    assert older(ids, None) == ids[TAKE - 1]
    assert older(ids[:TAKE], None) is None
    assert older(ids[:3], 7) == 7

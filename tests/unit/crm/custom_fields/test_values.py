"""What is kept of what a body says of the organization's own fields, and how it is told."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.crm.custom_fields.requests import CustomFieldValueBody
from almoner.crm.custom_fields.rules import Definition
from almoner.crm.custom_fields.values import TEXT_MAX, Fields
from almoner.crm.custom_fields.views import told_value
from almoner.kernel.errors import FieldError


def definition(number: int, name: str, data_type: str = "Text", **more: Any) -> Definition:
    """A field of this type."""
    plain = {"display_name": f"The {name}", "options": (), "is_required": False}
    return Definition(**{**plain, **more}, id=number, name=name, data_type=data_type)


TEXT, NUMBER, DAY, TRUTH = (
    definition(1, "Source"),
    definition(2, "Score", "Number"),
    definition(3, "Sent On", "DateTime"),
    definition(4, "Checked", "Boolean"),
)
CHOICE = definition(5, "Colour", "Dropdown", options=("Red", "Dark Blue"))
FIELDS = Fields([TEXT, NUMBER, DAY, TRUTH, CHOICE])


def kept(said: Any, was: Any = None, fields: Fields = FIELDS, **more: Any) -> tuple[Any, list[FieldError]]:
    """What is kept, and what is wrong."""
    errors: list[FieldError] = []
    text = fields.written(said, errors, was=None if was is None else json.dumps(was), **more)
    return json.loads(text, parse_float=Decimal), errors


def one(name: str, value: Any) -> Any:
    """What is kept of one value that is fine."""
    values, errors = kept({name: value})
    assert not errors
    return next(iter(values.values()), None)


def test_values_come_as_a_list_or_as_an_object_by_any_name_in_any_case() -> None:
    listed = [
        CustomFieldValueBody(name="SOURCE", value="web"),
        CustomFieldValueBody(name="the score", value=3),
    ]
    assert kept(listed) == kept({"source": " web ", "Score": "3"}) == ({"1": "web", "2": 3}, [])


@pytest.mark.parametrize(
    ("name", "written", "stored"),
    [
        ("Score", "3.20", Decimal("3.2")),
        ("Score", 96.8, Decimal("96.8")),
        ("Score", "-0012", -12),
        ("Sent On", "9/8/2021", "2021-09-08"),
        ("Sent On", "2021-09-08T10:00:00Z", "2021-09-08"),
        ("Checked", "TRUE", True),
        ("Checked", False, False),
        ("Colour", "dark  BLUE", "Dark Blue"),
        ("Source", 7, "7"),
        ("Source", "", None),
        ("Score", None, None),
    ],
)
def test_a_value_is_of_its_field_s_type(name: str, written: Any, stored: Any) -> None:
    assert one(name, written) == stored


@pytest.mark.parametrize(
    ("name", "value", "code", "text"),
    [
        ("Score", "many", "INVALID", "no number"),
        ("Score", "1e30", "INVALID", "At most 18 digits"),
        ("Score", "0.12345678901", "INVALID", "10 behind the point"),
        ("Sent On", "31/12/2021", "INVALID", "no date"),
        ("Checked", "yes", "INVALID", "neither true nor false"),
        ("Colour", "Redd", "INVALID", "Did you mean 'Red'? What can be: Red, Dark Blue."),
        ("Source", "x" * (TEXT_MAX + 1), "INVALID", "At most 4000"),
        ("Source", ["x"], "WRONG_TYPE", "Expected text"),
        ("Sourse", "x", "UNKNOWN", "There is no custom field 'Sourse'. Did you mean 'Source'"),
    ],
)
def test_what_is_wrong_with_a_value_is_told(name: str, value: Any, code: str, text: str) -> None:
    _, (error,) = kept({name: value})
    assert (error.field, error.code) == (f"customFields.{name}", code) and text in error.message


def test_two_values_of_one_field_contradict_each_other() -> None:
    _, (error,) = kept({"Source": "a", "the source": "b"})
    assert error.code == "INCONSISTENT"


def test_a_replacement_clears_what_it_leaves_out_and_a_change_does_not() -> None:
    was = {"1": "web", "2": 3}
    assert kept({"Score": 4}, was)[0] == {"2": 4}
    assert kept({"Score": 4}, was, keeps=True)[0] == {"1": "web", "2": 4}
    assert kept({"Score": ""}, was, keeps=True)[0] == {"1": "web"}


def test_values_of_archived_fields_stay() -> None:
    assert kept(None, {"9": "old", "1": "web"})[0] == {"9": "old"}


def test_a_value_that_is_sent_back_as_it_was_told_stays_though_the_list_lost_it() -> None:
    assert kept({"Colour": "Green"}, {"5": "Green"}) == ({"5": "Green"}, [])
    assert kept({"Colour": "Green"}, {"5": "Red"})[1]


def test_a_required_field_is_missed_where_all_are_said_or_when_it_is_cleared() -> None:
    fields = Fields([definition(1, "Source", is_required=True)])
    assert [error.code for error in kept(None, fields=fields)[1]] == ["REQUIRED"]
    assert [error.code for error in kept({"Source": " "}, {"1": "a"}, fields, keeps=True)[1]] == ["REQUIRED"]
    assert not kept({}, {}, fields, keeps=True)[1]


@given(
    st.decimals(-(10**17), 10**17, places=4) | st.dates(date(1900, 1, 1), date(2199, 12, 31)) | st.booleans()
)
def test_what_is_told_and_sent_back_is_the_same(value: Any) -> None:
    names = {bool: TRUTH, date: DAY}
    each = names.get(type(value), NUMBER)
    written = value if isinstance(value, bool) else str(value)
    (stored,) = kept({each.name: written})[0].values()
    text = str(stored).lower() if isinstance(stored, bool) else str(stored)
    assert list(kept({each.name: told_value(each.data_type, text)})[0].values()) == [stored]


def test_a_blank_name_says_nothing_but_a_value_that_is_none_is_refused_with_it() -> None:
    assert kept([CustomFieldValueBody(name="", value="x")]) == ({}, [])
    assert [error.code for error in kept([CustomFieldValueBody(name="", value={})])[1]] == ["WRONG_TYPE"]

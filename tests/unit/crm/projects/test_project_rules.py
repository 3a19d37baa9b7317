"""What a valid new project is and which code it gets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.crm.projects.rules import CODE_LENGTH_MAX, checked, code_from, free_code
from almoner.kernel.errors import Invalid


def row(currency: str = "USD", **fields: Any) -> dict[str, Any]:
    """The columns of a project with these fields."""
    return checked({"name": "Clean Water", **fields}, currency)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Clean Water Initiative", "CLEAN-WATER-INITIATIVE"),
        ("  Women's fund (2024) ", "WOMENS-FUND-2024"),
        ("Églises & Écoles", "EGLISES-ECOLES"),
        ("水", "PROJECT"),
        ("--", "PROJECT"),
    ],
)
def test_a_code_is_made_from_the_name(name: str, code: str) -> None:
    assert code_from(name) == code


@given(st.text())
def test_a_code_is_short_plain_and_never_empty(name: str) -> None:
    code = code_from(name)
    assert code.isascii() and code == code.upper() and 1 <= len(code) <= CODE_LENGTH_MAX
    assert code.replace("-", "").isalnum() and code.strip("-") == code


def test_a_code_in_use_is_numbered() -> None:
    assert free_code("WATER", set()) == "WATER"
    assert free_code("WATER", {"water"}) == "WATER-2"
    assert free_code("WATER", {"water", "water-2", "water-4"}) == "WATER-3"
    assert free_code("WATER", {"watering", "water-2"}) == "WATER"


def test_a_project_starts_empty() -> None:
    assert row() == {
        "name": "Clean Water",
        "project_code": None,
        "beginning_balance_minor": 0,
        "financial_need_minor": 0,
        "start_on": None,
        "end_on": None,
    }


def test_what_needs_no_check_is_a_column_as_it_is() -> None:
    assert row(location="Here", is_public=False).items() >= {"location": "Here", "is_public": False}.items()


def test_amounts_are_exact_minor_units_of_the_organizations_currency() -> None:
    assert row(beginning_balance=Decimal("47823.50"))["beginning_balance_minor"] == 4782350
    assert row("JPY", financial_need_amount=Decimal(500))["financial_need_minor"] == 500
    assert row(beginning_balance=Decimal("-0.01"))["beginning_balance_minor"] == -1


def test_a_current_balance_alone_is_the_beginning_balance() -> None:
    assert row(current_balance=Decimal("12.5"))["beginning_balance_minor"] == 1250
    both = row(beginning_balance=Decimal("12.5"), current_balance=Decimal("12.50"))
    assert both["beginning_balance_minor"] == 1250


def test_blank_optional_text_counts_as_absent() -> None:
    blank = row(project_code="  ", start_date="", end_date=" ")
    assert (blank["project_code"], blank["start_on"], blank["end_on"]) == (None, None, None)


def test_days_lose_their_time() -> None:
    days = row(start_date="2024-11-01T23:00:00Z", end_date="12/31/2024")
    assert (days["start_on"], days["end_on"]) == (date(2024, 11, 1), date(2024, 12, 31))


def test_every_broken_field_is_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        row(
            name="  ",
            beginning_balance=Decimal("1.234"),
            current_balance=Decimal("1e40"),
            financial_need_amount=Decimal("0.001"),
            start_date="soon",
            end_date="later",
        )
    assert {(field.field, field.code) for field in caught.value.fields} == {
        ("name", "REQUIRED"),
        ("beginningBalance", "TOO_PRECISE"),
        ("currentBalance", "TOO_LARGE"),
        ("financialNeedAmount", "TOO_PRECISE"),
        ("startDate", "INVALID"),
        ("endDate", "INVALID"),
    }


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"start_date": "2024-02-02", "end_date": "2024-02-01"}, ("endDate", "OUT_OF_RANGE")),
        (
            {"beginning_balance": Decimal(1), "current_balance": Decimal(2)},
            ("currentBalance", "INCONSISTENT"),
        ),
    ],
)
def test_fields_that_contradict_each_other(fields: dict[str, Any], named: tuple[str, str]) -> None:
    with pytest.raises(Invalid) as caught:
        row(**fields)
    assert [(field.field, field.code) for field in caught.value.fields] == [named]

"""What a valid new project is and which code it gets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.crm.custom_fields.values import Fields
from almoner.crm.projects.rules import CODE_LENGTH_MAX, NEW, checked, code_from, free_code, revised, temporary
from almoner.kernel.errors import Invalid


def row(currency: str = "USD", **fields: Any) -> dict[str, Any]:
    """The columns of a project with these fields."""
    return checked({"name": "Clean Water", **fields}, currency, Fields([]))


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
        "balance_change_minor": 0,
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
    assert (both["beginning_balance_minor"], both["balance_change_minor"]) == (1250, 0)


def test_both_balances_are_free_of_each_other() -> None:
    both = row(beginning_balance=Decimal(0), current_balance=Decimal("123.12"))
    assert (both["beginning_balance_minor"], both["balance_change_minor"]) == (0, 12312)


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


def test_a_project_cannot_end_before_it_starts() -> None:
    with pytest.raises(Invalid) as caught:
        row(start_date="2024-02-02", end_date="2024-02-01")
    assert [(field.field, field.code) for field in caught.value.fields] == [("endDate", "OUT_OF_RANGE")]


# --- changes

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
WAS = {**NEW, "beginning_balance_minor": 1_000, "balance_change_minor": 50, "start_on": date(2026, 3, 1)}


def change(was: dict[str, Any] = WAS, given: int = 700, **fields: Any) -> dict[str, Any]:
    """The columns that these fields change."""
    return revised(fields, was, given, "USD", Fields([]), NOW)


def test_what_is_not_said_is_no_column() -> None:
    assert change() == {}
    assert change(location=None) == {"location": None}


@pytest.mark.parametrize(
    ("said", "columns"),
    [
        ({"beginning_balance": Decimal(20)}, {"beginning_balance_minor": 2_000}),
        ({"current_balance": Decimal(20)}, {"balance_change_minor": 2_000 - 1_000 - 700}),
        ({"current_balance": None}, {"balance_change_minor": 0}),
        (
            {"beginning_balance": Decimal(3), "current_balance": Decimal(20)},
            {"beginning_balance_minor": 300, "balance_change_minor": 2_000 - 300 - 700},
        ),
        (
            {"beginning_balance": None, "current_balance": None},
            {"beginning_balance_minor": 0, "balance_change_minor": 0},
        ),
    ],
)
def test_a_balance_that_is_set_is_kept_as_what_it_is_beyond_what_was_given(
    said: dict[str, Any], columns: dict[str, int]
) -> None:
    assert change(**said) == columns


def test_a_day_that_changes_is_held_against_the_one_that_stays() -> None:
    with pytest.raises(Invalid):
        change(end_date="2026-02-28")
    assert change(end_date="2026-03-01") == {"end_on": date(2026, 3, 1)}


def test_a_blank_code_stays() -> None:
    assert change(project_code=" ") == {}
    assert change(project_code=" W ") == {"project_code": "W"}


def test_a_status_for_a_while_that_is_said_as_it_is_goes_on() -> None:
    was = {**WAS, **temporary("Sold out", 5, NOW)}
    assert was["temporary_until"] == NOW + timedelta(minutes=5)
    ended = {"temporary_status": None, "temporary_until": None}
    assert change(was, inventory_status="Sold out") == {}
    assert change(was, inventory_status="Plenty") == {"inventory_status": "Plenty", **ended}
    over = {**was, "temporary_until": NOW}
    assert change(over, inventory_status="Sold out") == {"inventory_status": "Sold out", **ended}
    assert temporary(" ", None, NOW) == {"inventory_status": None, **ended}

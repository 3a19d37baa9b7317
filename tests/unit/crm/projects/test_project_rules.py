"""What a valid new project is and which code it gets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.crm.projects.rules import CODE_LENGTH_MAX, code_from, draft, free_code
from almoner.crm.projects.schemas import ProjectCreateBody
from almoner.kernel.errors import Invalid


def body(**fields: Any) -> ProjectCreateBody:
    return ProjectCreateBody(**{"name": "Clean Water", **fields})


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
    checked = draft(body(), "USD")
    assert (checked.name, checked.code, checked.beginning_balance_minor) == ("Clean Water", None, 0)
    assert (checked.financial_need_minor, checked.start_on, checked.end_on) == (0, None, None)


def test_amounts_are_exact_minor_units_of_the_organizations_currency() -> None:
    assert draft(body(beginning_balance=Decimal("47823.50")), "USD").beginning_balance_minor == 4782350
    assert draft(body(financial_need_amount=Decimal(500)), "JPY").financial_need_minor == 500
    assert draft(body(beginning_balance=Decimal("-0.01")), "USD").beginning_balance_minor == -1


def test_a_current_balance_alone_is_the_beginning_balance() -> None:
    assert draft(body(current_balance=Decimal("12.5")), "USD").beginning_balance_minor == 1250
    both = body(beginning_balance=Decimal("12.5"), current_balance=Decimal("12.50"))
    assert draft(both, "USD").beginning_balance_minor == 1250


def test_blank_optional_text_counts_as_absent() -> None:
    checked = draft(body(project_code="  ", start_date="", end_date=" "), "USD")
    assert (checked.code, checked.start_on, checked.end_on) == (None, None, None)


def test_days_lose_their_time() -> None:
    checked = draft(body(start_date="2024-11-01T23:00:00Z", end_date="12/31/2024"), "USD")
    assert (checked.start_on, checked.end_on) == (date(2024, 11, 1), date(2024, 12, 31))


def test_every_broken_field_is_named_at_once() -> None:
    request = body(
        name="  ",
        beginning_balance=Decimal("1.234"),
        current_balance=Decimal("1e40"),
        financial_need_amount=Decimal("0.001"),
        start_date="soon",
        end_date="later",
    )
    with pytest.raises(Invalid) as caught:
        draft(request, "USD")
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
        draft(body(**fields), "USD")
    assert [(field.field, field.code) for field in caught.value.fields] == [named]

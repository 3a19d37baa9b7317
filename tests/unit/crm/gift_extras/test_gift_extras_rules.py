"""How much of a gift a receipt may name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from almoner.kernel.deductible import deductible

minor = st.integers(min_value=0, max_value=10**15)


def test_what_came_in_return_is_taken_off_what_is_deductible() -> None:
    parts = deductible("USD", 10_000, 7_000, 4_000, is_worth_known=True)
    assert (parts.deductible_minor, parts.non_deductible_minor) == (3_000, 7_000)


def test_it_is_never_below_nothing() -> None:
    parts = deductible("USD", 10_000, 7_000, 8_000, is_worth_known=True)
    assert (parts.deductible_minor, parts.non_deductible_minor) == (0, 10_000)


def test_a_value_in_another_currency_leaves_it_unknown() -> None:
    parts = deductible("EUR", 10_000, 7_000, 1, is_worth_known=False)
    assert (parts.deductible_minor, parts.non_deductible_minor) == (None, None)


@given(minor, minor, minor)
def test_both_parts_are_the_gift(one: int, other: int, worth: int) -> None:
    for sign in (1, -1):
        parts = deductible(
            "USD", sign * (one + other), sign * one, worth if sign > 0 else 0, is_worth_known=True
        )
        assert (parts.deductible_minor or 0) + (parts.non_deductible_minor or 0) == sign * (one + other)
        assert 0 <= sign * (parts.deductible_minor or 0) <= one

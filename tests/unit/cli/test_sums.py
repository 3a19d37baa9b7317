"""Sums that reports tell: exact, and only of what can be money."""

from __future__ import annotations

from decimal import Decimal

import pytest

from almoner.cli.sums import add_to, money_texts, summable


@pytest.mark.parametrize(
    "text", ["1e999999", "1e999999999", "1e-999999", "1e16", "0." + "3" * 300, "NaN", "Infinity"]
)
def test_what_no_money_is_stands_in_no_sum(text: str) -> None:
    assert summable(Decimal(text)) is None


@pytest.mark.parametrize("text", ["0", "-3", "0.001", "1e3", "1000000000000000", "5." + "0" * 300])
def test_what_could_be_money_is_summed_as_it_is(text: str) -> None:
    assert summable(Decimal(text)) == Decimal(text)


def test_great_and_small_amounts_are_summed_exactly() -> None:
    money: dict[str, Decimal] = {}
    for text in ["9999999999999999", "0.000000001"] * 50:
        amount = summable(Decimal(text))
        assert amount is not None
        add_to(money, "USD", amount)
    assert money_texts(money) == {"USD": "499999999999999950.000000050"}

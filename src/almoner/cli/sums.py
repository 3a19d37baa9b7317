"""Sums by currency, as reports of files tell them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from almoner.kernel.currencies import EXPONENTS

_WHOLE_DIGITS, _PLACES = 16, 9
"""Digits before and behind the point of what is summed: a billion of the greatest are summed exactly, and read by a person."""


def summable(amount: Decimal | None) -> Decimal | None:
    """An amount as it is added; None of one that no money has, such as `1e999999`, whose sum would be a book of digits."""
    if amount is None or not amount.is_finite() or not -_PLACES <= amount.adjusted() < _WHOLE_DIGITS:
        return None
    plain = amount.normalize()
    return plain if int(plain.as_tuple().exponent) >= -_PLACES else None


def add_to(money: dict[str, Decimal], currency: str, amount: Decimal) -> None:
    """Add an amount to the sum of its currency."""
    money[currency] = money.get(currency, Decimal(0)) + amount


def money_texts(money: Mapping[str, Decimal]) -> dict[str, str]:
    """Sums for programs: text with all digits."""
    return {currency: f"{money[currency]:.{_places(money, currency)}f}" for currency in sorted(money)}


def money_words(money: Mapping[str, Decimal]) -> str:
    """Sums for people; nothing when there are none."""
    return ", ".join(
        f"{currency} {money[currency]:,.{_places(money, currency)}f}" for currency in sorted(money)
    )


def _places(money: Mapping[str, Decimal], currency: str) -> int:
    """Digits behind the point: those of the currency, and more where an amount has more."""
    return max(EXPONENTS.get(currency, 0), -int(money[currency].as_tuple().exponent))

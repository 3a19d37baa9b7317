"""Sums by currency, as reports of files tell them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from almoner.kernel.currencies import EXPONENTS


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

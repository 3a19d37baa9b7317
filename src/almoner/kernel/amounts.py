"""Amounts that somebody wrote, as minor units: what is wrong with one is told by its field."""

from __future__ import annotations

from decimal import Decimal

from almoner.kernel.errors import FieldError
from almoner.kernel.money import MoneyError, to_minor

_BY_CURRENCY = ("TOO_PRECISE", "TOO_LARGE")
"""What is wrong with an amount in one currency, and may be right in another."""


def positive_minor(
    amount: Decimal | None,
    currency: str | None,
    field: str,
    errors: list[FieldError],
    currency_field: str = "currencyCode",
) -> int | None:
    """A positive amount in minor units; None, and an error of `field`, when it is none. Of what could not be read (None) nothing is said."""
    if amount is None:
        return None
    try:
        # With an unknown currency the rest of the number is still checked, as if it were in cents.
        minor = to_minor(amount, currency or "USD")
    except MoneyError as error:
        hangs_on = (currency_field,) if error.code in _BY_CURRENCY else ()
        errors.append(FieldError(field, error.code, str(error), hangs_on))
        return None
    if minor <= 0:
        errors.append(FieldError(field, "MUST_BE_POSITIVE", "The amount must be greater than zero."))
        return None
    return minor


def whole_minor(amount: Decimal | None, currency: str, field: str, errors: list[FieldError]) -> int | None:
    """An amount of any sign in minor units of `currency`; None, and an error of `field`, when it is none.

    Of what is not there, or could not be read (None), nothing is said.
    """
    try:
        return None if amount is None else to_minor(amount, currency)
    except MoneyError as error:
        errors.append(FieldError(field, error.code, str(error)))
        return None

"""Money as whole minor units beside a currency code. No float enters or leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import MAX_PREC, Context, Decimal

from almoner.kernel.currencies import EXPONENTS

MINOR_MAX = 10**15
"""Greatest amount of one gift in minor units. Sums have no greatest: docs/decisions/0020-greatest-sums.md."""


NUMBER_LENGTH_MAX = 400
"""Longest writing of a decimal number, in letters or digits; the greatest amount takes 17."""
_EXACT = Context(prec=MAX_PREC)
"""Rounds nothing; the usual context rounds sums of more than 28 digits."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?", re.ASCII)


class MoneyError(ValueError):
    """An amount or a currency that cannot be money; `code` is stable, the text is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def currency_code(text: str) -> str:
    """The ISO 4217 code written in `text`, upper case; `MoneyError` UNKNOWN_CURRENCY otherwise."""
    code = text.strip().upper()
    if code not in EXPONENTS or not text.isascii():
        raise MoneyError("UNKNOWN_CURRENCY", f"'{text[:10]}' is not an ISO 4217 currency code.")
    return code


def to_minor(amount: Decimal, currency: str) -> int:
    """`amount` in whole minor units of `currency`, exactly.

    Raises `MoneyError`: UNKNOWN_CURRENCY, NOT_A_NUMBER, TOO_LONG, TOO_PRECISE (more digits than the currency has) or TOO_LARGE.
    The sign is kept; callers decide whether zero or less is allowed.
    """
    exponent = EXPONENTS[currency_code(currency)]
    if not amount.is_finite():
        raise MoneyError("NOT_A_NUMBER", "The amount must be a finite number.")
    if amount.adjusted() + exponent > 16:
        raise MoneyError("TOO_LARGE", "The amount is too large.")
    # Digits are read from the tuple: Decimal arithmetic would round at the context's precision.
    sign, digits, power = amount.as_tuple()
    if len(digits) > NUMBER_LENGTH_MAX:
        raise MoneyError("TOO_LONG", f"A number is written with at most {NUMBER_LENGTH_MAX} digits.")
    shift = int(power) + exponent
    whole: int = int("".join(map(str, digits)))
    if shift < 0:
        whole, rest = divmod(whole, 10 ** min(-shift, 400))
        if rest or -shift > 400:
            raise MoneyError("TOO_PRECISE", f"{currency} amounts have at most {exponent} decimal places.")
    else:
        whole *= 10**shift
    if whole > MINOR_MAX:
        raise MoneyError("TOO_LARGE", "The amount is too large.")
    return -whole if sign else whole


def parse_minor(text: str, currency: str) -> int:
    """The decimal number written in `text` (`1234.50`) in minor units; raises `MoneyError` as `to_minor`."""
    return to_minor(parse_number(text), currency)


def parse_number(text: str) -> Decimal:
    """The decimal number in `text`: ASCII digits with a point, sign and exponent if any (`1234.50`, `-3`, `1e2`), blanks around it.

    Raises `MoneyError`: NOT_A_NUMBER, or TOO_LONG before anything is computed.
    """
    trimmed = text.strip()
    if len(trimmed) > NUMBER_LENGTH_MAX:
        raise MoneyError("TOO_LONG", f"A number is written with at most {NUMBER_LENGTH_MAX} letters.")
    if not _NUMBER.fullmatch(trimmed):
        raise MoneyError("NOT_A_NUMBER", f"'{text[:30]}' is not a number such as 1234.50.")
    return Decimal(trimmed)


def to_decimal(minor: int, currency: str) -> Decimal:
    """`minor` units as the decimal number of the wire, with all digits of the currency (`500.00`)."""
    return Decimal(minor).scaleb(-EXPONENTS[currency], _EXACT)


def format_amount(minor: int, currency: str) -> str:
    """`minor` units as American readers write them: `$1,200.00`, `-$3.50`, `EUR 1,200.00`.

    Of a currency that nobody knows, the number of minor units: `120,000 minor units of QQQ`.
    """
    if currency not in EXPONENTS:
        return f"{minor:,} minor unit{'' if abs(minor) == 1 else 's'} of {currency}"
    sign, symbol = ("-" if minor < 0 else ""), "$" if currency == "USD" else f"{currency} "
    exponent = EXPONENTS[currency]
    whole, rest = divmod(abs(minor), 10**exponent)
    return f"{sign}{symbol}{whole:,}" + (f".{rest:0{exponent}}" if exponent else "")


def format_decimal(amount: Decimal, currency: str) -> str:
    """An amount or a sum of any size, as `to_decimal` writes it, in the words of `format_amount`; of a currency that is known."""
    return format_amount(int(amount.scaleb(EXPONENTS[currency], _EXACT)), currency)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """`total` minor units shared by `weights` (non-negative, not all zero), summing to `total` exactly.

    Largest remainder: each share is off its exact value by less than one unit; ties go to the earlier share.
    Raises `ValueError` on weights that cannot share anything.
    """
    weight_sum = sum(weights)
    if weight_sum <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and at least one must be positive")
    sign, size = (-1, -total) if total < 0 else (1, total)
    shares = [size * weight // weight_sum for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % weight_sum), i))
    for index in by_remainder[: size - sum(shares)]:
        shares[index] += 1
    return [sign * share for share in shares]

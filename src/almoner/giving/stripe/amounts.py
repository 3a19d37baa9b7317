"""How Stripe counts money: mostly as ISO 4217 does, and otherwise in some currencies (its page on supported currencies)."""

from __future__ import annotations

from almoner.giving.payments.rules import off_step
from almoner.kernel.currencies import EXPONENTS
from almoner.kernel.errors import Invalid

_WHOLE = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
_WHOLE_IN_HUNDREDTHS = ("ISK", "UGX")
"""Stripe takes whole ones only, and still counts them in hundredths."""
_TENS_OF_THOUSANDTHS = ("BHD", "JOD", "KWD", "OMR", "TND")
"""Stripe counts them in thousandths, of which the last digit is 0."""

_DIGITS = {
    **{code: 2 for code, digits in EXPONENTS.items() if digits == 2},
    **dict.fromkeys(_WHOLE.split(), 0),
    **dict.fromkeys(_WHOLE_IN_HUNDREDTHS, 2),
    **dict.fromkeys(_TENS_OF_THOUSANDTHS, 3),
}
"""Digits after the point in which Stripe counts each currency. Of others it takes none, or nobody knows how it counts them."""


def step(currency: str) -> int:
    """Amounts that Stripe takes and gives back are multiples of so many of our minor units."""
    if currency in _TENS_OF_THOUSANDTHS:
        return 10
    return int(10 ** max(0, EXPONENTS[currency] - _DIGITS.get(currency, EXPONENTS[currency])))


def to_stripe(minor: int, currency: str) -> int:
    """Our minor units as Stripe counts them. `Invalid` names `amount` or `currencyCode` where it does not take them."""
    if currency not in _DIGITS:
        raise Invalid.field("currencyCode", "UNSUPPORTED", f"Stripe takes no payments in {currency}.")
    if (problem := off_step(minor, currency, step(currency))) is not None:
        raise Invalid("The processor does not take this amount.", fields=(problem,))
    digits, ours = _DIGITS[currency], EXPONENTS[currency]
    return minor * int(10 ** (digits - ours)) if digits >= ours else minor // int(10 ** (ours - digits))


def from_stripe(told: int, currency: str) -> int:
    """What Stripe tells, in our minor units: what `to_stripe` made of them, back. A fraction of one, as a fee may have, is rounded."""
    code = currency.upper()
    ours = EXPONENTS.get(code, 2)
    digits = _DIGITS.get(code, ours)
    if digits <= ours:
        return told * int(10 ** (ours - digits))
    unit = int(10 ** (digits - ours))
    return (told + unit // 2) // unit

"""How much of a gift a receipt for taxes may name. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeductibleParts:
    """How much of a gift a receipt for taxes may name, in minor units of `currency`; of a gift that takes back another, negative.

    `deductible_minor` is of the parts whose projects are tax-deductible, of a gift that is; without the fair market value of what its
    giver got in return and did not give back, and never below zero. What remains of the gift is `non_deductible_minor`. `worth_minor` is
    that value. Where it is in another currency than the gift nobody knows the rate: both parts are None.
    """

    currency: str
    deductible_minor: int | None
    non_deductible_minor: int | None
    worth_minor: int


def deductible(
    currency: str, amount_minor: int, deductible_minor: int, worth_minor: int, *, is_worth_known: bool
) -> DeductibleParts:
    """The parts of a gift of `amount_minor`, of which `deductible_minor` is for what is deductible and `worth_minor` came in return."""
    if not is_worth_known:
        return DeductibleParts(currency, None, None, worth_minor)
    least = min(0, deductible_minor)
    named = max(least, deductible_minor - worth_minor)
    return DeductibleParts(currency, named, amount_minor - named, worth_minor)

"""Do both sides agree? Giving must equal the CRM plus what has a reason not to be there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from almoner.sync.rules import State

Totals = Mapping[str, tuple[int, int]]
"""By currency: how many gifts and their sum in minor units."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of gifts and their sum in minor units."""

    gifts: int
    minor: int

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.gifts - other.gifts, self.minor - other.minor)

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.gifts + other.gifts, self.minor + other.minor)


NOTHING = Amount(0, 0)


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency's equation: `given` = `in_crm` + `withheld` + `pending` + `failed` + `skipped` + `unexplained`."""

    currency: str
    given: Amount
    in_crm: Amount
    withheld: Amount
    pending: Amount
    failed: Amount
    skipped: Amount
    unexplained: Amount

    @property
    def agrees(self) -> bool:
        """Whether the equation holds with nothing unexplained."""
        return self.unexplained == NOTHING


@dataclass(frozen=True, slots=True)
class Sides:
    """What each module says, read at one instant: all gifts of either side, and by state those the sync has looked at."""

    giving: Totals
    crm: Totals
    sync: Mapping[State, Totals]


def balances(sides: Sides) -> list[Balance]:
    """The equation of each currency.

    A gift the sync has not looked at is pending, and known as what giving has beyond the sync. What the sync calls synced
    must be what the CRM has, to the cent.
    """
    currencies = {*sides.giving, *sides.crm}.union(*sides.sync.values())
    return [_balance(sides, currency) for currency in sorted(currencies)]


def _balance(sides: Sides, currency: str) -> Balance:
    given, in_crm = _amount(sides.giving, currency), _amount(sides.crm, currency)
    by_state = {state: _amount(sides.sync.get(state, {}), currency) for state in State}
    unseen = given - sum(by_state.values(), NOTHING)
    missing = by_state[State.SYNCED] - in_crm
    queued, unexplained = (unseen, missing) if _is_possible(unseen) else (NOTHING, missing + unseen)
    return Balance(
        currency=currency,
        given=given,
        in_crm=in_crm,
        withheld=by_state[State.WITHHELD],
        pending=by_state[State.PENDING] + queued,
        failed=by_state[State.FAILED],
        skipped=by_state[State.SKIPPED],
        unexplained=unexplained,
    )


def _is_possible(rest: Amount) -> bool:
    """Whether so many gifts can have this sum: a gift is at least one minor unit."""
    return rest == NOTHING or 0 < rest.gifts <= rest.minor


def _amount(totals: Totals, currency: str) -> Amount:
    return Amount(*totals.get(currency, (0, 0)))

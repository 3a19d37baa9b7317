"""Do both sides agree? Giving must equal the CRM plus what has a reason not to be there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from almoner.sync.rules import State
from almoner.sync.service import NO_GIFTS, StateTotal

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
_NONE = StateTotal(0, 0, 0, 0)


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
    """What each module says, read at one instant: all gifts of either side, and by state those the sync has looked at.

    `has_unread`: something happened in giving that the sync has not looked at.
    """

    giving: Totals
    crm: Totals
    sync: Mapping[State, Mapping[str, StateTotal]]
    has_unread: bool


def balances(sides: Sides) -> list[Balance]:
    """The equation of each currency.

    What the sync has not looked at is pending, and known as what giving has beyond the sync. What the sync says is there must be
    what the CRM has, to the cent; of a gift whose change is on its way, the difference counts as its state says.
    """
    currencies = {*sides.giving, *sides.crm}.union(*sides.sync.values())
    return [_balance(sides, currency) for currency in sorted(currencies)]


def _balance(sides: Sides, currency: str) -> Balance:
    given, in_crm = _amount(sides.giving, currency), _amount(sides.crm, currency)
    states = {state: sides.sync.get(state, {}).get(currency, NO_GIFTS) for state in State}
    there = sum((Amount(each.there_gifts, each.there_minor) for each in states.values()), NOTHING)
    rest = {
        state: Amount(each.gifts - each.there_gifts, each.minor - each.there_minor)
        for state, each in states.items()
    }
    unseen = given - sum((Amount(each.gifts, each.minor) for each in states.values()), NOTHING)
    missing = there + rest[State.SYNCED] - in_crm
    is_possible = _is_possible(unseen, has_unread=sides.has_unread)
    queued, unexplained = (unseen, missing) if is_possible else (NOTHING, missing + unseen)
    return Balance(
        currency=currency,
        given=given,
        in_crm=in_crm,
        withheld=rest[State.WITHHELD],
        pending=rest[State.PENDING] + queued,
        failed=rest[State.FAILED],
        skipped=rest[State.SKIPPED],
        unexplained=unexplained,
    )


def _is_possible(rest: Amount, *, has_unread: bool) -> bool:
    """Whether that can be what the sync has not looked at: gifts of at least a minor unit each, or changes of amounts."""
    return rest == NOTHING or 0 < rest.gifts <= rest.minor or (has_unread and rest.gifts >= 0)


def _amount(totals: Totals, currency: str) -> Amount:
    return Amount(*totals.get(currency, (0, 0)))

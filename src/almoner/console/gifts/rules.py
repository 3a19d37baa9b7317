"""Do both sides agree? Giving must equal the CRM plus what has a reason not to be there, and the CRM giving plus what it did itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from almoner.crm.gifts.service import WayTotals
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
_NO_WAYS = WayTotals((0, 0), (0, 0), (0, 0))


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency's two equations, each term the gifts that its state or its way has.

    `given` = `in_crm` (there as giving has it now) + `withheld` + `pending` + `failed` + `skipped`, and what is unexplained of gifts.
    `crm` = `in_crm` + `earlier` + `entered` + `taken_back` - what the CRM lacks unexplained. `earlier`: there as they were before a
    change that is on its way, held or stuck. `entered`: in the CRM, by staff and partners. `taken_back` there: its sum is below zero, its
    number that of the reversals, which are no gifts of their own.
    """

    currency: str
    given: Amount
    in_crm: Amount
    withheld: Amount
    pending: Amount
    failed: Amount
    skipped: Amount
    unexplained: Amount
    crm: Amount
    earlier: Amount
    entered: Amount
    taken_back: Amount

    @property
    def agrees(self) -> bool:
        """Whether the equation holds with nothing unexplained."""
        return self.unexplained == NOTHING


@dataclass(frozen=True, slots=True)
class Sides:
    """What each module says, read at one instant: all gifts of giving, those of the CRM by the way they came,
    and by state those the sync has looked at.

    `has_unread`: something happened in giving that the sync has not looked at.
    """

    giving: Totals
    crm: Mapping[str, WayTotals]
    sync: Mapping[State, Mapping[str, StateTotal]]
    has_unread: bool


def balances(sides: Sides) -> list[Balance]:
    """The equation of each currency.

    What the sync has not looked at is pending, and known as what giving has beyond the sync. What the sync says is there must be
    what came to the CRM, to the cent; a gift whose change is on its way counts as its state says, with its new amount.
    """
    currencies = {*sides.giving, *sides.crm}.union(*sides.sync.values())
    return [_balance(sides, currency) for currency in sorted(currencies)]


def _balance(sides: Sides, currency: str) -> Balance:
    given, ways = _amount(sides.giving, currency), sides.crm.get(currency, _NO_WAYS)
    states = {state: sides.sync.get(state, {}).get(currency, NO_GIFTS) for state in State}
    whole = {state: Amount(each.gifts, each.minor) for state, each in states.items()}
    there = {state: Amount(each.there_gifts, each.there_minor) for state, each in states.items()}
    earlier = sum((amount for state, amount in there.items() if state != State.SYNCED), NOTHING)
    sent, entered, taken_back = Amount(*ways.sent), Amount(*ways.entered), Amount(*ways.taken_back)
    unseen = given - sum(whole.values(), NOTHING)
    missing = whole[State.SYNCED] + earlier - sent
    is_possible = _is_possible(unseen, has_unread=sides.has_unread)
    queued, unexplained = (unseen, missing) if is_possible else (NOTHING, missing + unseen)
    return Balance(
        currency=currency,
        given=given,
        in_crm=whole[State.SYNCED],
        withheld=whole[State.WITHHELD],
        pending=whole[State.PENDING] + queued,
        failed=whole[State.FAILED],
        skipped=whole[State.SKIPPED],
        unexplained=unexplained,
        crm=Amount(sent.gifts + entered.gifts, sent.minor + entered.minor + taken_back.minor),
        earlier=earlier,
        entered=entered,
        taken_back=taken_back,
    )


def _is_possible(rest: Amount, *, has_unread: bool) -> bool:
    """Whether that can be what the sync has not looked at: gifts of at least a minor unit each, or changes of amounts."""
    return rest == NOTHING or 0 < rest.gifts <= rest.minor or (has_unread and rest.gifts >= 0)


def _amount(totals: Totals, currency: str) -> Amount:
    return Amount(*totals.get(currency, (0, 0)))

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
    """What each module says, read at one instant. `recorded` counts the gifts the sync has put in each state."""

    giving: Totals
    crm: Totals
    unsynced: Mapping[State, Totals]
    recorded: Mapping[State, int]


def balances(sides: Sides) -> list[Balance]:
    """The equation of each currency.

    A gift the sync has not looked at is pending, and known only as what is left over. So while there are such gifts the
    left-over counts as pending if their number is right; once there are none, every cent must be explained.
    """
    currencies = sorted({*sides.giving, *sides.crm})
    left = {currency: _left_over(sides, currency) for currency in currencies}
    unseen = _gifts(sides.giving) - sum(sides.recorded.values())
    as_expected = unseen > 0 and sum(rest.gifts for rest in left.values()) == unseen
    return [
        _balance(sides, currency, rest, is_pending=as_expected and _is_possible(rest))
        for currency, rest in left.items()
    ]


def _balance(sides: Sides, currency: str, rest: Amount, *, is_pending: bool) -> Balance:
    pending = _of(sides, State.PENDING, currency)
    return Balance(
        currency=currency,
        given=_amount(sides.giving, currency),
        in_crm=_amount(sides.crm, currency),
        withheld=_of(sides, State.WITHHELD, currency),
        pending=pending + rest if is_pending else pending,
        failed=_of(sides, State.FAILED, currency),
        skipped=_of(sides, State.SKIPPED, currency),
        unexplained=NOTHING if is_pending else rest,
    )


def _left_over(sides: Sides, currency: str) -> Amount:
    rest = _amount(sides.giving, currency) - _amount(sides.crm, currency)
    for state in State:
        if state is not State.SYNCED:
            rest -= _of(sides, state, currency)
    return rest


def _is_possible(rest: Amount) -> bool:
    """Whether so many gifts can have this sum: a gift is at least one minor unit."""
    return rest == NOTHING or 0 < rest.gifts <= rest.minor


def _of(sides: Sides, state: State, currency: str) -> Amount:
    return _amount(sides.unsynced.get(state, {}), currency)


def _amount(totals: Totals, currency: str) -> Amount:
    return Amount(*totals.get(currency, (0, 0)))


def _gifts(totals: Totals) -> int:
    return sum(gifts for gifts, _ in totals.values())

"""Choose the gifts of a page from giving and the sync, and read them."""

from __future__ import annotations

from dataclasses import dataclass

from almoner.console.gift_list.rules import STATUSES, TAKE, Asked, Payment, Show, older, shows
from almoner.console.gifts.service import QUEUED, Arrivals, arrivals_of
from almoner.giving.donors.service import find_donors
from almoner.giving.gifts import service as gifts
from almoner.platform.database import Tx
from almoner.sync import service as sync
from almoner.sync.rules import Reason, State
from almoner.sync.triage import service as triage

LOOK_MAX = 500
"""Gifts that are looked at for one page where each must be asked for its state."""
DONORS_MAX = 50
"""Donors whose gifts a search by name shows."""


@dataclass(frozen=True, slots=True)
class GiftPage:
    """One page of a list. `older`: below which id the next one goes on; `total`: of all pages, where that is a kept figure.

    `is_cut`: more donors than `DONORS_MAX` have such a name.
    """

    arrivals: Arrivals
    older: int | None
    total: int | None
    is_cut: bool = False


async def read_page(tx: Tx, wanted: Asked, *, shows_donors: bool = True) -> GiftPage:
    """The gifts that were asked for. However many there are, a page looks at hundreds at most.

    Who may not read donors finds none by name or address.
    """
    if wanted.is_search:
        return await _searched(tx, wanted, shows_donors=shows_donors)
    ids = await _listed(tx, wanted)
    arrivals = await arrivals_of(tx, ids[:TAKE], shows_donors=shows_donors)
    return GiftPage(arrivals, older(ids, None), await _total(tx, wanted.show))


async def _listed(tx: Tx, wanted: Asked) -> list[int]:
    if wanted.show is None:
        return await gifts.newest_ids(tx, wanted.before, TAKE + 1)
    if isinstance(wanted.show, Payment):
        return await gifts.newest_with_status(tx, STATUSES[wanted.show], wanted.before, TAKE + 1)
    if isinstance(wanted.show, State):
        ids = await triage.gifts_in(tx, wanted.show, wanted.before, TAKE + 1)
    else:
        ids = await triage.gifts_with(tx, [wanted.show], wanted.before, TAKE + 1, detail=wanted.detail)
    if Reason.QUEUED in wanted.reasons:
        ids = sorted({*ids, *await _unseen(tx, wanted.before)}, reverse=True)
    return ids[: TAKE + 1]


async def _unseen(tx: Tx, before: int) -> list[int]:
    """Gifts that the sync has not looked at, as far as they are among the newest."""
    newest = await gifts.newest_ids(tx, before, LOOK_MAX)
    known = await sync.states_of_gifts(tx, newest)
    return [id_ for id_ in newest if id_ not in known]


async def _searched(tx: Tx, wanted: Asked, *, shows_donors: bool) -> GiftPage:
    donor_ids, is_cut = [], False
    if wanted.gift_id is not None:
        found = [wanted.gift_id] if wanted.gift_id < wanted.before else []
    else:
        donor_ids = await _donors(tx, wanted) if shows_donors or wanted.donor_id is not None else []
        is_cut = len(donor_ids) > DONORS_MAX
        take = TAKE + 1 if wanted.show is None else LOOK_MAX
        found = await gifts.newest_ids(tx, wanted.before, take, donor_ids=donor_ids[:DONORS_MAX])
    looked_to = found[-1] if len(found) == LOOK_MAX else None
    ids = await _of_state(tx, wanted, found)
    arrivals = await arrivals_of(tx, ids[:TAKE], shows_donors=shows_donors)
    return GiftPage(arrivals, older(ids, looked_to), None, is_cut)


async def _donors(tx: Tx, wanted: Asked) -> list[int]:
    if wanted.donor_id is not None:
        return [wanted.donor_id]
    return await find_donors(tx, wanted.text, DONORS_MAX + 1)


async def _of_state(tx: Tx, wanted: Asked, ids: list[int]) -> list[int]:
    if wanted.show is None:
        return ids
    if isinstance(wanted.show, Payment):
        found = await gifts.records(tx, ids)
        return [gift.id for gift in found if gift.status in STATUSES[wanted.show]]
    known = await sync.states_of_gifts(tx, ids)
    rows = ((id_, known.get(id_, QUEUED)) for id_ in ids)
    return [
        id_
        for id_, row in rows
        if shows(wanted, State(row["state"]), row["reason"] and Reason(row["reason"]), row["detail"])
    ]


async def _total(tx: Tx, show: Show | None) -> int | None:
    """How many gifts a whole list has, from kept figures; None for those of one reason or state of the payment."""
    if isinstance(show, Reason | Payment):
        return None
    given = sum(number for number, _ in (await gifts.totals(tx)).values())
    if show is None:
        return given
    found = await triage.standing(tx)
    states = {state: sum(total.gifts for total in of.values()) for state, of in found.totals.items()}
    unseen = given - sum(states.values()) if show is State.PENDING else 0
    return states.get(show, 0) + max(unseen, 0)

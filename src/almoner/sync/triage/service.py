"""Read the causes that need somebody, and the gifts of each; try a cause again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from almoner.crm import contract as crm
from almoner.kernel.errors import Invalid, NotFound
from almoner.kernel.paging import Page
from almoner.platform.database import Tx, load_queries
from almoner.sync import service, store
from almoner.sync.destinations import BUILTIN
from almoner.sync.entities import DONOR, GIFT
from almoner.sync.mend import queue_mended
from almoner.sync.rules import ONE_BY_ONE, STATE_OF_REASON, Reason, State
from almoner.sync.service import NO_GIFTS, StateTotal, Why

_queries = load_queries(__file__)

CAUSES_MAX = 200
"""Causes on a page."""
COUNTED_MAX = 1_000
"""Donors who need a cure of their own that are counted from the beginning of a page."""
STUCK_MAX = 5_000
"""Gifts behind donors who failed that are looked at for a figure."""
STUCK_DONORS_MAX = 1_000
"""Donors who failed whose gifts are looked at for a figure."""

FAILED = tuple(reason for reason, state in STATE_OF_REASON.items() if state is State.FAILED)
WAITING = tuple(reason for reason, state in STATE_OF_REASON.items() if state is State.PENDING)
SHARED = tuple(reason for reason in FAILED if reason not in ONE_BY_ONE)
OF_ANY_DETAIL = (Reason.RECORD_UNREADABLE,)
"""Reasons whose detail names the record itself: they are one cause, whatever it says."""


@dataclass(frozen=True, slots=True)
class Attention:
    """What needs somebody: `gifts` that failed or stand behind a donor who failed, or of which what went back did; and `donors` who failed.

    `is_more`: more gifts may stand behind donors than were counted.
    """

    gifts: int
    donors: int
    is_more: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Gifts by state and currency as people are told of them: those behind a donor who failed are among the failed.

    Every figure, sign and list of what needs somebody is of this one rule. `attention` says how much that is.
    """

    totals: dict[State, dict[str, StateTotal]]
    attention: Attention


@dataclass(slots=True)
class Cause:
    """One thing to mend. Money in minor units by currency: of the gifts that wait for it.

    `entity` is what failed for it, gifts or donors; `donor_id` the donor whom alone it concerns.
    """

    entity: str
    reason: Reason
    detail: str | None
    donor_id: int | None
    gifts: int = 0
    donors: int = 0
    money: dict[str, int] = field(default_factory=dict)


async def standing(tx: Tx) -> Standing:
    """How many gifts stand where. Kept figures alone while no donor has failed; else gifts behind those donors are read too.

    Behind no more than `STUCK_DONORS_MAX` of them, and no more than `STUCK_MAX`: the rest is told as on its way, and `is_more` says so.
    """
    totals: dict[State, dict[str, StateTotal]] = {}
    donors, reversals, stuck = 0, 0, 0
    for row in await _queries.totals(tx, destination=BUILTIN.name):
        if row["entity"] == DONOR.name:
            donors += row["gifts"]
        elif row["entity"] != GIFT.name:
            reversals += row["gifts"]
        else:
            totals.setdefault(State(row["state"]), {})[row["currency"]] = _total(row)
    behind = (
        await _queries.stuck(
            tx,
            destination=BUILTIN.name,
            reasons=list(FAILED),
            most_donors=STUCK_DONORS_MAX,
            most=STUCK_MAX,
        )
        if donors
        else []
    )
    is_more = donors > STUCK_DONORS_MAX
    for row in behind:
        moved, currency = _total(row), row["currency"]
        stuck += moved.gifts
        pending, failed = totals.setdefault(State.PENDING, {}), totals.setdefault(State.FAILED, {})
        pending[currency] = pending.get(currency, NO_GIFTS) - moved
        failed[currency] = failed.get(currency, NO_GIFTS) + moved
    needy = sum(total.gifts for total in totals.get(State.FAILED, {}).values())
    return Standing(totals, Attention(needy + reversals, donors, is_more or stuck >= STUCK_MAX))


async def attention(tx: Tx) -> Attention:
    """How much needs somebody: for the sign on every page."""
    return (await standing(tx)).attention


def _total(row: Any) -> StateTotal:
    return StateTotal(row["gifts"], int(row["minor"]), row["there_gifts"], int(row["there_minor"]))


async def causes(tx: Tx, skip: int = 0) -> Page[Cause]:
    """What to mend, the latest first, at most `CAUSES_MAX` after `skip`, and how many causes there are, or are at least: of those behind
    the page no more than `COUNTED_MAX` are counted.

    Reads every record that failed, but of donors who need a cure of their own only the latest.
    """
    rows = await _queries.causes(
        tx,
        destination=BUILTIN.name,
        reasons=list(FAILED),
        shared=list(SHARED),
        one_by_one=list(ONE_BY_ONE),
        of_any_detail=list(OF_ANY_DETAIL),
        skip=skip,
        counted=skip + COUNTED_MAX,
        most=CAUSES_MAX,
    )
    found: dict[tuple[object, ...], Cause] = {}
    for row in rows:
        place = row["entity"], row["reason"], row["detail"], row["donor_id"]
        cause = found.setdefault(place, Cause(row["entity"], Reason(row["reason"]), *place[2:]))
        cause.gifts += row["gifts"]
        cause.donors = max(cause.donors, row["donors"])
        if row["currency"] is not None:
            cause.money[row["currency"]] = cause.money.get(row["currency"], 0) + int(row["minor"])
    return Page(list(found.values()), rows[0]["causes"] if rows else 0)


async def gifts_with(
    tx: Tx, reasons: Sequence[Reason], before: int, take: int, *, detail: str | None = None
) -> list[int]:
    """Ids below `before` of gifts that have one of these reasons, newest first; with `detail` of those that name it."""
    return await _gifts_with(tx, reasons, before, take, detail=detail)


async def gifts_in(tx: Tx, state: State, before: int, take: int) -> list[int]:
    """Ids below `before` of gifts that people are told to be in this state, newest first; not of those the sync has yet to look at."""
    if state is State.SYNCED:
        rows = await _queries.synced_gifts(tx, destination=BUILTIN.name, before=before, take=take)
        return [row["record_id"] for row in rows]
    reasons = [reason for reason, of in STATE_OF_REASON.items() if of is state]
    ids = await _gifts_with(tx, reasons, before, take, by_themselves=state is State.PENDING)
    if state is not State.FAILED:
        return ids
    rows = await _queries.stuck_gifts(
        tx,
        destination=BUILTIN.name,
        reasons=list(FAILED),
        waiting=list(WAITING),
        most_donors=STUCK_DONORS_MAX,
        before=before,
        take=take,
    )
    return sorted({*ids, *(row["record_id"] for row in rows)}, reverse=True)[:take]


async def _gifts_with(
    tx: Tx,
    reasons: Sequence[Reason],
    before: int,
    take: int,
    *,
    detail: str | None = None,
    by_themselves: bool = False,
) -> list[int]:
    said: dict[str, Any] = {
        "destination": BUILTIN.name,
        "reasons": list(reasons),
        "before": before,
        "take": take,
    }
    if detail is None:
        rows = await _queries.gifts_with(tx, **said, by_themselves=by_themselves)
    else:
        rows = await _queries.gifts_naming(tx, **said, detail=detail)
    return [row["record_id"] for row in rows]


async def trouble(tx: Tx, gift_id: int) -> tuple[Why, Why]:
    """Why a gift is where it is, and why what it waits for is: its donor, an earlier gift of the donor, or itself.

    `NotFound` when giving has no such gift.
    """
    why = await service.why(tx, GIFT.name, gift_id)
    if why.record.state is not State.PENDING or not why.record.is_stored:
        return why, why
    try:
        donor = await service.why(tx, DONOR.name, why.record.donor_id)
    except NotFound:  # the gift is broken
        return why, why
    if donor.record.is_kept_out:
        return why, donor
    if why.record.reason is not Reason.WAITING_FOR_DONOR:
        return why, why
    if donor.record.state is State.PENDING:
        return why, donor
    for first in await store.open_records(tx, BUILTIN.name, why.record.donor_id, 1):
        if first.record_id != gift_id:
            return why, await service.why(tx, first.entity, first.record_id)
    return why, why


async def taken_back(tx: Tx, why: Why) -> list[crm.TakenBack]:
    """What of a gift was taken back in the CRM; nothing of what is not there."""
    record = why.record
    if record.entity != GIFT.name or not record.done or record.crm_id is None:
        return []
    return await crm.taken_back(tx, record.crm_id)


async def heal(tx: Tx, now: datetime) -> int:
    """Make due now what waited for a project or a campaign that takes it by now, without waiting for a worker's look."""
    return await queue_mended(tx, BUILTIN, now)


async def retry_cause(tx: Tx, entity: str, reason: Reason, detail: str | None, now: datetime) -> int:
    """Make due now what failed for this reason and names this detail (`OF_ANY_DETAIL`: whatever it names), at most `store.PORTION`;
    answers how many.

    `Invalid` for a reason of which nothing failed.
    """
    if reason not in FAILED:
        raise Invalid.field("reason", "UNKNOWN", "Only what failed is tried again.")
    queued: int = await _queries.requeue_cause(
        tx,
        destination=BUILTIN.name,
        entity=entity,
        reason=reason,
        detail=detail,
        of_any_detail=reason in OF_ANY_DETAIL,
        most=store.PORTION,
        now=now,
    )
    return queued

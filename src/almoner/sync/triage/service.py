"""Read the causes that need somebody, and the gifts of each; try a cause again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from almoner.kernel.errors import Invalid
from almoner.platform.database import Tx, load_queries
from almoner.sync import service, store
from almoner.sync.destinations import BUILTIN
from almoner.sync.entities import DONOR, GIFT
from almoner.sync.mend import queue_mended
from almoner.sync.rules import STATE_OF_REASON, Reason, State
from almoner.sync.service import Why

_queries = load_queries(__file__)

CAUSES_MAX = 200
WAITING_MAX = 1_000
"""Gifts behind donors who failed that are counted for the sign of every page."""
RETRIES_MAX = 10_000
"""Records that one press tries again."""

FAILED = tuple(reason for reason, state in STATE_OF_REASON.items() if state is State.FAILED)
ONE_BY_ONE = (
    Reason.CONTACT_NOT_FOUND,
    Reason.CONTACT_ARCHIVED,
    Reason.CONTACT_AMBIGUOUS,
    Reason.MISSING_REQUIRED_FIELD,
)
"""Reasons of donors of whom each needs a cure of its own."""
SHARED = tuple(reason for reason in FAILED if reason not in ONE_BY_ONE)


@dataclass(frozen=True, slots=True)
class Attention:
    """What needs somebody: `gifts` that failed or wait behind their donor, and `donors` who failed.

    `is_more`: more gifts wait than were counted.
    """

    gifts: int
    donors: int
    is_more: bool


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


async def attention(tx: Tx) -> Attention:
    """How much needs somebody: for the sign on every page."""
    row = await _queries.attention(tx, destination=BUILTIN.name, reasons=list(FAILED), most=WAITING_MAX + 1)
    waiting = row["waiting_gifts"]
    gifts = row["failed_gifts"] + min(waiting, WAITING_MAX)
    return Attention(gifts, row["failed_donors"], waiting > WAITING_MAX)


async def causes(tx: Tx) -> list[Cause]:
    """What to mend, the latest first, at most `CAUSES_MAX`. Reads every record that failed, but of donors who need a cure
    of their own only the latest.
    """
    rows = await _queries.causes(
        tx,
        destination=BUILTIN.name,
        reasons=list(FAILED),
        shared=list(SHARED),
        one_by_one=list(ONE_BY_ONE),
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
    return list(found.values())


async def gifts_with(
    tx: Tx, reasons: Sequence[Reason], before: int, take: int, *, detail: str | None = None
) -> list[int]:
    """Ids below `before` of gifts that have one of these reasons, newest first; with `detail` of those that name it."""
    said: dict[str, Any] = {
        "destination": BUILTIN.name,
        "reasons": list(reasons),
        "before": before,
        "take": take,
    }
    if detail is None:
        rows = await _queries.gifts_with(tx, **said)
    else:
        rows = await _queries.gifts_naming(tx, **said, detail=detail)
    return [row["record_id"] for row in rows]


async def synced_gifts(tx: Tx, before: int, take: int) -> list[int]:
    """Ids below `before` of gifts that are in the CRM as they are now, newest first."""
    rows = await _queries.synced_gifts(tx, destination=BUILTIN.name, before=before, take=take)
    return [row["record_id"] for row in rows]


async def trouble(tx: Tx, gift_id: int) -> tuple[Why, Why]:
    """Why a gift is where it is, and why what it waits for is: its donor, an earlier gift of the donor, or itself.

    `NotFound` when giving has no such gift.
    """
    why = await service.why(tx, GIFT.name, gift_id)
    if why.record.reason is not Reason.WAITING_FOR_DONOR:
        return why, why
    donor = await service.why(tx, DONOR.name, why.record.donor_id)
    is_lost = donor.record.state is State.FAILED and not donor.record.done
    if is_lost or donor.record.state is State.PENDING:
        return why, donor
    for first in await store.open_records(tx, BUILTIN.name, why.record.donor_id, 1):
        if first.record_id != gift_id:
            return why, await service.why(tx, first.entity, first.record_id)
    return why, why


async def heal(tx: Tx, now: datetime) -> int:
    """Make due now what waited for a project or a campaign that takes it by now, without waiting for a worker's look."""
    return await queue_mended(tx, BUILTIN, now)


async def retry_cause(tx: Tx, entity: str, reason: Reason, detail: str | None, now: datetime) -> int:
    """Make due now what failed for this reason and names this detail, at most `RETRIES_MAX`; answers how many.

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
        most=RETRIES_MAX,
        now=now,
    )
    return queued

"""Records that wait for something else: a project the CRM has to know and take, a campaign that is paused,
a reversal in the way, their gift."""

from __future__ import annotations

from datetime import datetime
from itertools import product

from almoner.crm import contract as crm
from almoner.giving import contract as giving
from almoner.platform.database import Tx
from almoner.sync import store
from almoner.sync.destinations import Destination
from almoner.sync.entities import BY_NAME
from almoner.sync.rules import FOR_A_PROJECT, MENDABLE, Reason


async def queue_mended(tx: Tx, destination: Destination, now: datetime) -> int:
    """Make due what waited for a project that takes gifts by now, for a campaign that syncs again, for a reversal that
    was deleted or came again, or for a gift that is there by now as giving has it; answers how many.

    When it answers `store.PORTION` or more, there may be others.

    Only of the CRM here is it known which projects it takes; elsewhere what failed for one is retried by hand.
    """
    kinds = list(product(BY_NAME, MENDABLE))
    rows = await store.queries.held(
        tx,
        destination=destination.name,
        entities=[entity for entity, _ in kinds],
        reasons=[reason for _, reason in kinds],
    )
    codes = [row["detail"] for row in rows if row["reason"] in FOR_A_PROJECT and destination.is_linked]
    paused = [int(row["detail"]) for row in rows if row["reason"] == Reason.HELD_CAMPAIGN_PAUSED]
    mended = list(product(FOR_A_PROJECT, await crm.open_codes(tx, codes) if codes else ()))
    syncing = await giving.syncing_campaigns(tx, paused) if paused else ()
    mended += [(Reason.HELD_CAMPAIGN_PAUSED, str(id_)) for id_ in syncing]
    awaited = [int(row["detail"]) for row in rows if row["reason"] == Reason.WAITING_FOR_GIFT]
    mended += [(Reason.WAITING_FOR_GIFT, str(id_)) for id_ in await _there(tx, destination, awaited)]
    if destination.is_linked:
        mended += await _freed(tx, [row["detail"] for row in rows if row["reason"] == Reason.GIFT_REVERSED])
    return await _requeue(tx, destination, mended, now) if mended else 0


async def _there(tx: Tx, destination: Destination, gift_ids: list[int]) -> list[int]:
    """Those of the gifts that are at the destination in the version that must be there."""
    if not gift_ids:
        return []
    found = await store.queries.there(tx, destination=destination.name, ids=gift_ids)
    return [row["record_id"] for row in found]


async def _freed(tx: Tx, details: list[str]) -> list[tuple[Reason, str]]:
    """Those of which a reversal, by the ids they name, is no longer there, or has come again since: that row is not named yet."""
    reversals = {detail: {int(id_) for id_ in detail.split(", ")} for detail in details}
    if not reversals:
        return []
    there = await crm.reversals_there(tx, sorted(set().union(*reversals.values())))
    now = {
        detail: {row for id_ in ids if id_ in there for row in (id_, there[id_])}
        for detail, ids in reversals.items()
    }
    return [
        (Reason.GIFT_REVERSED, detail) for detail, ids in reversals.items() if now[detail] - {None} != ids
    ]


async def _requeue(tx: Tx, destination: Destination, mended: list[tuple[Reason, str]], now: datetime) -> int:
    """Each kind once, in one order for everybody: who has moved the tally of a kind must not wait for a record of it."""
    queued = 0
    for entity in BY_NAME:
        queued += await store.queries.requeue_held(
            tx,
            destination=destination.name,
            entity=entity,
            reasons=[reason for reason, _ in mended],
            details=[detail for _, detail in mended],
            now=now,
            most=store.PORTION,
        )
    return queued

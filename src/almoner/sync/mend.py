"""Records that wait for something else: a project the CRM has to know and take, a campaign that is paused."""

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
    """Make due what waited for a project that takes gifts by now, or for a campaign that syncs again; answers how many.

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
    queued = 0
    if codes and (found := await crm.open_codes(tx, codes)):
        queued += await _requeue(tx, destination, list(FOR_A_PROJECT), list(found), now)
    if paused and (on := await giving.syncing_campaigns(tx, paused)):
        queued += await _requeue(
            tx, destination, [Reason.HELD_CAMPAIGN_PAUSED], [str(id_) for id_ in on], now
        )
    return queued


async def _requeue(
    tx: Tx, destination: Destination, reasons: list[Reason], details: list[str], now: datetime
) -> int:
    queued = 0
    for entity in BY_NAME:
        queued += await store.queries.requeue_held(
            tx,
            destination=destination.name,
            entity=entity,
            reasons=reasons,
            details=details,
            now=now,
            most=store.PORTION,
        )
    return queued

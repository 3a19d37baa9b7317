"""A destination that does not share the sync's transaction: what is due is leased, sent outside of any transaction, and settled.

A sending that was cut short comes again when its lease is over; the destination knows it by key and version.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from msgspec.structs import replace

from almoner.crm.contract import Outcome
from almoner.kernel.clock import Clock
from almoner.platform.database import Server, Tx
from almoner.platform.logs import error_facts
from almoner.platform.settings import Settings
from almoner.sync import retry, store
from almoner.sync.destinations import Destination
from almoner.sync.engine import Turn, choose, settle
from almoner.sync.entities import DONOR
from almoner.sync.rules import Reason, Record

_log = structlog.get_logger(__name__)

SEND_SECONDS = 60.0
"""How long an answer is waited for."""
LEASE_SECONDS = 2 * SEND_SECONDS
"""How long a sending is nobody else's."""


async def send_due(
    db: Server,
    destination: Destination,
    organization_id: int,
    donor_id: int,
    clock: Clock,
    settings: Settings,
) -> bool:
    """Send a batch of one donor's due records; False when none is due any more, or another worker has leased them."""
    name, now = destination.name, clock.now()
    async with db.tenant(organization_id) as tx:
        work = await retry.due_work(tx, name, donor_id, now, settings.sync_batch_max)
        if work is None:
            return False
        turn = await choose(tx, destination, work, now=now, is_retry=True)
        await store.write_records(tx, turn.records, slot=None)
        await store.queries.lease(
            tx, destination=name, donor_id=donor_id, now=now, until=now + timedelta(seconds=LEASE_SECONDS)
        )
    turn.records = []
    try:
        outcomes = await _sent(destination, turn)
    except Exception as error:  # noqa: BLE001 - whatever a network or a CRM does, it is tried again
        _log.warning("sync_send_failed", destination=name, **error_facts(error))
        async with db.tenant(organization_id) as tx:
            await store.hold_donors(tx, name, [donor_id])
            now = clock.now()
            await retry.note_failure(tx, destination, work, donor_id, error, now, settings, slot=None)
        return True
    async with db.tenant(organization_id) as tx:
        await store.hold_donors(tx, name, [donor_id])
        if await _settle(tx, turn, outcomes, clock.now()):
            await retry.go_on(tx, name, donor_id, work, clock.now())
    return True


async def _sent(destination: Destination, turn: Turn) -> Sequence[Outcome]:
    if not turn.sending:
        return []
    async with asyncio.timeout(SEND_SECONDS):
        outcomes = await destination.send(None, turn.changes())
    if len(outcomes) != len(turn.sending):
        raise ValueError("a destination answers with an outcome for each change")
    return outcomes


async def _settle(tx: Tx, turn: Turn, outcomes: Sequence[Outcome], now: datetime) -> bool:
    """Store what became of it, over what was noted meanwhile; False when something has changed since, and is due again."""
    await settle(tx, turn, outcomes)
    name, work = turn.destination.name, turn.work
    known = await store.records(tx, name, work.donor_ids, work.wanted)
    records = []
    for record in turn.records:
        stored = known.of(record.entity).get(record.record_id)
        is_lost = _is_lost(record, stored, work.known)
        records.append(replace(record, is_stored=True) if is_lost else _over(record, stored, now))
    await store.write_records(tx, [record for record in records if record is not None], slot=None)
    return all(record is None or record.reason is not Reason.QUEUED for record in records)


def _is_lost(record: Record, stored: Record | None, known: dict[int, Record]) -> bool:
    """Whether a donor was there when this was sent, is not any more, and nobody has put it there since."""
    before = known.get(record.record_id) if record.entity == DONOR.name else None
    return before is not None and stored is not None and record.done < before.done == stored.done


def _over(record: Record, stored: Record | None, now: datetime) -> Record | None:
    """`record` as it is to stand over what is `stored` by now; None when a later sending has settled it already."""
    if stored is None:
        return replace(record, is_stored=False)
    if stored.done > record.done:
        return None
    record = replace(record, is_stored=True)
    if stored.wanted <= record.wanted:
        return record
    return replace(
        record,
        wanted=stored.wanted,
        minor=stored.minor,
        reason=Reason.QUEUED,
        detail=None,
        happened_at=stored.happened_at,
        due_at=now,
    )

"""A destination that does not share the sync's transaction: what is due is leased, sent outside of any transaction, and settled.

A sending that was cut short comes again when its lease is over; the destination knows it by key and version.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from almoner.crm.contract import Outcome
from almoner.kernel.clock import Clock
from almoner.kernel.ids import ID_MAX
from almoner.platform.database import Server, Tx
from almoner.platform.logger import Logger, error_facts
from almoner.platform.settings import Settings
from almoner.sync import retry, store
from almoner.sync.attempt import is_no_attempt
from almoner.sync.destinations import Destination
from almoner.sync.engine import Turn, Work, choose, refreshed, settle
from almoner.sync.entities import DONOR
from almoner.sync.rules import Reason, Record

_log = Logger(__name__)

LOCK_SECONDS = 1.0
"""Longest wait for a row that somebody else holds, when what was sent is settled."""
SEND_SECONDS = 60.0
"""How long an answer is waited for."""
LEASE_SECONDS = 2 * SEND_SECONDS
"""How long a sending is nobody else's."""


class UnusableAnswer(Exception):
    """What a destination answered names no outcome for what was sent."""


async def send_due(
    db: Server,
    destination: Destination,
    organization_id: int,
    donor_id: int,
    clock: Clock,
    settings: Settings,
) -> bool:
    """Send a batch of one donor's due records; False when none is due any more, or another worker has leased them.

    When it fails, and not for want of an answer, record by record: those before the bad one go, the others wait.
    """
    name, now = destination.name, clock.now()
    async with db.tenant(organization_id) as tx:
        work = await retry.due_work(tx, name, donor_id, now, settings.sync_batch_max)
        if work is None:
            return False
        turn = await _chosen(tx, destination, work, now)
        await store.queries.lease(
            tx, destination=name, donor_id=donor_id, now=now, until=now + timedelta(seconds=LEASE_SECONDS)
        )
    sending = _Sending(db, destination, organization_id, donor_id, clock)
    left = work
    error = await sending.attempt(work, turn)
    if error is not None and not is_no_attempt(error):
        left, error = await sending.in_steps(work, error)
    if error is not None:
        _log.warning("sync_send_failed", destination=name, **error_facts(error))
        async with db.tenant(organization_id) as tx:
            await store.hold_donors(tx, name, [donor_id])
            now = clock.now()
            await retry.note_failure(tx, destination, left, donor_id, error, now, settings, slot=None)
    return True


@dataclass(frozen=True, slots=True)
class _Sending:
    """One donor's records on their way, while the lease is ours."""

    db: Server
    destination: Destination
    organization_id: int
    donor_id: int
    clock: Clock

    async def attempt(self, work: Work, turn: Turn) -> Exception | None:
        """Send and settle, or answer with what went wrong."""
        try:
            outcomes = await _sent(self.destination, turn)
        except Exception as error:  # noqa: BLE001 - whatever a network or a CRM does, it is tried again
            return error
        name = self.destination.name
        async with self.db.tenant(self.organization_id, lock_seconds=LOCK_SECONDS) as tx:
            await store.hold_donors(tx, name, [self.donor_id])
            if await _settle(tx, turn, outcomes, self.clock.now()):
                await retry.go_on(tx, name, self.donor_id, work, self.clock.now())
        return None

    async def in_steps(self, work: Work, error: Exception) -> tuple[Work, Exception | None]:
        """A record at a time, until one fails: what is left then, and why. A single one has failed with `error`."""
        steps = retry.in_steps(work, is_retry=True)
        if len(steps) == 1:
            return work, error
        for n, step in enumerate(steps):
            async with self.db.tenant(self.organization_id) as tx:
                step_now = await refreshed(tx, self.destination, step)
                turn = await _chosen(tx, self.destination, step_now, self.clock.now())
            if (failed := await self.attempt(step_now, turn)) is not None:
                return retry.joined(steps[n:]), failed
        return Work({}), None


async def _chosen(tx: Tx, destination: Destination, work: Work, now: datetime) -> Turn:
    """What goes of `work`; what does not is stored."""
    turn = await choose(tx, destination, work, now=now, is_retry=True)
    await store.write_records(tx, turn.records, slot=None)
    turn.records = []
    return turn


async def _sent(destination: Destination, turn: Turn) -> Sequence[Outcome]:
    """The outcomes of what is sent. `UnusableAnswer` when they are none: then nobody knows what was done."""
    if not turn.sending:
        return []
    changes = turn.changes()
    async with asyncio.timeout(SEND_SECONDS):
        outcomes = await destination.send(None, changes, turn.now)
    if [outcome.key for outcome in outcomes] != [change.key for change in changes]:
        raise UnusableAnswer("a destination answers with an outcome for each change, in their order")
    if not all(_is_usable(outcome) for outcome in outcomes):
        raise UnusableAnswer("a destination names what it has taken, or a problem")
    return outcomes


def _is_usable(outcome: Outcome) -> bool:
    return outcome.problem is not None or (outcome.crm_id is not None and 0 < outcome.crm_id <= ID_MAX)


async def _settle(tx: Tx, turn: Turn, outcomes: Sequence[Outcome], now: datetime) -> bool:
    """Store what became of it, over what was noted meanwhile; False when something has changed since, and is due again."""
    await settle(tx, turn, outcomes)
    name, work = turn.destination.name, turn.work
    known = await store.records(tx, name, sorted({*work.donor_ids, *turn.donors}), work.wanted)
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

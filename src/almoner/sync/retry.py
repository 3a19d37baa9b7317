"""Records that wait: what to try again, and what to note when an attempt fails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from almoner.platform.database import Tx
from almoner.platform.database.trouble import CONFLICTS
from almoner.platform.settings import Settings
from almoner.sync import store
from almoner.sync.destinations import Destination
from almoner.sync.engine import Turn, Work, decided
from almoner.sync.entities import BY_NAME, DONOR, Entity
from almoner.sync.rules import Reason, Record, State, Wanted, next_attempt, wanted_again

LOCK_SECONDS = 1.0
"""Longest wait of a worker for a row that somebody else holds: its batch waits with it."""
LOCK_SECONDS_ALONE = 0.1
"""The same for one donor's work, where many may be held: it comes again."""
UNREACHABLE = (OSError, TimeoutError)
"""A destination that is away: that is no attempt, as it is none to meet others at work, and nothing is given up for it."""


async def due_work(tx: Tx, destination: str, donor_id: int, now: datetime, limit: int) -> Work | None:
    """A donor's first pending records, at most `limit`, its own and what belongs to it in order; None when none is due any more."""
    if not await store.still_due(tx, destination, donor_id, now):
        return None
    records = await store.open_records(tx, destination, donor_id, limit)
    if not records:
        return None
    known = await store.records(tx, destination, [donor_id], {})
    work = Work({}, known.of(DONOR.name), known.open)
    for record in records:
        work.wanted.setdefault(record.entity, {})[record.record_id] = wanted_again(record)
    return work


async def go_on(tx: Tx, destination: str, donor_id: int, work: Work, now: datetime) -> None:
    """After `work` was tried: what waits behind it is due once all of it is settled, and otherwise waits on.

    So is a donor that was no part of it and must be sent anew.
    """
    first = await store.open_records(tx, destination, donor_id, 1)
    if not first:
        return
    (record,) = first
    if record.record_id not in work.wanted.get(record.entity, {}):
        await store.make_due(tx, record, now)
    else:
        await store.wait_behind_first(tx, destination, donor_id, now)


def in_steps(work: Work, *, is_retry: bool) -> list[Work]:
    """One donor's work a record at a time, in order. A fresh donor goes with its first record, which takes it along."""
    owned = [{each.entity: {each.record_id: each}} for each in work.owned]
    donors = {DONOR.name: work.donors}
    if work.donors:
        owned = [donors, *owned] if is_retry or not owned else [donors | owned[0], *owned[1:]]
    return [Work(wanted, work.known, work.open) for wanted in owned]


def joined(steps: Sequence[Work]) -> Work:
    """Several steps as one piece of work again."""
    whole = Work({})
    for step in steps:
        for name, of in step.wanted.items():
            whole.wanted.setdefault(name, {}).update(of)
    return whole


async def note_failure(
    tx: Tx,
    destination: Destination,
    work: Work,
    donor_id: int,
    error: Exception,
    now: datetime,
    settings: Settings,
    *,
    slot: int | None,
) -> None:
    """Put a donor's first open record (the donor itself, unless linked) on the retry schedule, or fail it for good.

    The others wait behind it. The error's kind is kept as detail, never its text: that may hold personal data. `slot` as
    for `store.write_records`.
    """
    queue = await _queue(tx, destination, work, donor_id, now)
    if not queue:
        return
    first, *others = queue
    attempts = first.attempts + (not isinstance(error, (*CONFLICTS, *UNREACHABLE)))
    exhausted = attempts >= settings.sync_attempts_max and attempts > first.attempts
    due = next_attempt(
        max(attempts, 1),
        now,
        first_seconds=settings.sync_backoff_seconds,
        most_seconds=settings.sync_backoff_seconds_max,
    )
    if isinstance(error, UNREACHABLE):
        due = now + timedelta(seconds=settings.sync_trouble_seconds_max)
    failed = replace(
        first,
        reason=Reason.RETRIES_EXHAUSTED if exhausted else Reason.RETRYING,
        attempts=attempts,
        detail=f"{type(error).__name__} {getattr(error, 'sqlstate', None) or ''}".strip(),
        due_at=None if exhausted else due,
        changed_at=now,
    )
    # When a gift is given up, the next one takes its place on the schedule; behind a donor that is, all wait for it.
    goes_on = exhausted and (first.entity != DONOR.name or first.done > 0)
    waiting = [
        replace(record, reason=Reason.WAITING_FOR_DONOR, due_at=due if goes_on and n == 0 else None)
        for n, record in enumerate(others)
    ]
    await store.write_records(tx, [failed, *waiting], slot=slot)


async def _queue(tx: Tx, destination: Destination, work: Work, donor_id: int, now: datetime) -> list[Record]:
    """The records of `work` that are still to be settled, the donor first: as they are by now."""
    known = await store.records(tx, destination.name, [donor_id], work.wanted)
    turn = Turn(destination, tx.organization.integration, now, work, {}, is_retry=False)
    queue = [
        record
        for name, wanted in work.wanted.items()
        for record in await _open(tx, turn, BY_NAME[name], wanted, known.of(name))
    ]
    return sorted(queue, key=lambda record: (record.entity != DONOR.name, record.event_id))


async def _open(
    tx: Tx, turn: Turn, entity: Entity, wanted: dict[int, Wanted], stored: dict[int, Record]
) -> list[Record]:
    """The record of each of `wanted` that is not there yet and that may get there."""
    facts = await entity.facts(tx, list(wanted))
    found = []
    for id_, each in wanted.items():
        before, fact = stored.get(id_), facts.get(id_)
        if fact is None or (before is not None and before.done >= fact.version):
            continue
        if (
            before is not None
            and before.state in (State.FAILED, State.WITHHELD)
            and before.wanted >= each.version
        ):
            continue
        found.append(decided(turn, (entity, replace(each, before=before), fact), Reason.QUEUED))
    return found

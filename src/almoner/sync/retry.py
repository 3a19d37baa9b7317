"""Records that wait: what to try again, and what to note when an attempt fails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec.structs import replace

from almoner.platform.database import Tx
from almoner.platform.database.trouble import CONFLICTS
from almoner.platform.settings import Settings
from almoner.sync import store
from almoner.sync.attempt import UNREACHABLE, attempted, is_no_attempt
from almoner.sync.destinations import Destination
from almoner.sync.engine import Turn, Work, decided, undecided
from almoner.sync.entities import BY_NAME, DONOR, Entity
from almoner.sync.rules import Reason, Record, State, Wanted, next_attempt, wanted_again


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

    The others wait behind it. Where somebody holds a row, that may be the one of `slot`: then it takes one of its own. The error's kind is kept as detail, never its text: that may hold personal data. `slot` as
    for `store.write_records`. What giving has of the records may be the very trouble: then they are noted by what the sync knows.
    """

    async def noted(*, by_facts: bool) -> None:
        known = await store.records(tx, destination.name, [donor_id], work.wanted)
        wanted = _unsettled(work, known)
        if by_facts:
            records = await _with_facts(tx, destination, work, wanted, now)
        else:
            records = [undecided(destination, each, now, Reason.QUEUED) for _, each in wanted]
        queue = sorted(records, key=lambda record: (record.entity != DONOR.name, record.event_id))
        own = None if isinstance(error, CONFLICTS) else slot
        await store.write_records(tx, _scheduled(queue, error, now, settings), slot=own)

    trouble = await attempted(tx, partial(noted, by_facts=True))
    if trouble is not None:
        if is_no_attempt(trouble):
            raise trouble
        await noted(by_facts=False)


def _scheduled(queue: Sequence[Record], error: Exception, now: datetime, settings: Settings) -> list[Record]:
    """The first of `queue` with its next attempt, or failed for good; the others behind it."""
    if not queue:
        return []
    first, *others = queue
    attempts = first.attempts + (not is_no_attempt(error))
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
    return [failed, *waiting]


def _unsettled(work: Work, known: store.Known) -> list[tuple[Entity, Wanted]]:
    """What of `work` is still to be settled, over what is stored by now."""
    found = []
    for name, wanted in work.wanted.items():
        stored = known.of(name)
        for id_, each in wanted.items():
            before = stored.get(id_)
            is_settled = before is not None and (
                before.done >= each.version
                or (before.state in (State.FAILED, State.WITHHELD) and before.wanted >= each.version)
            )
            if not is_settled:
                found.append((BY_NAME[name], replace(each, before=before)))
    return found


async def _with_facts(
    tx: Tx, destination: Destination, work: Work, wanted: list[tuple[Entity, Wanted]], now: datetime
) -> list[Record]:
    """The record of each of `wanted` by giving's facts; what giving has no facts of by what the sync knows."""
    turn = Turn(destination, tx.organization.integration, now, work, {}, is_retry=False)
    records = []
    for entity in dict.fromkeys(entity for entity, _ in wanted):
        of_kind = [each for kind, each in wanted if kind is entity]
        facts = await entity.facts(tx, [each.record_id for each in of_kind])
        for each in of_kind:
            fact = facts.get(each.record_id)
            if fact is None:
                records.append(undecided(destination, each, now, Reason.QUEUED))
            elif fact.version > each.done:
                records.append(decided(turn, (entity, each, fact), Reason.QUEUED))
    return records

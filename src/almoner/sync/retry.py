"""Records that wait: what to try again, and what to note when an attempt fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from almoner.platform.database import Tx
from almoner.platform.settings import Settings
from almoner.sync import store
from almoner.sync.engine import Work
from almoner.sync.rules import Reason, Record, State, next_attempt


async def open_work(tx: Tx, donor_id: int) -> Work | None:
    """All pending records of a donor, its own and its gifts' in order; None when nothing is pending any more."""
    records = await store.open_records(tx, [donor_id])
    if not records:
        return None
    work = Work({}, {})
    for record in records:
        if record.entity == "donor":
            work.donors[donor_id] = record.happened_at
        else:
            work.gifts[record.record_id] = (donor_id, record.happened_at)
    return work


async def note_failure(
    tx: Tx, work: Work, donor_id: int, error: Exception, now: datetime, settings: Settings
) -> None:
    """Put a donor's first open record (the donor itself, unless linked) on the retry schedule, or fail it for good.

    The others wait behind it. The error's kind is kept as detail, never its text: that may hold personal data.
    """
    gifts = await store.gift_records(tx, list(work.gifts))
    donor = (await store.donor_records(tx, [donor_id])).get(donor_id)
    queue = [
        gifts.get(id_) or _fresh("gift", id_, donor_id, when, now) for id_, (_, when) in work.gifts.items()
    ]
    if donor_id in work.donors and (donor is None or donor.state is not State.SYNCED):
        queue.insert(0, donor or _fresh("donor", donor_id, donor_id, work.donors[donor_id], now))
    if not queue:
        return
    first, *others = queue
    attempts = first.attempts + 1
    exhausted = attempts >= settings.sync_attempts_max
    due = next_attempt(
        attempts,
        now,
        first_seconds=settings.sync_backoff_seconds,
        most_seconds=settings.sync_backoff_seconds_max,
    )
    state, reason = (
        (State.FAILED, Reason.RETRIES_EXHAUSTED) if exhausted else (State.PENDING, Reason.RETRYING)
    )
    detail = f"{type(error).__name__} {getattr(error, 'sqlstate', None) or ''}".strip()
    failed = replace(
        first,
        state=state,
        reason=reason,
        attempts=attempts,
        detail=detail,
        due_at=None if exhausted else due,
        changed_at=now,
    )
    # When the first is given up, the next one takes its place on the schedule.
    waiting = [
        replace(
            record,
            state=State.PENDING,
            reason=Reason.WAITING_FOR_DONOR,
            due_at=due if exhausted and n == 0 else None,
        )
        for n, record in enumerate(others)
    ]
    await store.write_records(tx, [failed, *waiting])


def _fresh(entity: str, record_id: int, donor_id: int, when: datetime, now: datetime) -> Record:
    return Record(entity, record_id, donor_id, State.PENDING, Reason.QUEUED, None, None, 0, None, when, now)

"""Records that wait: what to try again, and what to note when an attempt fails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from almoner.giving import contract as giving
from almoner.platform.database import Tx
from almoner.platform.settings import Settings
from almoner.sync import store
from almoner.sync.engine import Work
from almoner.sync.rules import Reason, Record, State, next_attempt, queued


async def due_work(tx: Tx, donor_id: int, now: datetime, limit: int) -> Work | None:
    """A donor's first pending records, at most `limit`, its own and its gifts' in order; None when none is due any more."""
    records = (
        await store.open_records(tx, donor_id, limit) if await store.still_due(tx, donor_id, now) else []
    )
    if not records:
        return None
    work = Work({}, {})
    for record in records:
        if record.entity == "donor":
            work.donors[donor_id] = record.happened_at
        else:
            work.gifts[record.record_id] = (donor_id, record.happened_at)
    return work


async def go_on(tx: Tx, donor_id: int, work: Work, now: datetime) -> None:
    """After `work` was tried: what waits behind it is due once all of it is settled, and otherwise waits on."""
    first = await store.open_records(tx, donor_id, 1)
    if not first:
        return
    (record,) = first
    if record.entity == "gift" and record.record_id not in work.gifts:
        await store.make_due(tx, record, now)
    else:
        await store.wait_behind_first(tx, donor_id, now)


def in_steps(work: Work, *, is_retry: bool) -> list[Work]:
    """One donor's work a record at a time, in order. A fresh donor goes with its first gift, which takes it along."""
    gifts = [Work({}, {gift_id: place}) for gift_id, place in work.gifts.items()]
    if not work.donors:
        return gifts
    if is_retry or not gifts:
        return [Work(work.donors, {}), *gifts]
    return [Work(work.donors, gifts[0].gifts), *gifts[1:]]


def joined(steps: Sequence[Work]) -> Work:
    """Several steps as one piece of work again."""
    whole = Work({}, {})
    for step in steps:
        whole.donors.update(step.donors)
        whole.gifts.update(step.gifts)
    return whole


async def note_failure(
    tx: Tx, work: Work, donor_id: int, error: Exception, now: datetime, settings: Settings, *, slot: int
) -> None:
    """Put a donor's first open record (the donor itself, unless linked) on the retry schedule, or fail it for good.

    The others wait behind it. The error's kind is kept as detail, never its text: that may hold personal data. `slot` as
    for `store.write_records`.
    """
    queue = await _queue(tx, work, donor_id, now)
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
    # When a gift is given up, the next one takes its place on the schedule; behind a donor that is, all wait for it.
    goes_on = exhausted and first.entity == "gift"
    waiting = [
        replace(
            record,
            state=State.PENDING,
            reason=Reason.WAITING_FOR_DONOR,
            due_at=due if goes_on and n == 0 else None,
        )
        for n, record in enumerate(others)
    ]
    await store.write_records(tx, [failed, *waiting], slot=slot)


async def _queue(tx: Tx, work: Work, donor_id: int, now: datetime) -> list[Record]:
    """The records of `work` that are still to be settled, the donor first."""
    donors, known = await store.records(tx, [donor_id], list(work.gifts))
    known |= await _fresh_gifts(tx, [id_ for id_ in work.gifts if id_ not in known], work, now)
    gifts = [known[id_] for id_ in work.gifts if id_ in known]
    queue = [gift for gift in gifts if gift.state is State.PENDING]
    donor = donors.get(donor_id)
    if donor_id in work.donors and (donor is None or donor.state is not State.SYNCED):
        queue.insert(0, donor or queued("donor", donor_id, donor_id, work.donors[donor_id], now))
    return queue


async def _fresh_gifts(tx: Tx, gift_ids: list[int], work: Work, now: datetime) -> dict[int, Record]:
    """Records of gifts that have none yet, with their money."""
    facts = await giving.gift_facts(tx, gift_ids) if gift_ids else {}
    return {
        gift.id: replace(
            queued("gift", gift.id, gift.donor_id, work.gifts[gift.id][1], now),
            currency=gift.currency,
            minor=gift.amount_minor,
        )
        for gift in facts.values()
    }

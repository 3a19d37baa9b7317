"""Apply a set of giving changes of one organization to the CRM, inside the caller's transaction.

Everything a record needs - contact, gift, totals, link, sync state - moves together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from almoner.crm import contract as crm
from almoner.giving import contract as giving
from almoner.giving.contract import Donor, GiftFacts
from almoner.platform.database import Tx
from almoner.sync import store
from almoner.sync.mapping import contact_of, gift_of
from almoner.sync.rules import STATE_OF_REASON, Reason, Record, State, donor_hold, gift_hold


@dataclass(frozen=True, slots=True)
class Work:
    """Donors and gifts to look at, gifts in event order: donor id -> when it happened, gift id -> (donor id, when)."""

    donors: dict[int, datetime]
    gifts: dict[int, tuple[int, datetime]]


@dataclass(slots=True)
class _Plan:
    """What is being decided. `going` are the gifts that may go to the CRM now, in order."""

    now: datetime
    donors: dict[int, Donor]
    known: dict[int, Record]
    going: list[GiftFacts] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    def contact_id(self, donor_id: int) -> int | None:
        record = self.known.get(donor_id)
        return record.crm_id if record is not None and record.state is State.SYNCED else None


async def apply(
    tx: Tx, work: Work, *, integration: str, slot: int, now: datetime, is_retry: bool = False
) -> int:
    """Decide and carry out what becomes of `work`; answers how many records got a state.

    Records that are synced already are left alone, so a repeated event is harmless. Unless `is_retry`, donors that wait
    or failed are not tried again: their gifts wait behind them, in order.
    """
    donor_ids = sorted({*work.donors, *(donor_id for donor_id, _ in work.gifts.values())})
    known, done = await store.records(tx, donor_ids, list(work.gifts))
    plan = _Plan(now, await giving.donor_facts(tx, donor_ids), known)
    blocked = {} if is_retry else await _blocked(tx, plan, donor_ids)
    facts = await giving.gift_facts(tx, list(work.gifts))
    for gift_id, (_donor_id, happened_at) in work.gifts.items():
        before = done.get(gift_id)
        if gift_id not in facts or (before is not None and not (is_retry and before.state is State.PENDING)):
            continue
        _place_gift(plan, facts[gift_id], integration, blocked, before, happened_at)
    _place_donors(plan, work, integration)
    await _send(tx, plan, work, done, slot, is_retry=is_retry)
    await store.write_records(tx, plan.records, slot=slot)
    return len(plan.records)


async def _blocked(tx: Tx, plan: _Plan, donor_ids: list[int]) -> dict[int, Reason]:
    """Donors whose gifts must wait: the donor failed or waits, or an earlier gift of theirs is still pending."""
    blocked = {
        donor_id: Reason.WAITING_FOR_DONOR
        for donor_id, record in plan.known.items()
        if record.state in (State.FAILED, State.PENDING)
    }
    open_ones = await store.donors_with_open_records(tx, donor_ids)
    return blocked | dict.fromkeys(open_ones, Reason.WAITING_FOR_DONOR)


def _place_gift(
    plan: _Plan,
    gift: GiftFacts,
    integration: str,
    blocked: dict[int, Reason],
    before: Record | None,
    happened_at: datetime,
) -> None:
    hold = gift_hold(integration=integration, is_test_mode=gift.is_test_mode, can_sync=gift.can_sync)
    reason = hold or blocked.get(gift.donor_id)
    if reason is None:
        plan.going.append(gift)
    else:
        plan.records.append(_record(gift, happened_at, plan.now, reason, before=before))


def _place_donors(plan: _Plan, work: Work, integration: str) -> None:
    """Donors none of whose gifts goes now get their reason, unless they have a state; changed ones that failed, a try."""
    going = {gift.donor_id for gift in plan.going}
    held = dict(work.gifts.values()) | work.donors
    for donor_id, happened_at in held.items():
        donor = plan.donors.get(donor_id)
        if donor is None or donor_id in going:
            continue
        known = plan.known.get(donor_id)
        if known is None:
            reason = donor_hold(integration=integration, is_test_mode=donor.is_test_mode)
            plan.records.append(_record(donor, happened_at, plan.now, reason, before=None))
        elif known.state is State.FAILED and donor_id in work.donors:
            again = replace(
                known, state=State.PENDING, reason=Reason.RETRYING, due_at=plan.now, changed_at=plan.now
            )
            plan.records.append(again)


async def _send(
    tx: Tx, plan: _Plan, work: Work, done: dict[int, Record], slot: int, *, is_retry: bool
) -> None:
    """Hand the CRM what goes to it, and turn its outcomes into records and links."""
    # Only a retry takes a waiting donor up, for it alone takes the gifts along that wait behind the donor.
    retried = [
        d for d in work.donors if is_retry and d in plan.known and plan.known[d].state is State.PENDING
    ]
    wanted = dict.fromkeys([*(gift.donor_id for gift in plan.going), *retried])
    people = [
        donor_id for donor_id in wanted if plan.contact_id(donor_id) is None and donor_id in plan.donors
    ]
    if not people and not plan.going:
        return
    index = {donor_id: n for n, donor_id in enumerate(people)}
    accepted = await crm.accept(
        tx,
        [contact_of(plan.donors[donor_id]) for donor_id in people],
        [
            gift_of(gift, contact_id=plan.contact_id(gift.donor_id), contact_index=index.get(gift.donor_id))
            for gift in plan.going
        ],
        slot=slot,
    )
    times = dict(work.gifts.values()) | work.donors
    for donor_id, outcome in zip(people, accepted.contacts, strict=True):
        donor, before = plan.donors[donor_id], plan.known.get(donor_id)
        plan.records.append(_outcome(donor, times[donor_id], plan.now, outcome, before))
    for gift, outcome in zip(plan.going, accepted.gifts, strict=True):
        when = work.gifts[gift.id][1]
        plan.records.append(_outcome(gift, when, plan.now, outcome, done.get(gift.id)))
    linked = zip(people, accepted.contacts, strict=True)
    keys = {donor_id: str(outcome.crm_id) for donor_id, outcome in linked if outcome.crm_id is not None}
    if keys:
        await giving.link_donors(tx, keys, plan.now)


def _outcome(
    subject: Donor | GiftFacts,
    happened_at: datetime,
    now: datetime,
    outcome: crm.Outcome,
    before: Record | None,
) -> Record:
    reason = None if outcome.problem is None else Reason(outcome.problem)
    return _record(
        subject, happened_at, now, reason, crm_id=outcome.crm_id, detail=outcome.detail, before=before
    )


def _record(
    subject: Donor | GiftFacts,
    happened_at: datetime,
    now: datetime,
    reason: Reason | None,
    *,
    crm_id: int | None = None,
    detail: str | None = None,
    before: Record | None,
) -> Record:
    """The record of a donor or a gift, in place of what stood there `before`; without a reason it is synced."""
    gift = subject if isinstance(subject, GiftFacts) else None
    return Record(
        entity="donor" if gift is None else "gift",
        record_id=subject.id,
        donor_id=subject.id if gift is None else gift.donor_id,
        state=State.SYNCED if reason is None else STATE_OF_REASON[reason],
        reason=reason,
        detail=detail,
        crm_id=crm_id,
        attempts=0 if before is None else before.attempts,
        happened_at=happened_at,
        changed_at=now,
        currency=None if gift is None else gift.currency,
        minor=None if gift is None else gift.amount_minor,
        is_stored=before is not None,
    )


def work_of(changes: Iterable[tuple[str, int, int, datetime]]) -> Work:
    """The work in a series of (kind, donor id, record id, happened at), in event order; other kinds are not ours."""
    work = Work({}, {})
    for kind, donor_id, record_id, happened_at in changes:
        if kind == giving.GIFT_CREATED:
            work.gifts.setdefault(record_id, (donor_id, happened_at))
        elif kind in (giving.DONOR_CREATED, giving.DONOR_UPDATED):
            work.donors.setdefault(donor_id, happened_at)
    return work

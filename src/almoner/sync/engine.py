"""The four steps of the sync: note what happened, choose what goes, send it, settle what became of it.

Each works on a set of one organization's records, inside the caller's transaction. Whatever changes - a new record, an edit, a
retry, a mended cause - is the same question: which version is there, and which must be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from almoner.crm.contract import Change, Outcome, Problem, PutContact
from almoner.giving import contract as giving
from almoner.platform.database import Tx
from almoner.platform.events.reader import Event
from almoner.sync import store
from almoner.sync.destinations import Destination
from almoner.sync.entities import BY_KIND, BY_NAME, DONOR, Entity
from almoner.sync.refused import reasons_of
from almoner.sync.rules import Reason, Record, State, Told, Wanted, record_of
from almoner.sync.survivors import with_survivors


@dataclass(frozen=True, slots=True)
class Work:
    """What must be at the destination: by entity and id, each entity's in the order in which they go.

    `known` is of all their donors; `open` are those of them with a pending record, their own or one that belongs to them.
    """

    wanted: dict[str, dict[int, Wanted]]
    known: dict[int, Record] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)

    def of(self, entity: Entity) -> dict[int, Wanted]:
        """What is wanted of one entity."""
        return self.wanted.get(entity.name, {})

    @property
    def donors(self) -> dict[int, Wanted]:
        """Donors that are wanted for themselves."""
        return self.of(DONOR)

    @property
    def owned(self) -> list[Wanted]:
        """What is wanted beside donors, in the order in which it goes."""
        rest = [each for name, of in self.wanted.items() if name != DONOR.name for each in of.values()]
        return sorted(rest, key=_place)

    @property
    def donor_ids(self) -> list[int]:
        """Every donor it is about."""
        return sorted({each.donor_id for of in self.wanted.values() for each in of.values()})


_place = attrgetter("event_id")
MERGE_AGAIN_SECONDS = 900
"""After how long a merge is tried again whose survivor could not get there."""


Sending = tuple[Entity, Wanted, Any]
"""A record that goes, with what giving says of it."""


@dataclass(slots=True)
class Turn:
    """What is being decided: what goes, and the records of what does not."""

    destination: Destination
    integration: str
    now: datetime
    work: Work
    donors: dict[int, Any]
    is_retry: bool
    sending: list[Sending] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    left: set[int] = field(default_factory=set)
    """Donors one of whose waiting records is another's by now: the next of theirs must not wait for it."""

    def changes(self) -> list[Change]:
        """What the destination is to be told. The CRM key of a donor names a contact of the linked one, and of no other."""
        changes = [entity.change(fact) for entity, _, fact in self.sending]
        if self.destination.is_linked:
            return changes
        return [replace(each, seeded=None) if isinstance(each, PutContact) else each for each in changes]


async def apply(
    tx: Tx, destination: Destination, work: Work, *, slot: int, now: datetime, is_retry: bool
) -> None:
    """Choose, send and settle in this transaction; a destination that does not share it is left with records that are due.

    `slot` as for `store.write_records`. Unless `is_retry`, what waits already is not tried: it has a turn of its own.
    """
    turn = await choose(tx, destination, work, now=now, is_retry=is_retry)
    if destination.shares_transaction:
        await settle(tx, turn, await destination.send(tx, turn.changes(), turn.now) if turn.sending else [])
    else:
        _leave_due(turn)
    await store.write_records(tx, turn.records, slot=slot)
    await go_on_without(tx, turn)


async def leave_due(tx: Tx, destination: Destination, work: Work, now: datetime) -> None:
    """Choose in this transaction, and leave what goes due: it is sent by the retries, each donor's alone."""
    turn = await choose(tx, destination, work, now=now, is_retry=False)
    _leave_due(turn)
    await store.write_records(tx, turn.records, slot=None)
    await go_on_without(tx, turn)


async def go_on_without(tx: Tx, turn: Turn) -> None:
    """After the records of a turn were written: donors whose first waiting record is another's by now go on with their next."""
    for donor_id in sorted(turn.left):
        for record in await store.open_records(tx, turn.destination.name, donor_id, 1):
            if record.due_at is None:
                await store.make_due(tx, record, turn.now)


def _leave_due(turn: Turn) -> None:
    turn.records += [replace(decided(turn, each, Reason.QUEUED), due_at=turn.now) for each in turn.sending]


# --- note ------------------------------------------------------------------------------------------------------


async def note(tx: Tx, destination: Destination, events: Iterable[Event]) -> Work:
    """What `events` make wanted, in their order; those that say nothing new, and those of other kinds, are passed over.

    Where the destination does not share the transaction, its donors are held: what is sent to it is settled before or after.
    """
    asked: dict[str, dict[int, Wanted]] = {}
    for event in events:
        entity = BY_KIND.get(event.kind)
        if entity is None:
            continue
        of = asked.setdefault(entity.name, {})
        first = of.get(event.record_id)
        if first is None:
            of[event.record_id] = Wanted(
                entity.name, event.record_id, event.key_id, event.version, event.id, event.happened_at, None
            )
        elif event.version > first.version:
            of[event.record_id] = replace(first, version=event.version, happened_at=event.happened_at)
    donor_ids = Work(asked).donor_ids
    if not destination.shares_transaction:
        await store.hold_donors(tx, destination.name, donor_ids)
    return await _over_stored(tx, destination, asked, donor_ids, _raised)


async def refreshed(tx: Tx, destination: Destination, work: Work) -> Work:
    """`work` over what is stored by now: what is there already needs nothing more."""
    return await _over_stored(tx, destination, work.wanted, work.donor_ids, _still_wanted)


async def _over_stored(
    tx: Tx,
    destination: Destination,
    asked: dict[str, dict[int, Wanted]],
    donor_ids: Sequence[int],
    left: Callable[[dict[int, Wanted], dict[int, Record]], dict[int, Wanted]],
) -> Work:
    """What is `left` of what is asked for, over what is stored."""
    known = await store.records(tx, destination.name, donor_ids, asked)
    wanted = {name: left(of, known.of(name)) for name, of in asked.items()}
    return Work(wanted, known.of(DONOR.name), known.open)


def _still_wanted(wanted: dict[int, Wanted], stored: dict[int, Record]) -> dict[int, Wanted]:
    return {
        id_: replace(each, before=stored.get(id_))
        for id_, each in wanted.items()
        if id_ not in stored or stored[id_].done < each.version
    }


def _raised(asked: dict[int, Wanted], stored: dict[int, Record]) -> dict[int, Wanted]:
    """Those of `asked` that ask for more than what is stored already."""
    if not stored:
        return asked
    raised = {}
    for id_, wanted in asked.items():
        before = stored.get(id_)
        if before is None:
            raised[id_] = wanted
        elif wanted.version > before.wanted:
            first = wanted.event_id if before.reason is None else before.event_id
            raised[id_] = replace(wanted, before=before, event_id=first)
    return raised


# --- choose ----------------------------------------------------------------------------------------------------


async def choose(tx: Tx, destination: Destination, work: Work, *, now: datetime, is_retry: bool) -> Turn:
    """What of `work` goes now, by giving's facts as they are, and the records of what does not."""
    donors = await DONOR.facts(tx, work.donor_ids)
    merging = await with_survivors(tx, destination, work.donors, work.known, donors)
    turn = Turn(destination, tx.organization.integration, now, work, donors, is_retry)
    blocked = set() if is_retry else _blocked(work)
    unread = _unread_donors(turn)
    blocked |= unread
    going: list[Sending] = []
    for entity in BY_NAME.values():
        if entity is DONOR or not (wanted := work.of(entity)):
            continue
        facts = await entity.facts(tx, list(wanted))
        if len(facts) < len(wanted):
            await _put_aside(tx, turn, entity, {id_: wanted[id_] for id_ in wanted if id_ not in facts})
        found = [(entity, each, facts[id_]) for id_, each in wanted.items() if id_ in facts]
        going += [what for what in found if _may_go(turn, what, blocked)]
    await _put_donors_aside(tx, turn, unread)
    _choose_donors(turn, merging | {entity.donor_id(fact): each for entity, each, fact in reversed(going)})
    turn.sending += going
    return turn


def _blocked(work: Work) -> set[int]:
    """Donors whose records must wait: the donor failed to get there, or an earlier record of theirs is still pending."""
    return {donor_id for donor_id, record in work.known.items() if record.is_kept_out} | work.open


def _unread_donors(turn: Turn) -> set[int]:
    """Donors who cannot be read, and are not there yet: what is theirs waits for them."""
    known, donors = turn.work.known, turn.donors
    return {
        id_ for id_ in turn.work.donor_ids if id_ not in donors and not (id_ in known and known[id_].done)
    }


async def _put_donors_aside(tx: Tx, turn: Turn, unread: set[int]) -> None:
    """Put donors aside who cannot be read: those wanted for themselves, and those of `unread` for whom something waits by now.

    Whatever a donor was before: who was withheld with a test gift must not be what a gift waits for. One who failed says why already.
    """
    work = turn.work
    wanted = {id_: each for id_, each in work.donors.items() if id_ not in turn.donors}
    first = {each.donor_id: each for each in reversed(work.owned)}
    waited_for = {
        each.donor_id for each in turn.records if each.reason is Reason.WAITING_FOR_DONOR
    } & unread - set(wanted)
    for donor_id in sorted(waited_for):
        known, by = work.known.get(donor_id), first[donor_id]
        if known is None or known.state is not State.FAILED:
            version = 1 if known is None else known.wanted
            wanted[donor_id] = Wanted(
                DONOR.name, donor_id, donor_id, version, by.event_id, by.happened_at, known
            )
    await _put_aside(tx, turn, DONOR, wanted)


async def _put_aside(tx: Tx, turn: Turn, entity: Entity, wanted: dict[int, Wanted]) -> None:
    """Decide records that giving cannot be asked about: they fail, and say which value is the trouble."""
    left = await entity.unreadable(tx, list(wanted)) if wanted else {}
    for id_, each in wanted.items():
        what = left.get(id_)
        lack = "it is not there" if what is None else what.lack or "it is not whole"
        money = None if what is None else (what.currency, what.amount_minor)
        reason, detail = Reason.RECORD_UNREADABLE, f"{entity.name} {id_}: {lack}"
        if turn.integration == "none":
            reason, detail = Reason.NO_INTEGRATION, ""
        turn.records.append(undecided(turn.destination, each, turn.now, reason, detail or None, money=money))


def _may_go(turn: Turn, what: Sending, blocked: set[int]) -> bool:
    """Whether a donor's record goes; what does not is decided."""
    entity, wanted, fact = what
    before = wanted.before
    if entity.donor_id(fact) != wanted.donor_id:
        # It moved, and has its turn among what is its donor's now; so has what is asked of it from there.
        turn.records.append(replace(decided(turn, what, Reason.QUEUED), due_at=turn.now))
        turn.left.add(wanted.donor_id)
        return False
    if before is not None and before.donor_id != wanted.donor_id and before.state is State.PENDING:
        turn.left.add(before.donor_id)
    elif before is not None and before.state is State.PENDING and not turn.is_retry:
        turn.records.append(_raise(turn, what, before))
        return False
    hold = entity.hold(fact, wanted, turn.integration)
    if hold is None and entity.donor_id(fact) in blocked:
        hold = Reason.WAITING_FOR_DONOR, None
    if hold is None:
        return True
    turn.records.append(decided(turn, what, *hold))
    return False


def _choose_donors(turn: Turn, needed: dict[int, Wanted]) -> None:
    """Donors that go: those whose records do and who are not there yet (`needed`: by what), and those there that changed."""
    first = {each.donor_id: each for each in reversed(turn.work.owned)}
    for donor_id, donor in turn.donors.items():
        known, wanted = turn.work.known.get(donor_id), turn.work.donors.get(donor_id)
        is_there = known is not None and known.done > 0
        if wanted is None:
            if is_there or (known is not None and donor_id not in needed):
                continue
            by = needed.get(donor_id) or first[donor_id]
            wanted = Wanted(DONOR.name, donor_id, donor_id, donor.version, by.event_id, by.happened_at, known)
        if known is not None and _waits(turn, known) and donor_id not in needed:
            turn.records.append(_raise(turn, (DONOR, wanted, donor), known))
            continue
        is_asked = turn.is_retry and known is not None and known.state is State.PENDING
        goes = donor_id in needed or (is_asked and not is_there)
        hold = None if goes else DONOR.hold(donor, wanted, turn.integration)
        if hold is None:
            turn.sending.append((DONOR, wanted, donor))
        else:
            turn.records.append(decided(turn, (DONOR, wanted, donor), *hold))


def _waits(turn: Turn, known: Record) -> bool:
    """Whether a donor has a turn of its own to come, or gets one now that it changed."""
    return not turn.is_retry and known.state in (State.PENDING, State.FAILED)


def _raise(turn: Turn, what: Sending, before: Record) -> Record:
    """The record of what waits already and must be there in a later version; what failed is due again."""
    entity, wanted, fact = what
    currency, minor = entity.money(fact)
    raised = replace(
        before,
        wanted=fact.version,
        happened_at=wanted.happened_at,
        changed_at=turn.now,
        currency=currency,
        minor=minor,
    )
    if before.state is State.PENDING:
        return raised
    return replace(raised, reason=Reason.RETRYING, detail=None, attempts=0, due_at=turn.now)


# --- settle ----------------------------------------------------------------------------------------------------


async def settle(tx: Tx, turn: Turn, outcomes: Sequence[Outcome]) -> None:
    """Turn the destination's outcomes into records, and tell giving where its donors are."""
    links: dict[int, tuple[str, int]] = {}
    lost: set[int] = set()
    reasons = await reasons_of(tx, turn.destination, turn.sending, outcomes)
    for sent, outcome, (reason, detail) in zip(turn.sending, outcomes, reasons, strict=True):
        entity, wanted, fact = sent
        turn.records.append(decided(turn, sent, reason, detail, crm_id=outcome.crm_id))
        is_own = entity is DONOR and fact.survivor_id is None and fact.erased_at is None
        if is_own and reason is None and not fact.is_linked_to(outcome.crm_id):
            links[wanted.record_id] = str(outcome.crm_id), fact.version
        if outcome.problem is Problem.GIVER_UNKNOWN and entity is DONOR:
            again = turn.now + timedelta(seconds=MERGE_AGAIN_SECONDS)
            turn.records[-1] = replace(turn.records[-1], due_at=again)
        elif outcome.problem is Problem.GIVER_UNKNOWN:
            lost.add(entity.donor_id(fact))
    if links and turn.destination.is_linked:
        await giving.link_donors(tx, links, turn.now)
    if lost:
        turn.records += _put_again(turn, lost)


def _put_again(turn: Turn, donor_ids: set[int]) -> list[Record]:
    """Donors that were there, and of whom the destination knows nothing: they are wanted anew, what is theirs behind them."""
    sent = {wanted.record_id for entity, wanted, _ in turn.sending if entity is DONOR}
    known = turn.work.known
    return [
        replace(known[id_], done=0, reason=Reason.QUEUED, due_at=turn.now, changed_at=turn.now)
        for id_ in donor_ids - sent
        if id_ in known and known[id_].done
    ]


def undecided(
    destination: Destination,
    wanted: Wanted,
    now: datetime,
    reason: Reason,
    detail: str | None = None,
    *,
    money: tuple[str | None, int | None] | None = None,
) -> Record:
    """The record of what is `wanted` by what the sync itself knows of it, where giving has no facts; what is there stays there."""
    before = wanted.before
    if before is not None and before.currency is not None:
        money = before.currency, before.minor
    currency, minor = (None, None) if money is None or None in money else money
    told = Told(wanted.donor_id, wanted.version, currency, minor)
    return record_of(destination.name, wanted, told, now, reason, detail)


def decided(
    turn: Turn, what: Sending, reason: Reason | None, detail: str | None = None, *, crm_id: int | None = None
) -> Record:
    """The record of `what`, in place of what stood there; without a reason it is there as giving has it now."""
    entity, wanted, fact = what
    told = Told(entity.donor_id(fact), fact.version, *entity.money(fact))
    return record_of(turn.destination.name, wanted, told, turn.now, reason, detail, crm_id=crm_id)

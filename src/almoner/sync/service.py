"""Answer "why is this not in the CRM" for one record, and try it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from almoner.giving import contract as giving
from almoner.kernel.errors import Conflict, Invalid, NotFound
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.kernel.text import did_you_mean
from almoner.platform.database import Tx
from almoner.sync import store
from almoner.sync.destinations import BUILTIN, consumer_of
from almoner.sync.entities import BY_NAME
from almoner.sync.links import strangers
from almoner.sync.rules import WARNINGS, Reason, Record, SyncWarning, explain


@dataclass(frozen=True, slots=True)
class Why:
    """What the sync knows of a record, and what to tell a person."""

    record: Record
    explanation: str
    warning: SyncWarning | None = None


async def why(tx: Tx, entity: str, record_id: int) -> Why:
    """The sync state of a donor or a gift; `NotFound` when giving has no such record, `Invalid` for other entities.

    A change that no worker has looked at is queued, whatever became of the versions before.
    """
    name = known_entity(entity)
    stored = await store.read_record(tx, BUILTIN.name, name, record_id)
    queued = await _queued(tx, name, record_id)
    record = stored or queued
    if record is None:
        raise NotFound(f"There is no {name} {record_id}.")
    if queued is not None and queued.wanted > record.wanted:
        record = replace(record, wanted=queued.wanted, reason=Reason.QUEUED, detail=None)
    why = Why(record, explain(record.reason, record.detail))
    return await _warned(tx, why) if record.done else why


async def _warned(tx: Tx, why: Why) -> Why:
    """The same of a record that is there; with a warning where its donor is linked to somebody who seems to be another."""
    contact_id = (await strangers(tx, [why.record.donor_id])).get(why.record.donor_id)
    if contact_id is None:
        return why
    warning = SyncWarning.CONTACT_DIFFERS
    return Why(why.record, f"{why.explanation} {WARNINGS[warning].format(contact_id)}", warning)


async def retry(tx: Tx, entity: str, record_id: int, now: datetime) -> Why:
    """Make a failed or waiting record due now. `Conflict` when its state allows no retry."""
    before = (await why(tx, entity, record_id)).record
    if not await store.requeue(tx, before.entity, record_id, now):
        raise Conflict(f"A record that is {before.state} has nothing to retry.")
    return await why(tx, entity, record_id)


async def counts(tx: Tx) -> list[dict[str, Any]]:
    """How many records are in each state and since when, by entity and reason; not those not looked at yet. Of failed and pending ones the
    five oldest are named.

    Reads every record: for an operator's question, not for a page.
    """
    return [dict(row) for row in await store.queries.counts(tx, destination=BUILTIN.name)]


@dataclass(frozen=True, slots=True)
class StateTotal:
    """Gifts in one state, and their sum in minor units, as they must be there and as they are there (in some version)."""

    gifts: int
    minor: int
    there_gifts: int
    there_minor: int

    def __add__(self, other: StateTotal) -> StateTotal:
        return StateTotal(
            self.gifts + other.gifts,
            self.minor + other.minor,
            self.there_gifts + other.there_gifts,
            self.there_minor + other.there_minor,
        )

    def __sub__(self, other: StateTotal) -> StateTotal:
        return self + StateTotal(-other.gifts, -other.minor, -other.there_gifts, -other.there_minor)


NO_GIFTS = StateTotal(0, 0, 0, 0)


async def has_unread(tx: Tx) -> bool:
    """Whether anything happened in giving, of whatever organization, that the sync has not looked at."""
    return bool(await giving.event_reader(consumer_of(BUILTIN)).parts_with_news(tx.conn))


async def figure_differences(tx: Tx) -> list[FigureDifference]:
    """Every entity, state and currency whose kept number and sum are not those of its records; empty when all are.

    Reads every record.
    """
    return differences_in(await store.queries.tally_differences(tx))


async def states_of_gifts(tx: Tx, gift_ids: list[int]) -> dict[int, dict[str, Any]]:
    """State as people are told, reason, CRM id and times of gifts, by gift id; a gift that is missing is queued.

    One behind a donor who failed is told as failed, with what the donor failed for in `donor_reason` and `donor_detail`.
    """
    rows = await store.queries.states_of_gifts(tx, destination=BUILTIN.name, gift_ids=gift_ids)
    return {row["record_id"]: dict(row) for row in rows}


def known_entity(text: str) -> str:
    """The entity that `text` names, in whatever case; `Invalid` says which there are, and which one was meant."""
    entity = text.lower()
    if entity not in BY_NAME:
        message = f"The sync knows {' and '.join(BY_NAME)}, not '{text[:40]}'.{did_you_mean(entity, BY_NAME)}"
        raise Invalid.field("entity", "UNKNOWN", message)
    return entity


async def _queued(tx: Tx, entity: str, record_id: int) -> Record | None:
    """The state of a record, as if no worker had looked at it yet; None when there is no such record."""
    kind = BY_NAME[entity]
    fact = (await kind.facts(tx, [record_id])).get(record_id)
    if fact is not None:
        donor_id, version, made_at = kind.donor_id(fact), fact.version, kind.made_at(fact)
    elif left := (await kind.unreadable(tx, [record_id])).get(record_id):
        donor_id, version, made_at = left.donor_id, max(left.version, 1), left.made_at
    else:
        return None
    return Record(
        destination=BUILTIN.name,
        entity=entity,
        record_id=record_id,
        donor_id=donor_id,
        wanted=version,
        done=0,
        event_id=0,
        reason=Reason.QUEUED,
        attempts=0,
        happened_at=made_at,
        changed_at=made_at,
        is_stored=False,
    )

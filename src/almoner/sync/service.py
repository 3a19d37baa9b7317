"""Answer "why is this not in the CRM" for one record, and try it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from almoner.giving import contract as giving
from almoner.kernel.errors import Conflict, Invalid, NotFound
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.platform.database import Tx
from almoner.sync import store
from almoner.sync.destinations import BUILTIN, consumer_of
from almoner.sync.entities import BY_NAME
from almoner.sync.rules import Reason, Record, State, explain


@dataclass(frozen=True, slots=True)
class Why:
    """What the sync knows of a record, and what to tell a person."""

    record: Record
    explanation: str


async def why(tx: Tx, entity: str, record_id: int) -> Why:
    """The sync state of a donor or a gift; `NotFound` when giving has no such record, `Invalid` for other entities.

    A change that no worker has looked at is queued, whatever became of the versions before.
    """
    name = _entity(entity)
    queued = await _queued(tx, name, record_id)
    record = await store.read_record(tx, BUILTIN.name, name, record_id) or queued
    if queued.wanted > record.wanted:
        record = replace(record, wanted=queued.wanted, reason=Reason.QUEUED, detail=None)
    return Why(record, explain(record.reason, record.detail))


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


async def gift_totals(tx: Tx) -> dict[State, dict[str, StateTotal]]:
    """By state and currency: the gifts the sync has put in it. Kept, not counted."""
    found: dict[State, dict[str, StateTotal]] = {}
    for row in await store.queries.gift_totals(tx, destination=BUILTIN.name):
        found.setdefault(State(row["state"]), {})[row["currency"]] = StateTotal(
            row["gifts"], int(row["minor"]), row["there_gifts"], int(row["there_minor"])
        )
    return found


async def has_unread(tx: Tx) -> bool:
    """Whether anything happened in giving, of whatever organization, that the sync has not looked at."""
    return bool(await giving.event_reader(consumer_of(BUILTIN)).parts_with_news(tx.conn))


async def figure_differences(tx: Tx) -> list[FigureDifference]:
    """Every entity, state and currency whose kept number and sum are not those of its records; empty when all are.

    Reads every record.
    """
    return differences_in(await store.queries.tally_differences(tx))


async def states_of_gifts(tx: Tx, gift_ids: list[int]) -> dict[int, dict[str, Any]]:
    """State, reason, CRM id and times of gifts, by gift id; a gift that is missing is queued."""
    rows = await store.queries.states_of_gifts(tx, destination=BUILTIN.name, gift_ids=gift_ids)
    return {row["record_id"]: dict(row) for row in rows}


def _entity(text: str) -> str:
    entity = text.lower()
    if entity not in BY_NAME:
        raise Invalid.field(
            "entity", "UNKNOWN", f"The sync knows {' and '.join(BY_NAME)}, not '{text[:40]}'."
        )
    return entity


async def _queued(tx: Tx, entity: str, record_id: int) -> Record:
    """The state of a record that exists, as if no worker had looked at it yet."""
    kind = BY_NAME[entity]
    fact = (await kind.facts(tx, [record_id])).get(record_id)
    if fact is None:
        raise NotFound(f"There is no {entity} {record_id}.")
    happened_at = kind.made_at(fact)
    return Record(
        destination=BUILTIN.name,
        entity=entity,
        record_id=record_id,
        donor_id=kind.donor_id(fact),
        wanted=fact.version,
        done=0,
        event_id=0,
        reason=Reason.QUEUED,
        attempts=0,
        happened_at=happened_at,
        changed_at=happened_at,
        is_stored=False,
    )

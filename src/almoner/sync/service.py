"""Answer "why is this not in the CRM" for one record, and try it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from almoner.giving import contract as giving
from almoner.kernel.errors import Conflict, Invalid, NotFound
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.platform.database import Tx
from almoner.sync import store
from almoner.sync.rules import SENTENCES, Reason, Record, State, queued

ENTITIES = ("donor", "gift")


@dataclass(frozen=True, slots=True)
class Why:
    """A record's one state, its one reason, and what to tell a person. Times are UTC."""

    entity: str
    record_id: int
    donor_id: int
    state: State
    reason: Reason | None
    detail: str | None
    explanation: str
    crm_id: int | None
    attempts: int
    next_attempt_at: datetime | None
    happened_at: datetime
    changed_at: datetime


async def why(tx: Tx, entity: str, record_id: int) -> Why:
    """The sync state of a donor or a gift; `NotFound` when giving has no such record, `Invalid` for other entities."""
    record = await store.read_record(tx, _entity(entity), record_id) or await _queued(
        tx, _entity(entity), record_id
    )
    explanation = "It is in the CRM." if record.reason is None else SENTENCES[record.reason]
    return Why(
        entity=record.entity,
        record_id=record.record_id,
        donor_id=record.donor_id,
        state=record.state,
        reason=record.reason,
        detail=record.detail,
        explanation=explanation,
        crm_id=record.crm_id,
        attempts=record.attempts,
        next_attempt_at=record.due_at,
        happened_at=record.happened_at,
        changed_at=record.changed_at,
    )


async def retry(tx: Tx, entity: str, record_id: int, now: datetime) -> Why:
    """Make a failed or waiting record due now. `Conflict` when its state allows no retry."""
    before = await why(tx, entity, record_id)
    if not await store.requeue(tx, before.entity, record_id, now):
        raise Conflict(f"A record that is {before.state} has nothing to retry.")
    return await why(tx, entity, record_id)


async def counts(tx: Tx) -> list[dict[str, Any]]:
    """How many records are in each state and since when, by entity and reason; not those not looked at yet.

    Reads every record: for an operator's question, not for a page.
    """
    return [dict(row) for row in await store.queries.counts(tx)]


async def gift_totals(tx: Tx) -> dict[State, dict[str, tuple[int, int]]]:
    """By state and currency: how many gifts the sync has put in it, and their sum in minor units. Kept, not counted."""
    found: dict[State, dict[str, tuple[int, int]]] = {}
    for row in await store.queries.gift_totals(tx):
        found.setdefault(State(row["state"]), {})[row["currency"]] = (row["gifts"], row["minor"])
    return found


async def figure_differences(tx: Tx) -> list[FigureDifference]:
    """Every entity, state and currency whose kept number and sum are not those of its records; empty when all are.

    Reads every record.
    """
    return differences_in(await store.queries.tally_differences(tx))


async def states_of_gifts(tx: Tx, gift_ids: list[int]) -> dict[int, dict[str, Any]]:
    """State, reason, CRM id and times of gifts, by gift id; a gift that is missing is queued."""
    rows = await store.queries.states_of_gifts(tx, gift_ids=gift_ids)
    return {row["record_id"]: dict(row) for row in rows}


@dataclass(frozen=True, slots=True)
class Lag:
    """Seconds from give to CRM of the gifts synced in a span: how many, and the 50th and 99th percentile."""

    at: datetime | None
    gifts: int
    p50_seconds: float
    p99_seconds: float


LAG_GIFTS_MAX = 20_000
"""Gifts that a lag is told of, the latest ones: after an import a span may hold hundreds of thousands."""


async def lag_by_second(tx: Tx, now: datetime, span: timedelta) -> list[Lag]:
    """Lag of each second in which gifts were synced during the last `span`, oldest first; of the latest `LAG_GIFTS_MAX`."""
    rows = await store.queries.lag_by_second(tx, since=now - span, most=LAG_GIFTS_MAX)
    return [Lag(row["at"], row["gifts"], *row["seconds"]) for row in rows]


async def lag_overall(tx: Tx, now: datetime, span: timedelta) -> Lag:
    """Lag of all gifts synced during the last `span`, or of the latest `LAG_GIFTS_MAX`; zeros when there are none."""
    row = await store.queries.lag_overall(tx, since=now - span, most=LAG_GIFTS_MAX)
    return Lag(None, row["gifts"], *(row["seconds"] or (0.0, 0.0)))


def _entity(text: str) -> str:
    entity = text.lower()
    if entity not in ENTITIES:
        raise Invalid.field(
            "entity", "UNKNOWN", f"The sync knows {' and '.join(ENTITIES)}, not '{text[:40]}'."
        )
    return entity


async def _queued(tx: Tx, entity: str, record_id: int) -> Record:
    """The state of a record that exists and that no worker has looked at yet."""
    if entity == "gift":
        gift = (await giving.gift_facts(tx, [record_id])).get(record_id)
        if gift is not None:
            return queued(entity, record_id, gift.donor_id, gift.received_at, gift.received_at)
    else:
        donor = (await giving.donor_facts(tx, [record_id])).get(record_id)
        if donor is not None:
            return queued(entity, record_id, donor.id, donor.created_at, donor.created_at)
    raise NotFound(f"There is no {entity} {record_id}.")

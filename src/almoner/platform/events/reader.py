"""Read a product's event log as one consumer: in order per key, nothing skipped, nothing twice.

The cursor moves in the caller's transaction, together with the effects of the events.
How it stays exact while transactions commit out of id order: docs/decisions/0004-event-log.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from almoner.platform.database import Connection, Tx, load_queries

_queries = load_queries(__file__)

PARTS = 8


class Event(msgspec.Struct, frozen=True):
    """One change: what happened (`kind`) to which record, in whose order (`key_id`), when (UTC), and its version since."""

    organization_id: int
    id: int
    key_id: int
    kind: str
    record_id: int
    happened_at: datetime
    version: int
    data: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one part in id order, and where its cursor goes once they are done."""

    part: int
    events: list[Event]
    after_id: int
    snapshot: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Events of one kind and organization that a consumer has yet to read, and since when the first of them waits; `has_more`: they were not counted to the end."""

    events: int
    since: datetime | None
    has_more: bool


class EventReader:
    """One consumer (`webhooks`) of one module's log, named as its schema is."""

    def __init__(self, log: str, consumer: str) -> None:
        self.log = log
        self.consumer = consumer

    async def register(self, conn: Connection) -> None:
        """Make this consumer's cursors, at the start of the log, unless it has some."""
        await _queries.register_consumer(conn, log=self.log, consumer=self.consumer)

    async def parts_with_news(self, conn: Connection) -> list[int]:
        """The parts that hold events this consumer has not read."""
        rows = await _queries.parts_with_news(conn, log=self.log, consumer=self.consumer)
        return [row["part"] for row in rows]

    async def read(self, conn: Connection, part: int, limit: int) -> Batch | None:
        """Lock `part` for this transaction and read about `limit` events; None when empty or held by another."""
        rows = await _queries.read_events(conn, log=self.log, consumer=self.consumer, part=part, limit=limit)
        if not rows:
            return None
        events = [
            Event(
                r["organization_id"],
                r["id"],
                r["key_id"],
                r["kind"],
                r["record_id"],
                r["happened_at"],
                r["version"],
                r["data"],
            )
            for r in rows
        ]
        return Batch(part, events, events[-1].id, rows[0]["snapshot"])

    async def done(self, conn: Connection, *batches: Batch) -> None:
        """Move the cursors past `batches`, in the transaction that read them."""
        await _queries.move_cursors(
            conn,
            log=self.log,
            consumer=self.consumer,
            parts=[batch.part for batch in batches],
            after_ids=[batch.after_id for batch in batches],
            snapshots=[batch.snapshot for batch in batches],
        )

    async def hold(self, conn: Connection, organization_id: int, key_id: int) -> int | None:
        """Hold the part of one key for this transaction, and name it; None when another worker has it."""
        part: int | None = await _queries.lock_part(
            conn, log=self.log, consumer=self.consumer, organization_id=organization_id, key_id=key_id
        )
        return part

    async def backlog(self, conn: Connection) -> int:
        """How many events this consumer has yet to read."""
        return int(await _queries.backlog(conn, log=self.log, consumer=self.consumer))

    async def stands_for(self, conn: Connection) -> float | None:
        """For how many seconds, at most, a part has not been read on while an event waits in it; None when none waits."""
        seconds: float | None = await _queries.stands_for(conn, log=self.log, consumer=self.consumer)
        return seconds

    async def unread(self, tx: Tx, kind: str, most: int) -> Unread:
        """What this consumer has yet to read of one kind of the organization's events; of each part its next `most` events are looked at."""
        row = await _queries.unread(tx, log=self.log, consumer=self.consumer, kind=kind, most=most)
        return Unread(row["events"], row["since"], row["has_more"])

    async def extend(self, conn: Connection) -> None:
        """Make sure the log has room ahead: the partition of the newest event and the next one."""
        await _queries.extend_log(conn, log=self.log)

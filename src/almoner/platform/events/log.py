"""A product's event log as its features see it: one way to announce what happened, one way to read."""

from __future__ import annotations

from datetime import datetime

from almoner.platform.database import Tx
from almoner.platform.events.reader import EventReader


class EventLog:
    """The log of the product whose schema is called `name`; only its own function appends to it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._append = f"SELECT {name}_code.append_event($1, $2, $3, $4, $5)"

    async def announce(self, tx: Tx, kind: str, record_id: int, now: datetime, *, key_id: int = 0) -> None:
        """Append an event in the transaction of its change: `kind` happened to this record.

        Consumers see the events of one `key_id` (whose record it is) in order; 0 is of nobody.
        """
        await tx.conn.execute(self._append, tx.organization_id, key_id, kind, record_id, now)

    def reader(self, consumer: str) -> EventReader:
        """The log as `consumer` reads it, with a cursor of its own."""
        return EventReader(self.name, consumer)

"""A product's event log as its features see it: one way to announce what happened, one way to read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from almoner.platform.database import Tx
from almoner.platform.events.reader import EventReader
from almoner.platform.wire import encode_json


class EventLog:
    """The log of the product whose schema is called `name`; only its own function appends to it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._append = f"SELECT {name}_code.append_event($1, $2, $3, $4, $5, $6, $7)"

    async def announce(
        self,
        tx: Tx,
        kind: str,
        record_id: int,
        now: datetime,
        *,
        version: int = 1,
        key_id: int = 0,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Append an event in the transaction of its change: `kind` happened to this record, which is of `version` since.

        Consumers see the events of one `key_id` (whose record it is) in order; 0 is of nobody. `data`, under the names
        of the wire, is what nobody can read any more: old values of an update, the last image of what was deleted.
        """
        said = None if data is None else encode_json(data).decode()
        await tx.conn.execute(self._append, tx.organization_id, key_id, kind, record_id, now, version, said)

    def reader(self, consumer: str) -> EventReader:
        """The log as `consumer` reads it, with a cursor of its own."""
        return EventReader(self.name, consumer)

"""The definitions of fields that an organization adds to its records: one room for both products."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from almoner.kernel.custom_fields import refuse_taken, revised
from almoner.kernel.errors import FieldError, found, refused_by
from almoner.platform.database import Statement, Tx
from almoner.platform.events.log import EventLog
from almoner.platform.records import Records, V

Row: TypeAlias = Mapping[str, Any]
Taken: TypeAlias = Callable[[Tx, Row, Row | None], Awaitable[list[FieldError]]]
"""What keeps the names of a field, which was otherwise before if it was at all, from being its own."""


class Statements(Protocol):
    """What a product's `store.sql` has of its fields."""

    @property
    def hold_names(self) -> Statement:
        """Let nobody else give names meanwhile."""

    @property
    def row(self) -> Statement:
        """A field by its id."""


class FieldRecords(Records[V]):
    """Makes and changes the fields of a product: `checked` makes columns of what is said of a new one."""

    def __init__(
        self,
        log: EventLog,
        table: str,
        view: Callable[[Any], V],
        *,
        statements: Statements,
        checked: Callable[[Row], dict[str, Any]],
        taken: Taken,
    ) -> None:
        super().__init__(log, table, view)
        self._statements = statements
        self._checked = checked
        self._taken = taken

    async def create(self, tx: Tx, said: Row, now: datetime) -> V:
        """Add a field. `Invalid` names everything that is broken, `CustomFieldTaken` a name that is in use."""
        row = self._checked(said)
        await self._statements.hold_names(tx)
        refuse_taken(await self._taken(tx, row, None))
        return await self.make(tx, row, now)

    async def revise(self, tx: Tx, field_id: int, said: Row, now: datetime) -> V:
        """Let a field be shown and used otherwise; what is not said stays. Raises as `create`, and `NotFound`."""
        await self._statements.hold_names(tx)
        was = found(await self._statements.row(tx, id=field_id), "custom field", field_id)
        row = revised(said, was)
        refuse_taken(await self._taken(tx, {**was, **row}, was))
        return await self.replace(tx, field_id, row, now)

    async def broken_in_new(self, tx: Tx, said: Row) -> list[FieldError]:
        """Everything that keeps `create` from making a field; null stands for what could not be read."""
        refused = list(refused_by(self._checked, said))
        return refused or await self._taken(tx, self._checked(said), None)

    async def broken_in_change(self, tx: Tx, field_id: int, said: Row) -> list[FieldError]:
        """Everything that keeps `revise` from changing a field; null stands for what could not be read."""
        was = await self._statements.row(tx, id=field_id)
        if was is None:
            return []
        refused = list(refused_by(revised, said, was))
        return refused or await self._taken(tx, {**was, **revised(said, was)}, was)

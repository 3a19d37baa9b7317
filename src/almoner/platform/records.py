"""One kind of record: how it is read, made, changed and removed, each change with its event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Generic, TypeVar, get_type_hints

import asyncpg

from almoner.kernel.errors import Conflict, FieldError, Invalid, found, only
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Statement, Tx, read_page
from almoner.platform.events.log import EventLog
from almoner.platform.telling import read_rows, tell_rows
from almoner.platform.wire import View, told, wire_name

V = TypeVar("V", bound=View)

_ROWS = "SELECT *<told> FROM <table> WHERE organization_id = $1 AND id = ANY ($2)"
_ADD = """
INSERT INTO <table> (organization_id, created_at, modified_at, {columns}) VALUES ($1, $2, $2, {values})
RETURNING *, <key> AS key_id<told>
"""
_LOCK = "SELECT *<told> FROM <table> WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE"
_CHANGE = """
UPDATE <table> SET {changes}, modified_at = $3, version = version + 1
WHERE organization_id = $1 AND id = $2 AND ({differs})
RETURNING *, <key> AS key_id<told>
"""
_THERE = "SELECT id FROM <table> WHERE organization_id = $1 AND id = ANY ($2)"
_REMOVE = "DELETE FROM <table> WHERE organization_id = $1 AND id = $2 RETURNING *, <key> AS key_id<told>"
_UNTOLD = ("organization_id", "key_id", "version")


class Table:
    """The writes of a table (`diary.note`) whose rows have `id`, `version`, `created_at` and `modified_at`.

    Each raises `version` by one and appends its event (`note.created`, `.updated`, `.deleted`) to `log`, under the id in the column `key`: a column that
    does not change, and always the same kind of record in one log. Without it, or when it is null, the event is of nobody.
    An update keeps the old values of what changed, a delete the last image: by columns in camelCase here, as the view tells
    them in `Records`.
    Events of one row come in the order of its changes; those of different rows in none that is promised, for the record
    that `key` names is not locked. A row that names a record which is not there is `Invalid`: the first such, as the foreign
    key `.._<column>_fkey` finds it. After that, or a `Conflict`, the transaction is over: who goes on needs a savepoint.
    `told` has expressions by column: each is read beside the column itself, as `told_<column>`, by whoever tells a row.
    """

    def __init__(
        self, log: EventLog, table: str, *, key: str | None = None, told: Mapping[str, str] | None = None
    ) -> None:
        self._log = log
        self._noun = table.partition(".")[2]
        self.what = self._noun.replace("_", " ")
        names = _names(table, told or {}) | {"<key>": f"coalesce({key or 'NULL'}::bigint, 0)"}
        self._add = _statement(_ADD, names, "fetchrow", "now")
        self._lock = _statement(_LOCK, names, "fetchrow", "id")
        self._change = _statement(_CHANGE, names, "fetchrow", "id", "now")
        self._remove = _statement(_REMOVE, names, "fetchrow", "id")

    async def add(self, tx: Tx, row: Mapping[str, Any], now: datetime) -> int:
        """Make a record of these columns; answers its id."""
        return int((await self._added(tx, row, now))["id"])

    async def change(self, tx: Tx, record_id: int, row: Mapping[str, Any], now: datetime) -> bool:
        """Write these columns; False, and no event, when all are so already or there is no such record."""
        _, changed = await self._changed(tx, record_id, row, now)
        return changed is not None

    async def remove(self, tx: Tx, record_id: int, now: datetime, image: View | None = None) -> None:
        """Delete a record; `NotFound` when this organization has none with this id, `Conflict` when another names it.

        `image` is what its own read told of it, where that is more than its row.
        """
        try:
            removed = found(await self._remove(tx, id=record_id), self.what, record_id)
        except asyncpg.ForeignKeyViolationError as error:
            user = (error.table_name or "record").replace("_", " ")
            raise Conflict(f"A {user} still names {self.what} {record_id}: change that first.") from None
        last = self._told(removed) if image is None else told(image)
        await self._announce(tx, "deleted", removed, now, removed["version"] + 1, last)

    async def _added(self, tx: Tx, row: Mapping[str, Any], now: datetime) -> Any:
        with _references_checked(row):
            made = await self._add(tx, row=row, now=now)
        await self._announce(tx, "created", made, now, made["version"])
        return made

    async def _changed(
        self, tx: Tx, record_id: int, row: Mapping[str, Any], now: datetime
    ) -> tuple[Any | None, Any | None]:
        """The row as it was, and as it is since; None where there is none or nothing changed.

        Read under its lock: PostgreSQL tells what an UPDATE replaced only from version 18 on.
        """
        was = await self._lock(tx, id=record_id)
        if was is None or not row:
            return was, None
        with _references_checked(row):
            changed = await self._change(tx, id=record_id, row=row, now=now)
        if changed is not None:
            old = self._old_values(row, was, changed)
            await self._announce(tx, "updated", changed, now, changed["version"], old)
        return was, changed

    def _old_values(self, written: Iterable[str], was: Any, since: Any) -> dict[str, Any]:
        """What the fields that are told otherwise since were; the stamp aside, which moves with every change.

        A written column that changed and is told nowhere stands among them, in camelCase, so that nothing is lost.
        """
        before = {**was, "modified_at": since["modified_at"], "version": since["version"]}
        told_before, told_since = self._told(before), self._told(since)
        old = {name: value for name, value in told_before.items() if value != told_since[name]}
        for column in written:
            beside = f"told_{column}"
            other = {column: since[column]} | ({beside: since[beside]} if beside in before else {})
            if was[column] != since[column] and self._told({**before, **other}) == told_before:
                old[wire_name(column)] = was[column]
        return old

    def _told(self, row: Any) -> dict[str, Any]:
        """What is known of a row, by names of the wire."""
        return {wire_name(name): value for name, value in row.items() if name not in _UNTOLD}

    async def _announce(
        self, tx: Tx, happened: str, row: Any, now: datetime, version: int, data: dict[str, Any] | None = None
    ) -> None:
        kind = f"{self._noun}.{happened}"
        await self._log.announce(tx, kind, row["id"], now, version=version, key_id=row["key_id"], data=data)


class Records(Table, Generic[V]):
    """Records of a table that are told as their row says: `view` makes of a row what goes out."""

    def __init__(
        self,
        log: EventLog,
        table: str,
        view: Callable[[Any], V],
        *,
        key: str | None = None,
        told: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(log, table, key=key, told=told)
        self._rows = _statement(_ROWS, _names(table, told or {}), "fetch", "ids")
        self._view = view
        self._table = table
        self._shape: type[V] = get_type_hints(view)["return"]

    async def read(self, tx: Tx, ids: Sequence[int]) -> list[V]:
        """Records in the order of `ids`; unknown ids are left out."""
        return await tell_rows(
            self._table, await read_rows(self._rows, tx, ids), ids, self._view, self._shape
        )

    async def one(self, tx: Tx, record_id: int) -> V:
        """One record; `NotFound` when this organization has none with this id."""
        return only(await self.read(tx, [record_id]), self.what, record_id)

    async def make(self, tx: Tx, row: Mapping[str, Any], now: datetime) -> V:
        """The record that these columns make."""
        return self._view(await self._added(tx, row, now))

    async def replace(self, tx: Tx, record_id: int, row: Mapping[str, Any], now: datetime) -> V:
        """The record with these columns written; `NotFound` when this organization has none with this id."""
        was, changed = await self._changed(tx, record_id, row, now)
        return self._view(found(was if changed is None else changed, self.what, record_id))

    def _told(self, row: Any) -> dict[str, Any]:
        return told(self._view(row))

    async def page(
        self, tx: Tx, chosen: Statement, paging: Paging, *, total: int | None = None, **filters: object
    ) -> Page[V]:
        """A page of those that the statement `chosen` names, and how many there are (`read_page`)."""
        return await read_page(tx, chosen, paging, self.read, total=total, **filters)


def _names(table: str, told: Mapping[str, str]) -> dict[str, str]:
    beside = (f", {expression} AS told_{column}" for column, expression in told.items())
    return {"<table>": table, "<told>": "".join(beside)}


def _statement(template: str, names: Mapping[str, str], method: str, *parameters: str) -> Statement:
    for mark, name in names.items():
        template = template.replace(mark, name)
    return Statement(template, method, ["organization_id", *parameters])


async def unknown(tx: Tx, table: str, named: Mapping[str, int | None]) -> list[FieldError]:
    """An error of each field of `named` whose id no record of this organization in `table` has; null names nothing."""
    ids = [number for number in named.values() if number is not None]
    if not ids:
        return []
    there = {row["id"] for row in await _statement(_THERE, {"<table>": table}, "fetch", "ids")(tx, ids=ids)}
    noun = table.partition(".")[2].replace("_", " ")
    return [
        _unknown(field, noun, number)
        for field, number in named.items()
        if number is not None and number not in there
    ]


def _unknown(field: str, noun: str, value: object) -> FieldError:
    return FieldError(field, "UNKNOWN", f"There is no {noun} {value}.")


@contextmanager
def _references_checked(row: Mapping[str, Any]) -> Iterator[None]:
    """A column of `row` that names nothing of this organization is `Invalid`. The key that says so is named after it."""
    try:
        yield
    except asyncpg.ForeignKeyViolationError as error:
        key = error.constraint_name or ""
        column = max((name for name in row if key.endswith(f"_{name}_fkey")), key=len, default=None)
        if column is None:
            raise
        error_of = _unknown(wire_name(column), column.removesuffix("_id").replace("_", " "), row[column])
        raise Invalid(error_of.message, fields=(error_of,)) from None

"""Statements live in `.sql` files beside the code that uses them, one name each (read by aiosql)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter
from aiosql.types import SQLOperationType

from almoner.platform.database.connection import Connection, Tx
from almoner.platform.database.files import STATEMENTS

_METHODS = {
    SQLOperationType.SELECT: "fetch",
    SQLOperationType.SELECT_ONE: "fetchrow",
    SQLOperationType.SELECT_VALUE: "fetchval",
    SQLOperationType.INSERT_UPDATE_DELETE: "execute",
}

ORDER_MARK = "{order}"
"""Where a list's ORDER BY goes: the parameter `order`, always one of the literals in a feature's table of sorts."""

_PAGE_END = re.compile(r"\s*ORDER BY \{order\}\s+OFFSET \$(\d+) LIMIT \$(\d+)\s*$")
_ROW_MARKS = ("{columns}", "{values}", "{changes}", "{differs}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Statement:
    """One statement: `await statement(tx, parameter=value)`. A `Tx` brings its organization along.

    `row`, a mapping from columns to values, fills `{columns}` and `{values}` of an INSERT, or `{changes}` of an UPDATE and
    `{differs}`, whether one of them is another: its names come from code, its values travel as parameters.
    """

    def __init__(self, sql: str, method: str, parameters: list[str]) -> None:
        self._sql = sql
        self._method = method
        self._parameters = parameters
        self._takes_row = any(mark in sql for mark in _ROW_MARKS)
        also = {"row"} if self._takes_row else {"order"} if ORDER_MARK in sql else set()
        self._known = frozenset({*parameters, *also, "organization_id"})

    async def __call__(self, at: Tx | Connection, **values: Any) -> Any:
        # aiosql's own asyncpg calls look the connection's type up by `dir()` each time, which costs more than a round trip
        # saves on the hot path; so only its parsing is used.
        text, conn = self._sql, at
        if isinstance(at, Tx):
            conn = at.conn
            values["organization_id"] = at.organization_id
        if not self._known.issuperset(values):
            raise TypeError(f"the statement knows no {sorted(values.keys() - self._known)}")
        if ORDER_MARK in text:
            text = text.replace(ORDER_MARK, values["order"])
        given = [values[name] for name in self._parameters]
        if self._takes_row:
            row: Mapping[str, Any] = values["row"]
            text = _with_row(text, tuple(row), len(given))
            given += row.values()
        return await getattr(conn, self._method)(text, *given)

    async def holdable(self, tx: Tx, **values: Any) -> list[dict[str, Any]]:
        """The rows with null for each day and instant that Python cannot hold (before Christ, after the year 9999)."""
        given = [{**values, "organization_id": tx.organization_id}[name] for name in self._parameters]
        prepared = await tx.conn.prepare(self._sql)
        columns = _listed(_holdable(each.name, each.type.name) for each in prepared.get_attributes())
        text = f"SELECT {columns} FROM ({self._sql}) AS x"  # noqa: S608 - from our own file and the catalog
        return [dict(row) for row in await tx.conn.fetch(text, *given)]

    async def count(self, tx: Tx, **filters: Any) -> int:
        """How many rows a list has on all its pages.

        Counted, so it takes as long as they are many; where that matters, the total comes from a kept figure instead.
        """
        match = _PAGE_END.search(self._sql)
        if match is None or self._parameters[-2:] != ["skip", "take"]:
            raise TypeError(
                "only a list that ends in ORDER BY {order} OFFSET :skip LIMIT :take can be counted"
            )
        text = f"SELECT count(*) FROM ({self._sql[: match.start()]}) AS counted"  # noqa: S608 - from our own file
        values = {**filters, "organization_id": tx.organization_id}
        total: int = await tx.conn.fetchval(text, *[values[name] for name in self._parameters[:-2]])
        return total


class Queries:
    """The statements of one file as async functions: `await queries.name(tx, parameter=value)`.

    The mark after a statement's name in the file says what comes back: none a list of rows, `^` one row or None,
    `$` one value, `!` nothing.
    """

    def __init__(self, path: Path) -> None:
        adapter: Any = AsyncPGAdapter()  # type: ignore[no-untyped-call]  # aiosql is partly untyped
        parsed = aiosql.from_path(path, lambda: adapter, mandatory_parameters=False)
        self._statements: dict[str, Statement] = {}
        for name in parsed.available_queries:
            query = getattr(parsed, name)
            sql = query.sql.rstrip().removesuffix(";")
            self._statements[name] = Statement(sql, _METHODS[query.operation], adapter.var_sorted[name])

    def __getattr__(self, name: str) -> Statement:
        try:
            return self._statements[name]
        except KeyError:
            raise AttributeError(f"there is no statement named {name}") from None


def load_queries(beside: str) -> Queries:
    """The statements of `store.sql` in the folder of the module file `beside` (pass `__file__`)."""
    return Queries(Path(beside).parent / STATEMENTS)


@lru_cache(256)
def _with_row(sql: str, names: tuple[str, ...], before: int) -> str:
    """`sql` with its marks replaced; the values' parameters come after the `before` others."""
    if bad := [name for name in names if not _NAME.fullmatch(name)]:
        raise ValueError(f"{bad[0]!r} is not the name of a column")
    places = [f"${number}" for number in range(before + 1, before + 1 + len(names))]
    changes = (f"{name} = {place}" for name, place in zip(names, places, strict=True))
    differs = (f"{name} IS DISTINCT FROM {place}" for name, place in zip(names, places, strict=True))
    return (
        sql.replace("{columns}", _listed(names))
        .replace("{values}", _listed(places))
        .replace("{changes}", _listed(changes))
        .replace("{differs}", " OR ".join(differs))
    )


def _holdable(name: str, type_name: str) -> str:
    if type_name not in ("date", "timestamp", "timestamptz"):
        return f'x."{name}"'
    within = f"BETWEEN '0001-01-01'::{type_name} AND '9999-12-31'::{type_name}"
    return f'CASE WHEN x."{name}" {within} THEN x."{name}" END AS "{name}"'


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)

"""Statements live in `.sql` files beside the code that uses them, one name each (read by aiosql)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter
from aiosql.types import SQLOperationType

_METHODS = {
    SQLOperationType.SELECT: "fetch",
    SQLOperationType.SELECT_ONE: "fetchrow",
    SQLOperationType.SELECT_VALUE: "fetchval",
    SQLOperationType.INSERT_UPDATE_DELETE: "execute",
}

ORDER_MARK = "{order}"
"""Where a list's ORDER BY goes: the parameter `order`, always one of the literals in a feature's table of sorts."""

Statement = Callable[..., Awaitable[Any]]


class Queries:
    """The statements of one file as async functions: `await queries.name(conn, parameter=value)`.

    The mark after a statement's name in the file says what comes back: none a list of rows, `^` one row or None,
    `$` one value, `!` nothing.
    """

    def __init__(self, path: Path) -> None:
        adapter: Any = AsyncPGAdapter()  # type: ignore[no-untyped-call]  # aiosql is partly untyped
        parsed = aiosql.from_path(path, lambda: adapter, mandatory_parameters=False)
        self._statements: dict[str, Statement] = {}
        for name in parsed.available_queries:
            query = getattr(parsed, name)
            self._statements[name] = _statement(
                query.sql, _METHODS[query.operation], adapter.var_sorted[name]
            )

    def __getattr__(self, name: str) -> Statement:
        try:
            return self._statements[name]
        except KeyError:
            raise AttributeError(f"there is no statement named {name}") from None


def load_queries(beside: str, name: str = "store.sql") -> Queries:
    """The statements of the file `name` in the folder of the module file `beside` (pass `__file__`)."""
    return Queries(Path(beside).parent / name)


def _statement(sql: str, method: str, order: list[str]) -> Statement:
    # aiosql's own asyncpg calls look the connection's type up by `dir()` each time, which costs more than a round trip
    # saves on the hot path; so only its parsing is used.
    async def run(conn: Any, **values: Any) -> Any:
        text = sql.replace(ORDER_MARK, values["order"]) if ORDER_MARK in sql else sql
        return await getattr(conn, method)(text, *[values[name] for name in order])

    return run

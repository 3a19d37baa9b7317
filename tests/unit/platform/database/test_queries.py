"""Statements in files become functions that say in their mark what they answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from almoner.platform.database.queries import ORDER_MARK, load_queries

pytestmark = pytest.mark.anyio

SQL = f"""
-- name: rows
SELECT :b, :a, :b;

-- name: row^
SELECT 1 WHERE id = :id;

-- name: value$
INSERT INTO t VALUES (:a)
RETURNING id;

-- name: nothing!
DELETE FROM t;

-- name: sorted
SELECT x::text FROM t ORDER BY {ORDER_MARK} LIMIT :take;
"""


class Connection:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, tuple[Any, ...]]] = []

    def __getattr__(self, method: str) -> Any:
        async def answer(text: str, *values: Any) -> str:
            self.asked.append((method, " ".join(text.split()), values))
            return method

        return answer


@pytest.fixture
def queries(tmp_path: Path) -> Any:
    (tmp_path / "store.sql").write_text(SQL)
    return load_queries(str(tmp_path / "service.py"))


@pytest.mark.parametrize(
    ("name", "method"),
    [("rows", "fetch"), ("row", "fetchrow"), ("value", "fetchval"), ("nothing", "execute")],
)
async def test_the_mark_says_what_comes_back(queries: Any, name: str, method: str) -> None:
    assert await getattr(queries, name)(Connection(), a=1, b=2, id=3) == method


async def test_values_go_where_their_names_are(queries: Any) -> None:
    conn = Connection()
    await queries.rows(conn, a="A", b="B")
    method, text, values = conn.asked[0]
    assert (method, text.rstrip(";")) == ("fetch", "SELECT $1, $2, $1")
    assert values == ("B", "A")


async def test_a_cast_is_no_parameter_and_the_order_is_put_in(queries: Any) -> None:
    conn = Connection()
    await queries.sorted(conn, take=5, order="gift_on DESC, id DESC")
    _, text, values = conn.asked[0]
    assert text.rstrip(";") == "SELECT x::text FROM t ORDER BY gift_on DESC, id DESC LIMIT $1"
    assert values == (5,)


async def test_a_value_that_is_not_given_is_missed_at_once(queries: Any) -> None:
    with pytest.raises(KeyError, match="b"):
        await queries.rows(Connection(), a=1)


def test_a_statement_that_is_none_is_no_attribute(queries: Any) -> None:
    with pytest.raises(AttributeError, match="no statement named absent"):
        _ = queries.absent

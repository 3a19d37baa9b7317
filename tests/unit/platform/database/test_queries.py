"""Statements in files become functions that say in their mark what they answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from almoner.platform.database import Tx
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

-- name: added$
INSERT INTO t (organization_id, {{columns}}) VALUES (:organization_id, {{values}}) RETURNING id;

-- name: changed!
UPDATE t SET {{changes}} WHERE organization_id = :organization_id AND id = :id;

-- name: listed
SELECT x FROM t WHERE organization_id = :organization_id AND y = :y
ORDER BY {ORDER_MARK}
OFFSET :skip LIMIT :take;
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
    values = {"rows": {"a": 1, "b": 2}, "row": {"id": 3}, "value": {"a": 1}, "nothing": {}}[name]
    assert await getattr(queries, name)(Connection(), **values) == method


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


async def test_a_transaction_brings_its_organization_along(queries: Any) -> None:
    conn = Connection()
    await queries.listed(Tx(conn, 7), y=1, skip=0, take=5, order="x")  # type: ignore[arg-type]
    assert conn.asked[0][2] == (7, 1, 0, 5)


async def test_a_row_names_its_columns(queries: Any) -> None:
    conn = Connection()
    await queries.added(Tx(conn, 7), row={"name": "Water", "code": "W"})  # type: ignore[arg-type]
    text = "INSERT INTO t (organization_id, name, code) VALUES ($1, $2, $3) RETURNING id"
    assert conn.asked == [("fetchval", text, (7, "Water", "W"))]


async def test_only_the_columns_of_the_row_change(queries: Any) -> None:
    conn = Connection()
    await queries.changed(Tx(conn, 7), id=3, row={"name": None})  # type: ignore[arg-type]
    text = "UPDATE t SET name = $3 WHERE organization_id = $1 AND id = $2"
    assert conn.asked == [("execute", text, (7, 3, None))]


async def test_a_column_that_is_no_name_is_refused(queries: Any) -> None:
    with pytest.raises(ValueError, match="not the name of a column"):
        await queries.changed(Tx(Connection(), 7), id=3, row={"name = 'x' --": 1})  # type: ignore[arg-type]


async def test_a_list_is_counted_without_its_order_and_its_page(queries: Any) -> None:
    conn = Connection()
    await queries.listed.count(Tx(conn, 7), y=1)  # type: ignore[arg-type]
    text = "SELECT count(*) FROM (SELECT x FROM t WHERE organization_id = $1 AND y = $2) AS counted"
    assert conn.asked == [("fetchval", text, (7, 1))]


async def test_what_is_no_list_cannot_be_counted(queries: Any) -> None:
    with pytest.raises(TypeError, match="can be counted"):
        await queries.sorted.count(Tx(Connection(), 7))  # type: ignore[arg-type]


async def test_a_value_that_the_statement_does_not_know_is_refused(queries: Any) -> None:
    with pytest.raises(TypeError, match=r"knows no .*'identity'"):
        await queries.row(Connection(), id=3, identity=4)

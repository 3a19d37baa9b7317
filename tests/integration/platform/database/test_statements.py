"""Every statement and every function is one that the database understands: what a parser of our own could only guess at."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from almoner.platform.database.connection import APP_ROLE
from almoner.platform.database.files import PACKAGE, STATEMENTS
from almoner.platform.database.migrate import migrate
from almoner.platform.database.queries import ORDER_MARK, Queries, Statement
from almoner.platform.records import Records, Table

pytestmark = pytest.mark.anyio

STORES = sorted(PACKAGE.rglob(STATEMENTS))
TABLES = [
    value
    for path in sorted(PACKAGE.glob("*/*/service.py"))
    for value in vars(
        import_module(".".join(path.with_suffix("").relative_to(PACKAGE.parent).parts))
    ).values()
    if isinstance(value, Table)
]


@pytest.fixture
async def app(dsn: str) -> AsyncIterator[Any]:
    """A connection under the application role."""
    conn = await asyncpg.connect(dsn, server_settings={"role": APP_ROLE})
    yield conn
    await conn.close()


@pytest.mark.parametrize("store", STORES, ids=lambda path: path.parent.relative_to(PACKAGE).as_posix())
async def test_every_statement_is_understood_by_the_database(app: Any, store: Path) -> None:
    wrong = {}
    for name, statement in Queries(store)._statements.items():
        try:
            await app.prepare(await filled(app, statement._sql))
        except asyncpg.PostgresError as error:
            wrong[name] = str(error)
    assert not wrong


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.what)
async def test_every_statement_of_records_is_understood_by_the_database(app: Any, table: Table) -> None:
    statements = [value for value in vars(table).values() if isinstance(value, Statement)]
    assert len(statements) == (5 if isinstance(table, Records) else 4)
    for statement in statements:
        await app.prepare(await filled(app, statement._sql))


async def filled(app: Any, sql: str) -> str:
    """A statement with its marks replaced: the order by a literal, a row by one column of the table."""
    sql = sql.replace(ORDER_MARK, "1")
    table = re.search(r"(?:INTO|UPDATE) ([\w.]+)", sql)
    if table is None or not re.search(r"\{(columns|values|changes|differs)\}", sql):
        return sql
    names = await app.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND attidentity = ''",
        table.group(1),
    )
    column = next(row["attname"] for row in names if not re.search(rf"\b{row['attname']}\b", sql))
    return (
        sql.replace("{columns}", column)
        .replace("{values}", "NULL")
        .replace("{changes}", f"{column} = NULL")
        .replace("{differs}", f"{column} IS DISTINCT FROM NULL")
    )


async def test_a_row_of_any_columns_is_filled_by_one_that_the_table_has(app: Any) -> None:
    insert = "INSERT INTO giving.project (organization_id, {columns}) VALUES ($1, {values})"
    update = "UPDATE giving.project SET {changes} WHERE organization_id = $1 AND id = $2"
    assert await filled(app, insert) == "INSERT INTO giving.project (organization_id, id) VALUES ($1, NULL)"
    assert (
        await filled(app, update)
        == "UPDATE giving.project SET name = NULL WHERE organization_id = $1 AND id = $2"
    )


async def test_a_statement_on_a_column_that_is_not_there_is_found(app: Any) -> None:
    with pytest.raises(asyncpg.UndefinedColumnError):
        await app.prepare(await filled(app, "SELECT nothing FROM giving.gift ORDER BY {order}"))


async def test_functions_are_compiled_without_a_warning(empty: str) -> None:
    """A variable that hides another, or a RETURN that cannot be reached: plpgsql says so when asked, as an error here."""
    name = re.search(r"/([^/?]+)\?", empty)
    assert name is not None
    conn = await asyncpg.connect(empty)
    await conn.execute(f"ALTER DATABASE {name.group(1)} SET plpgsql.extra_errors = 'all'")
    await conn.close()
    assert "code" in await migrate(empty)

"""What the application role may do to each table: what is written here, and by the database's own word nothing else."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from almoner.platform.database import Database, open_server
from almoner.platform.database.connection import APP_ROLE
from almoner.platform.database.migrate import migrate
from tests.support.house import House
from tests.support.rights import RIGHTS
from tests.support.rows import Rows

pytestmark = pytest.mark.anyio

SEQUENCES_OF_OTHERS = {
    "platform.organization_organization_id_seq": "a definer function draws the ids of organizations"
}

DEFINERS = r"""
SELECT p.oid, p.pronamespace::regnamespace || '.' || p.proname AS name, p.proargnames[1] = 'p_organization_id' AS is_of_tenant,
    ARRAY(SELECT format_type(t.type, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS t (type, n) ORDER BY t.n) AS types,
    substring(p.prosrc FROM '^\s*(?:#variable_conflict use_column\s+)?(?:DECLARE\s+(?:v_\w+ [a-z0-9_.\[\] ]+(?: := clock_timestamp\(\))?;\s+)+)?'
        || '(?:BEGIN\s+)?(?:PERFORM|SELECT) platform_code\.(\w+\([a-z_]*\));')
        AS first
FROM pg_proc p WHERE p.prosecdef AND p.prorettype <> 'trigger'::regtype AND p.pronamespace::regnamespace::text ~ '^(platform|giving|crm|sync|public)(_code)?$' ORDER BY 2
"""
"""Each function with the rights of the owner that can be called (a trigger's cannot), and what it asks before it looks at anything: read from the catalog, so that none is forgotten."""

FOR_ANY = {
    "platform_code.move_cursor": "moves what its transaction holds alone, in the name of the last organization it worked for",
    "platform_code.parts_with_news": "numbers of parts and nothing of whose: pages that sum both sides ask whether all is read",
}
"""Functions over all organizations that are called in the name of one, each with its reason."""

_TABLES = """
SELECT c.relnamespace::regnamespace || '.' || c.relname AS name, c.relkind FROM pg_class c
WHERE c.relkind IN ('r', 'p', 'v') AND c.relnamespace::regnamespace::text ~ '^(platform|giving|crm|sync|public)$'
    AND NOT c.relispartition AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1
"""
_GRANTED = """
SELECT a.privilege_type AS right, NULL AS column FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = $1::text::regclass AND a.grantee IN (0, (SELECT oid FROM pg_roles WHERE rolname = $2))
UNION ALL
SELECT x.privilege_type, a.attname::text FROM pg_attribute a, aclexplode(a.attacl) x
WHERE a.attrelid = $1::text::regclass AND x.grantee IN (0, (SELECT oid FROM pg_roles WHERE rolname = $2))
"""
_COLUMNS = """
SELECT attname AS name FROM pg_attribute
WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""


@pytest.fixture
async def owner(dsn: str) -> AsyncIterator[Any]:
    """A connection as the owner of the database."""
    conn = await asyncpg.connect(dsn)
    yield conn
    await conn.close()


def said(rights: str) -> set[tuple[str, str | None]]:
    """Each right of a line of `RIGHTS`, with its column where it is one's."""
    whole = {(right, None) for right in re.sub(r"\(.*?\)", "", rights).split() if right != "UPDATE"}
    columns = re.search(r"UPDATE\((.*?)\)", rights)
    return whole | {("UPDATE", column) for column in (columns.group(1).split() if columns else ())}


async def test_the_application_role_has_the_rights_that_are_written_here(owner: Any) -> None:
    granted = {
        row["name"]: {
            (each["right"], each["column"]) for each in await owner.fetch(_GRANTED, row["name"], APP_ROLE)
        }
        for row in await owner.fetch(_TABLES)
    }
    assert granted == {table: said(rights) for table, rights in RIGHTS.items()}


async def test_it_draws_ids_and_sets_none(owner: Any) -> None:
    rights = await owner.fetch(
        """SELECT c.oid::regclass::text AS name, has_sequence_privilege($1, c.oid, 'USAGE') AS draws,
            has_sequence_privilege($1, c.oid, 'UPDATE') AS sets FROM pg_class c
        WHERE c.relkind = 'S' AND c.relnamespace::regnamespace::text ~ '^(platform|giving|crm|sync)$'""",
        APP_ROLE,
    )
    assert {row["name"] for row in rights if not row["draws"]} == set(SEQUENCES_OF_OTHERS)
    assert not [row["name"] for row in rights if row["sets"]]


# --- tried, each statement that the list does not allow --------------------------------------------------------


def statements(table: str, columns: list[str]) -> dict[tuple[str, str | None], str]:
    """A statement for each right to a table; each would touch no row, or change nothing."""
    listed = ", ".join(columns)
    return {
        ("SELECT", None): f"SELECT {columns[0]} FROM {table} WHERE false",
        ("INSERT", None): f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {table} WHERE false",
        ("DELETE", None): f"DELETE FROM {table} WHERE false",
        ("TRUNCATE", None): f"TRUNCATE {table}",
        **{("UPDATE", column): f"UPDATE {table} SET {column} = {column} WHERE false" for column in columns},
    }


async def test_it_is_refused_whatever_is_not_written_here(house: House, all_rows: Rows) -> None:
    refused, done = [], []
    for table in [row["name"] for row in await all_rows.fetch(_TABLES) if row["relkind"] in (b"r", b"p")]:
        columns = [row["name"] for row in await all_rows.fetch(_COLUMNS, table)]
        allowed = said(RIGHTS[table])
        for right, statement in statements(table, columns).items():
            try:
                async with house.app.db.tenant(house.tenant.id) as tx:
                    await tx.conn.execute(statement)
            except asyncpg.InsufficientPrivilegeError:
                assert right not in allowed, f"the program needs: {statement}"
                refused.append((table, right))
            else:
                assert right in allowed, f"the application role may: {statement}"
                done.append((table, right))
    assert {("giving.gift", ("DELETE", None)), ("crm.gift", ("DELETE", None)), ("giving.tally", ("INSERT", None)),
            ("crm.project_giving", ("UPDATE", "given_minor")), ("giving.event", ("UPDATE", "kind"))} <= set(refused)  # fmt: skip
    assert len(refused) > len(done) > 100


async def test_views_change_nothing(house: House, all_rows: Rows) -> None:
    views = [row["name"] for row in await all_rows.fetch(_TABLES) if row["relkind"] == b"v"]
    assert "crm.project_total" in views
    for view in views:
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ObjectNotInPrerequisiteStateError)):
            async with house.app.db.tenant(house.tenant.id) as tx:
                await tx.conn.execute(f"DELETE FROM {view}")


# --- figures ----------------------------------------------------------------------------------------------------


def call(function: Any, first: str) -> str:
    """A call with `first` and nothing else."""
    rest = [f"NULL::{kind}" for kind in function["types"]]
    return f"SELECT {function['name']}({', '.join([first, *rest[1:]] if rest else [])})"


async def refusal(house: House, tenant_id: int, statement: str) -> str:
    """What the database says to it in a transaction of this organization; empty when it does it."""
    try:
        async with house.app.db.tenant(tenant_id) as tx:
            await tx.conn.execute(statement)
    except asyncpg.InsufficientPrivilegeError as error:
        return str(error)
    except asyncpg.PostgresError as error:
        return f"looked at something first: {error}"
    return ""


async def test_every_function_of_the_owner_asks_first_for_whom_it_is_called(owner: Any) -> None:
    definers = await owner.fetch(DEFINERS)
    assert len(definers) > 15
    wanted = {
        row["name"]: "require_tenant(p_organization_id)" if row["is_of_tenant"] else "require_system()"
        for row in definers
        if row["name"] not in FOR_ANY
    }
    assert {row["name"]: row["first"] for row in definers if row["name"] not in FOR_ANY} == wanted


async def test_figures_of_another_organization_are_moved_by_no_function(house: House, all_rows: Rows) -> None:
    other = await house.another_tenant()
    movers = [row for row in await all_rows.fetch(DEFINERS) if row["is_of_tenant"]]
    assert len(movers) >= 5
    said = {row["name"]: await refusal(house, house.tenant.id, call(row, str(other.id))) for row in movers}
    assert said == dict.fromkeys(said, "this transaction belongs to another organization")


async def test_what_looks_over_all_organizations_is_told_in_the_name_of_none(
    house: House, all_rows: Rows
) -> None:
    """Lists of organizations, new ids, the logs of all, and whose work is due: an organization's own statements get none of it."""
    lookers = [
        row
        for row in await all_rows.fetch(DEFINERS)
        if not row["is_of_tenant"] and row["name"] not in FOR_ANY
    ]
    assert {"platform_code.list_organizations", "sync_code.organizations_to_mend", "platform_code.read_events",
            "platform_code.new_organization_id"} <= {row["name"] for row in lookers}  # fmt: skip
    said = {
        row["name"]: await refusal(
            house, house.tenant.id, call(row, f"NULL::{row['types'][0]}" if row["types"] else "")
        )
        for row in lookers
    }
    assert said == dict.fromkeys(said, "this transaction belongs to one organization")


async def test_a_cursor_is_moved_by_who_holds_its_part(db: Database) -> None:
    log, consumer = "giving", "sync crm"
    move = "SELECT platform_code.move_cursor($1, $2, 0::smallint, 7, pg_current_snapshot()::text)"
    async with db.first.system() as conn:
        await conn.execute("SELECT platform_code.register_consumer($1, $2)", log, consumer)
    async with db.first.connection() as conn:
        await conn.execute("BEGIN")
        await conn.execute("SELECT platform_code.lock_part($1, $2, 1::smallint)", log, consumer)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="does not hold the part"):
            await conn.execute(move, log, consumer)
        await conn.execute("ROLLBACK")
    async with db.first.system() as conn:
        assert await conn.fetchval("SELECT platform_code.lock_part($1, $2, 0::smallint)", log, consumer)
        await db.first.act_for(conn, 1)
        await conn.execute(move, log, consumer)


async def test_nobody_but_the_owner_makes_tables_even_for_a_while(empty: str) -> None:
    await migrate(empty)
    server = await open_server(empty)
    async with server.connection() as conn:
        for statement in ("CREATE TEMP TABLE x (n int)", "CREATE TABLE public.x (n int)", "CREATE SCHEMA x"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute(statement)
    await server.close()


async def test_what_moves_figures_within_another_is_not_called_by_itself(house: House) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="project_giving"):
        async with house.app.db.tenant(house.tenant.id) as tx:
            await tx.conn.execute(
                "SELECT crm_code.rebook_projects($1, 1::smallint, '{}', '{}', '{}', '{}')", tx.organization_id
            )


LOG_FUNCTIONS = {
    "extend_event_log": "$1",
    "register_consumer": "$1, 'x'",
    "backlog": "$1, 'x'",
    "parts_with_news": "$1, 'x'",
    "stands_for": "$1, 'x'",
    "unread": "NULL, $1, 'x', 'x', 1",
    "read_events": "$1, 'x', 0::smallint, 1",
}
CURSORS = {"move_cursor", "lock_part"}
"""Those look for a row of the cursors by the log's name, and for no table."""


@pytest.mark.parametrize("schema", ["pg_temp", "pg_catalog", "public", "platform"])
@pytest.mark.parametrize("function", LOG_FUNCTIONS)
async def test_no_function_reads_a_table_of_the_callers_own_with_the_owner_s_rights(
    house: House, function: str, schema: str
) -> None:
    async with house.app.db.first.connection() as conn:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(f"SELECT platform_code.{function}({LOG_FUNCTIONS[function]})", schema)


async def test_every_function_of_the_owner_that_takes_a_schema_asks_whether_it_has_a_log(owner: Any) -> None:
    found = await owner.fetch(
        "SELECT p.proname AS name, p.prosrc LIKE '%require_log%' AS asks FROM pg_proc p WHERE p.prosecdef"
        " AND p.pronamespace::regnamespace::text LIKE '%\\_code' AND p.proargnames && '{p_log,p_schema}'"
    )
    assert {row["name"]: row["asks"] for row in found if row["name"] not in CURSORS} == dict.fromkeys(
        LOG_FUNCTIONS, True
    )

"""The list of what each table is (tenant, shared, server-local), held against the catalog."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from almoner.platform.database.files import PACKAGE

pytestmark = pytest.mark.anyio

LISTED: dict[str, list[str]] = tomllib.loads((PACKAGE / "platform" / "database" / "tables.toml").read_text())

SEQUENCES_OF_NO_COLUMN = {
    "crm.gift_designation_id_seq": "the ids of a split stand in an array on the gift's row (decision 5)",
}
"""Sequences that are no column's default: made by hand on each server of a spread database. May only shrink."""

_TABLES = """
SELECT c.relnamespace::regnamespace::text || '.' || c.relname AS name FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
"""


@pytest.fixture
async def owner(dsn: str) -> AsyncIterator[Any]:
    """A connection as the owner of the database."""
    conn = await asyncpg.connect(dsn)
    yield conn
    await conn.close()


async def ask(owner: Any, statement: str, *values: object) -> set[str]:
    """The first column of a statement."""
    return {row[0] for row in await owner.fetch(statement, *values)}


async def test_each_table_is_listed_once_and_each_name_is_a_table(owner: Any) -> None:
    listed = [name for names in LISTED.values() for name in names]
    assert len(listed) == len(set(listed))
    assert set(listed) == await ask(owner, _TABLES)


def test_there_are_three_kinds_and_their_names_are_in_order() -> None:
    assert list(LISTED) == ["tenant", "shared", "server_local"]
    assert all(names == sorted(names) for names in LISTED.values())


async def test_the_primary_key_of_a_tenant_s_table_starts_with_the_tenant(owner: Any) -> None:
    led = """
    SELECT i.indrelid::regclass::text FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indisprimary AND a.attname = 'organization_id' AND i.indrelid = ANY ($1::text[]::regclass[])
    """
    assert await ask(owner, led, LISTED["tenant"]) == set(LISTED["tenant"])


async def test_row_level_security_is_on_for_every_table_of_a_tenant(owner: Any) -> None:
    on = (
        "SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND oid = ANY ($1::text[]::regclass[])"
    )
    assert await ask(owner, on, LISTED["tenant"]) == set(LISTED["tenant"])


async def test_no_foreign_key_leads_from_a_tenant_s_table_to_one_that_is_none(owner: Any) -> None:
    leading = """
    SELECT conrelid::regclass || ' ' || conname FROM pg_constraint
    WHERE contype = 'f' AND conparentid = 0 AND conrelid = ANY ($1::text[]::regclass[])
        AND confrelid <> ALL ($1::text[]::regclass[])
    """
    assert await ask(owner, leading, LISTED["tenant"]) == set()


async def test_what_is_of_a_server_has_no_tenant(owner: Any) -> None:
    named = """
    SELECT attrelid::regclass::text FROM pg_attribute
    WHERE attname = 'organization_id' AND attrelid = ANY ($1::text[]::regclass[])
    """
    assert await ask(owner, named, LISTED["server_local"]) == set()


async def test_no_id_is_an_identity(owner: Any) -> None:
    identities = """
    SELECT attrelid::regclass || '.' || attname FROM pg_attribute
    WHERE attidentity <> '' AND attrelid = ANY ($1::text[]::regclass[])
    """
    assert await ask(owner, identities, [name for names in LISTED.values() for name in names]) == set()


async def test_sequences_that_are_no_column_s_default_only_become_fewer(owner: Any) -> None:
    loose = """
    SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind = 'S'
        AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)' AND NOT EXISTS (
            SELECT FROM pg_depend d WHERE d.refobjid = c.oid AND d.classid = 'pg_attrdef'::regclass)
    """
    assert await ask(owner, loose) == set(SEQUENCES_OF_NO_COLUMN)


async def test_the_parts_of_a_log_are_signed(owner: Any) -> None:
    """So that a drained event of a moved organization can become history, which no cursor reads: part -1 - part."""
    kinds = """
    SELECT DISTINCT format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attname = 'part' AND attrelid = ANY ('{giving.event,crm.event}'::text[]::regclass[])
    """
    assert await ask(owner, kinds) == {"smallint"}

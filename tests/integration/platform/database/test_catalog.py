"""The laws of the tables, read from the catalog: tenant keys, row-level security, rights, definer functions."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from almoner.cli.events import LOGS
from almoner.platform.database.connection import APP_ROLE
from tests.architecture.test_event_kinds import kinds_in_sql
from tests.integration.platform.database.test_rights import DEFINERS
from tests.support.rights import DEFINER_FUNCTIONS

pytestmark = pytest.mark.anyio

TABLES = ("platform", "giving", "crm", "sync")
SCHEMAS = (*TABLES, *(f"{name}_code" for name in TABLES))

NOT_OF_A_TENANT = {
    "platform.event_cursor": "a consumer reads the events of all organizations",
    "platform.server": "one row: the server whose transaction numbers the logs hold",
    "platform.account": "a person may belong to several organizations (decision 32)",
    "platform.account_change": "as account",
    "platform.account_token": "as account",
    "platform.invitation": "as account",
    "platform.sign_in": "as account",
    "platform.sign_in_guard": "who fails to sign in belongs to none",
}
"""Tables without organization_id, each with its reason."""

HIDDEN_FROM_TENANTS = {
    name for name, why in NOT_OF_A_TENANT.items() if "event_cursor" not in name and name != "platform.server"
}
"""Those that the application role reads: in the name of no organization alone."""

UNIQUE_OVER_ALL = {
    "giving.stripe_claim_pkey": "an account at Stripe belongs to one organization of all, as the directory has it of servers"
}
"""Unique indexes that do not start with the organization, each with its reason."""

OF_GIFTS = ("donor", "donor_contact_method", "gift", "gift_detail")
QUERIED = [
    f"crm_code.queried_{table}"
    for table in (
        "campaign",
        "campaign_part",
        "campaign_reach",
        "communication",
        "contact",
        "designation",
        "gift",
        "gift_ask",
        "gift_premium",
        "gift_tribute",
        "grant_award",
        "individual",
        "planned_gift",
        "pledge",
        "premium",
        "project",
        "recurring_gift",
        "reference",
        "segment",
        "tribute",
    )
] + [f"giving_code.queried_{table}" for table in ("campaign", *OF_GIFTS, "project", "segment", "tally")]
"""Views that read as their owner: one table each, of the transaction's organization (crm/queried.sql says why)."""

WORKED_OUT = {
    "giving_code.queried_gift": ", ((amount_minor - reversed_minor) + reserved_minor) AS kept_minor"
}
"""What such a view shows after the columns of its table, word for word: worked out of columns of the same row."""


@pytest.fixture
async def owner(dsn: str) -> AsyncIterator[Any]:
    """A connection as the owner of the database."""
    conn = await asyncpg.connect(dsn)
    yield conn
    await conn.close()


async def ask(owner: Any, statement: str) -> list[str]:
    """The first column of a statement over our schemas ($1)."""
    return [row[0] for row in await owner.fetch(statement, list(SCHEMAS))]


TABLE = """
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p')
"""


async def test_every_schema_of_ours_is_looked_at(owner: Any) -> None:
    found = await owner.fetch(
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^public$'"
    )
    assert {row["nspname"] for row in found} == set(SCHEMAS)


async def test_every_table_belongs_to_a_tenant(owner: Any) -> None:
    found = await ask(owner, f"SELECT n.nspname || '.' || c.relname {TABLE} AND a.attname IS NULL")
    assert set(found) == set(NOT_OF_A_TENANT)


async def test_no_row_is_without_its_tenant(owner: Any) -> None:
    assert not await ask(owner, f"SELECT c.oid::regclass::text {TABLE} AND NOT a.attnotnull")


async def test_every_unique_index_starts_with_the_tenant(owner: Any) -> None:
    found = await ask(
        owner,
        f"""
        SELECT i.indexrelid::regclass::text {TABLE.replace("WHERE", "JOIN pg_index i ON i.indrelid = c.oid WHERE")}
        AND a.attnum IS NOT NULL AND i.indisunique AND i.indkey[0] <> a.attnum
        """,
    )
    assert set(found) == set(UNIQUE_OVER_ALL)


async def test_every_table_of_a_tenant_has_a_primary_key(owner: Any) -> None:
    found = await ask(
        owner,
        f"""SELECT c.oid::regclass::text {TABLE} AND a.attnum IS NOT NULL
        AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)""",
    )
    assert not found


async def test_every_foreign_key_starts_with_the_tenant_on_both_sides(owner: Any) -> None:
    found = await ask(
        owner,
        """
        SELECT k.conrelid::regclass || ' ' || k.conname FROM pg_constraint k
        JOIN pg_attribute here ON here.attrelid = k.conrelid AND here.attnum = k.conkey[1]
        JOIN pg_attribute there ON there.attrelid = k.confrelid AND there.attnum = k.confkey[1]
        WHERE k.contype = 'f' AND k.connamespace::regnamespace::text = ANY ($1)
            AND (here.attname <> 'organization_id' OR there.attname <> 'organization_id')
        """,
    )
    assert not found


async def test_no_foreign_key_crosses_schemas_but_to_the_organization(owner: Any) -> None:
    found = await ask(
        owner,
        """
        SELECT k.conrelid::regclass || ' ' || k.conname FROM pg_constraint k
        JOIN pg_class here ON here.oid = k.conrelid JOIN pg_class there ON there.oid = k.confrelid
        WHERE k.contype = 'f' AND k.connamespace::regnamespace::text = ANY ($1)
            AND here.relnamespace <> there.relnamespace
        """,
    )
    assert not found


async def test_row_level_security_is_on_everywhere(owner: Any) -> None:
    found = await ask(
        owner, f"SELECT c.oid::regclass::text {TABLE} AND a.attnum IS NOT NULL AND NOT c.relrowsecurity"
    )
    assert not found


async def test_every_policy_is_the_same_for_all_commands_and_roles(owner: Any) -> None:
    policies = await owner.fetch(
        "SELECT schemaname || '.' || tablename AS name, permissive, cmd, roles::text, qual, with_check"
        " FROM pg_policies WHERE schemaname = ANY ($1)",
        list(SCHEMAS),
    )
    for policy in policies:
        is_hidden = policy["name"] in HIDDEN_FROM_TENANTS
        predicate = "(platform.tenant() IS NULL)" if is_hidden else "(organization_id = platform.tenant())"
        values = tuple(policy[name] for name in ("permissive", "cmd", "roles", "qual", "with_check"))
        assert values == ("PERMISSIVE", "ALL", "{public}", predicate, predicate), policy["name"]
    tables = await ask(
        owner,
        f"SELECT n.nspname || '.' || c.relname {TABLE} AND a.attnum IS NOT NULL AND NOT c.relispartition",
    )
    assert sorted(policy["name"] for policy in policies) == sorted([*tables, *HIDDEN_FROM_TENANTS])


async def test_views_ask_with_the_rights_of_the_asker(owner: Any) -> None:
    found = await ask(
        owner,
        """
        SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace::regnamespace::text = ANY ($1)
            AND c.relkind IN ('v', 'm') AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false)
        ORDER BY 1
        """,
    )
    assert found == QUERIED
    for name in found:
        text = " ".join((await owner.fetchval("SELECT pg_get_viewdef($1::regclass)", name)).split())
        assert re.fullmatch(
            r"SELECT [a-z0-9_, ]+"
            + re.escape(WORKED_OUT.get(name, ""))
            + r" FROM (crm|giving)\.\w+ WHERE \(organization_id = platform\.tenant\(\)\);",
            text,
        ), text


async def test_a_partition_is_reached_through_its_table_alone(owner: Any) -> None:
    await owner.execute(
        "SELECT setval('giving.event_id_seq', 1 << 24), platform_code.extend_event_log('giving')"
    )
    partitions = await ask(owner, f"SELECT c.oid::regclass::text {TABLE} AND c.relispartition")
    assert len(partitions) >= 6
    for partition in partitions:
        rights = await owner.fetchval(
            "SELECT has_table_privilege($1, $2, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')",
            APP_ROLE,
            partition,
        )
        assert not rights, partition
        assert await owner.fetchval(
            "SELECT relrowsecurity FROM pg_class WHERE oid = $1::text::regclass", partition
        )


async def test_partitions_have_every_index_of_their_table(owner: Any) -> None:
    found = await ask(
        owner,
        """
        SELECT i.indexrelid::regclass || ' ' || p.inhrelid::regclass
        FROM pg_index i JOIN pg_inherits p ON p.inhparent = i.indrelid JOIN pg_class c ON c.oid = i.indrelid
        WHERE c.relnamespace::regnamespace::text = ANY ($1) AND NOT EXISTS (
            SELECT FROM pg_inherits x JOIN pg_index j ON j.indexrelid = x.inhrelid
            WHERE x.inhparent = i.indexrelid AND j.indrelid = p.inhrelid AND j.indisvalid)
        """,
    )
    assert not found


# --- the application role ---------------------------------------------------------------------------------


async def test_the_application_role_is_above_no_law(owner: Any) -> None:
    role = await owner.fetchrow("SELECT * FROM pg_roles WHERE rolname = $1", APP_ROLE)
    powers = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication", "rolcanlogin")
    assert not any(role[power] for power in powers)
    member_of = await owner.fetch("SELECT roleid FROM pg_auth_members WHERE member = $1", role["oid"])
    assert not member_of


async def test_the_application_role_owns_nothing(owner: Any) -> None:
    owned = await owner.fetchval(
        "SELECT count(*) FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid"
        " WHERE r.rolname = $1 AND d.deptype = 'o'",
        APP_ROLE,
    )
    assert owned == 0


async def test_the_application_role_makes_no_objects(owner: Any) -> None:
    schemas = [*SCHEMAS, "public"]
    for schema in schemas:
        assert not await owner.fetchval("SELECT has_schema_privilege($1, $2, 'CREATE')", APP_ROLE, schema), (
            schema
        )


@pytest.mark.parametrize("log", ["giving.event", "crm.event"])
async def test_events_are_only_added(owner: Any, log: str) -> None:
    may = {
        right: await owner.fetchval("SELECT has_table_privilege($1, $2, $3)", APP_ROLE, log, right)
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    }
    assert may == {"SELECT": True, "INSERT": True, "UPDATE": False, "DELETE": False, "TRUNCATE": False}


@pytest.mark.parametrize("table", ["giving.gift", "giving.donor"])
async def test_gifts_and_donors_are_never_deleted(owner: Any, table: str) -> None:
    assert not await owner.fetchval("SELECT has_table_privilege($1, $2, 'DELETE, TRUNCATE')", APP_ROLE, table)


async def test_the_application_role_does_not_touch_cursors_and_migrations(owner: Any) -> None:
    writes = "INSERT, UPDATE, DELETE, TRUNCATE"
    tables = dict.fromkeys(NOT_OF_A_TENANT.keys() - HIDDEN_FROM_TENANTS, f"SELECT, {writes}") | {
        "public.almoner_ledger": writes,
        "public.almoner_code": writes,
    }
    for table, rights in tables.items():
        assert not await owner.fetchval("SELECT has_table_privilege($1, $2, $3)", APP_ROLE, table, rights), (
            table
        )


# --- functions --------------------------------------------------------------------------------------------


async def test_functions_with_more_rights_are_on_the_reviewed_list(owner: Any) -> None:
    found = await ask(
        owner,
        "SELECT pronamespace::regnamespace || '.' || proname FROM pg_proc"
        " WHERE prosecdef AND pronamespace::regnamespace::text = ANY ($1 || '{public}'::text[])",
    )
    of_a_tenant = {row["name"] for row in await owner.fetch(DEFINERS) if row["is_of_tenant"]}
    assert set(found) - of_a_tenant == set(DEFINER_FUNCTIONS)


async def test_functions_with_more_rights_have_a_fixed_search_path(owner: Any) -> None:
    found = await ask(
        owner,
        "SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef"
        " AND pronamespace::regnamespace::text = ANY ($1)"
        " AND NOT coalesce(proconfig @> '{search_path=pg_catalog}', false)",
    )
    assert not found


# --- code --------------------------------------------------------------------------------------------------


async def test_nothing_outside_the_code_schemas_depends_on_code(owner: Any) -> None:
    found = await owner.fetch(
        r"""
        SELECT pg_describe_object(d.classid, d.objid, d.objsubid) || ' on ' || needed.identity AS line
        FROM pg_depend d
        CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) needed
        CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) needing
        WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_type'::regclass)
            AND needed.schema ~ '_code$' AND needing.identity !~ '_code\.'
        """
    )
    assert not [row["line"] for row in found]


async def test_code_schemas_hold_no_table_and_no_sequence(owner: Any) -> None:
    found = await ask(
        owner,
        r"SELECT oid::regclass::text FROM pg_class WHERE relnamespace::regnamespace::text ~ '_code$'"
        " AND relnamespace::regnamespace::text = ANY ($1) AND relkind NOT IN ('v', 'c')",
    )
    assert not found


async def test_foreign_keys_are_called_after_their_column(owner: Any) -> None:
    """By the name `platform/records.py` tells which field names nothing; PostgreSQL cuts names off after 63 bytes."""
    named = """
    SELECT c.conrelid::regclass || ': ' || c.conname FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[cardinality(c.conkey)]
    WHERE c.contype = 'f' AND c.connamespace::regnamespace::text = ANY ($1) AND c.conparentid = 0
        AND c.conname NOT LIKE '%\\_' || replace(a.attname, '_', '\\_') || '\\_fkey'
    """
    assert await ask(owner, named) == []


@pytest.mark.parametrize("log", LOGS)
async def test_each_kind_of_event_that_a_function_appends_is_registered(owner: Any, log: str) -> None:
    """Also by those that stand for programs of before."""
    bodies = await ask(
        owner,
        "SELECT prosrc FROM pg_proc WHERE pronamespace::regnamespace::text = ANY ($1)",
    )
    found = {kind for body in bodies for kind in kinds_in_sql(body, log)}
    assert found
    assert found <= LOGS[log].keys()

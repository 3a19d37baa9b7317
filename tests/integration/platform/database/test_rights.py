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
from tests.support.rows import Rows

pytestmark = pytest.mark.anyio

_ADDED = "SELECT INSERT"
RIGHTS = {
    # Found by definer functions, which make organizations and read logs.
    "platform.organization": "SELECT",
    "platform.directory": "SELECT",
    "platform.event_cursor": "",
    "platform.server": "",
    # A key is revoked and stays; a session is used up; an answer comes after its claim.
    "platform.api_key": f"{_ADDED} UPDATE(revoked_at expires_at group_id)",
    # A limit is set anew, an hour begins, and a portion is given out.
    "platform.rate_limit": f"{_ADDED} UPDATE(per_hour hour leased)",
    "platform.session": f"{_ADDED} DELETE",
    "platform.idempotency": f"{_ADDED} UPDATE(answer)",
    # A group is changed and removed; its name stays, and what it granted when is kept.
    "platform.permission_group": f"{_ADDED} DELETE UPDATE(scopes modified_at)",
    "platform.permission_change": _ADDED,
    # A membership moves to another group, is accepted, disabled and enabled; one whose invitation is revoked goes.
    "platform.membership": f"{_ADDED} DELETE UPDATE(group_id accepted_at disabled_at)",
    # On the first server, and hidden from every organization: people, what they sign in with, and who failed to.
    "platform.account": f"{_ADDED} UPDATE(password_hash otp_secret otp_is_on otp_step)",
    "platform.account_change": _ADDED,
    "platform.account_token": f"{_ADDED} DELETE UPDATE(used_at)",
    "platform.invitation": f"{_ADDED} DELETE",
    "platform.sign_in": f"{_ADDED} DELETE UPDATE(membership_id expires_at ended_at)",
    "platform.sign_in_guard": f"{_ADDED} DELETE UPDATE(failures tried_at blocked_until succeeded_at)",
    # What happened is never otherwise again.
    "giving.event": _ADDED,
    "crm.event": _ADDED,
    "giving.campaign_sync_change": _ADDED,
    "giving.donor_link_change": _ADDED,
    # Kept figures: moved by `count_gifts`, `move_figures`, `book_gifts`, `rebook_gifts`, `move_projects` and `move_tally` alone, and by triggers.
    "giving.tally": "SELECT",
    "crm.campaign_giving": "SELECT",
    "crm.campaign_part": "SELECT",
    "crm.campaign_pending": "SELECT",
    "crm.campaign_reach": "SELECT",
    "crm.contact_giving": "SELECT",
    "crm.designation": "SELECT",
    "crm.designation_tally": "SELECT",
    "crm.project_giving": "SELECT",
    "crm.tally": "SELECT",
    "sync.tally": "SELECT",
    # A donor is filled in by later gifts, changed, and linked; its gift_count is a kept figure.
    "giving.donor": f"{_ADDED} UPDATE(email email_key title first_name middle_name last_name suffix is_organization"
    " organization_name phone address1 address2 city state postal country notes crm_key crm_linked version modified_at)",
    "giving.campaign": f"{_ADDED} UPDATE(can_sync version modified_at)",
    "giving.project": _ADDED,
    # A correction: the donor, the campaign, the day it came in and its payment stay as they are.
    "giving.gift": f"{_ADDED} UPDATE(amount_minor project_ids project_minor gift_on segment_code is_anonymous notes comment"
    " version modified_at status reversed_minor reserved_minor project_reversed_minor)",
    "giving.payment_intent": f"{_ADDED} UPDATE(state asked looks look_at gift_id transaction_id given_back detail modified_at)",
    # What becomes of a refund or dispute, and whether what a processor said is settled.
    "giving.reversal": f"{_ADDED} UPDATE(state amount_minor project_ids project_minor said_minor transaction_id reason detail on_day reinstated_on looks look_at version modified_at)",
    "giving.processor_word": f"{_ADDED} UPDATE(settled_at detail looks look_at)",
    "giving.stripe_account": f"{_ADDED} DELETE UPDATE(secret_key webhook_secret publishable_key descriptor_suffix is_live caught_up_at look_at modified_at)",
    "giving.stripe_event": f"{_ADDED} UPDATE(state detail looks look_at settled_at)",
    "giving.stripe_entry": f"{_ADDED} UPDATE(payment_id payout_id stored_at)",
    "giving.stripe_payout": f"{_ADDED} UPDATE(state amount_minor arrives_on failure modified_at)",
    # Later words of a source, merges, and what is edited here.
    "crm.contact": f"{_ADDED} UPDATE(contact_type name informal_name merged_into_id version modified_at)",
    "crm.contact_individual": f"{_ADDED} UPDATE(prefix first_name middle_name last_name suffix modified_at)",
    "crm.contact_method": f"{_ADDED} UPDATE(value value_key modified_at)",
    "crm.contact_address": f"{_ADDED} UPDATE(address1 address2 city state postal country modified_at)",
    # A link that was a mistake is taken back: forgotten up to a version.
    "crm.contact_reference": f"{_ADDED} UPDATE(contact_id version merged_version said forgotten_version)",
    "crm.contact_note": f"{_ADDED} DELETE UPDATE(contact_id type note noted_on important is_private time_spent version"
    " modified_at)",
    "crm.project_note": f"{_ADDED} DELETE UPDATE(contact_id type note important is_private version modified_at)",
    # Kinds of parts get other names, or are given no more; none is deleted.
    "crm.project_role_type": f"{_ADDED} UPDATE(role role_key is_enabled version modified_at)",
    # Another kind of part; another contact, by a merge. A part may be taken.
    "crm.project_role": f"{_ADDED} DELETE UPDATE(contact_id project_role_type_id version modified_at)",
    # An expense is corrected and never deleted; its project stays. `book_expenses` and `move_spending` move the kept figures.
    "crm.project_expense": f"{_ADDED} UPDATE(amount_minor spent_on accounting_code description version modified_at)",
    "crm.project_spending": "SELECT",
    # What is given out for gifts moves the stock; code, worth and whether it is given are the staff's.
    "crm.premium": f"{_ADDED} UPDATE(name code code_key description price_minor fair_market_value_minor cost_minor"
    " inventory_count is_active custom_values version modified_at)",
    # What is given out for a gift may be otherwise, come back, or go with its gift.
    "crm.gift_premium": f"{_ADDED} DELETE UPDATE(quantity is_returned)",
    "crm.tribute": f"{_ADDED} UPDATE(tribute_type first_name last_name address1 address2 city state postal_code"
    " contact_individual_id default_acknowledgee_individual_id version modified_at)",
    "crm.gift_tribute": f"{_ADDED} DELETE UPDATE(tribute_id tribute_type description acknowledgee_individual_id)",
    # What a project says of itself, and where in the tree it is; `move_projects` lets the tree and its history follow.
    "crm.project": f"{_ADDED} UPDATE(name project_code code_key external_accounting_code online_display_name description type"
    " location parent_id is_public is_active is_available_online is_tax_deductible beginning_balance_minor balance_change_minor"
    " revenue_accounting_code inventory_status temporary_status temporary_until duration_type start_on end_on"
    " financial_need_minor financial_need_type financial_need_frequency is_limited_to_financial_need custom_values"
    " is_restricted_to_gift_specifications treat_as_accounts_payable enable_sync version modified_at)",
    "crm.project_parent": "SELECT",
    # What staff say of a campaign, and the days of its projects; a communication stays as it was made, a segment's stays its.
    "crm.campaign": f"{_ADDED} UPDATE(name description starts_at ends_at giving_goal_minor new_giver_goal total_gift_goal steps"
    " is_archived version modified_at)",
    "crm.campaign_project": f"{_ADDED} DELETE UPDATE(from_on until_on version modified_at)",
    "crm.communication": _ADDED,
    "crm.segment": f"{_ADDED} UPDATE(name code code_key description total_contacts contact_query_id cost_per_contact package_code"
    " package_description receipt_segment_id segment_organizer_id version modified_at)",
    "crm.project_ancestor": _ADDED,
    "crm.gift": f"{_ADDED} UPDATE(contact_id contact_individual_id gift_type gift_on amount_minor currency designation_ids"
    " designation_project_ids designation_minor batch segment_code notes origin is_private is_tax_deductible custom_values details"
    " passthrough_contact_ids passthrough_minor version source_version source_words modified_at)",
    # How a field is shown and used; its name and what it holds stay.
    "crm.custom_field": f"{_ADDED} UPDATE(display_name options is_required is_archived version modified_at)",
    "crm.setting": f"{_ADDED} UPDATE(default_project_id)",
    "crm.recurring_gift": f"{_ADDED} UPDATE(contact_id frequency started_on next_expected_on anticipated_end_on cancelled_at"
    " amount_minor currency designation_project_ids designation_minor segment_code is_private custom_values version source_version modified_at"
    " automated_payments track_payments thank_you_on cancel_reason cancel_category_id)",
    # Expected payments come and go with their schedule; those that were paid or dismissed stay.
    "crm.recurring_gift_payment": f"{_ADDED} DELETE UPDATE(expected_minor dismissed_on is_scheduled)",
    "crm.pledge": f"{_ADDED} UPDATE(contact_id pledged_minor currency frequency pledged_on expected_fulfillment_on gift_ask_id"
    " segment_id project_id is_private written_off_at write_off_reason payment_days payment_minor custom_values version modified_at)",
    "crm.pledge_payment": f"{_ADDED} DELETE UPDATE(expected_on expected_minor)",
    "crm.gift_ask": f"{_ADDED} UPDATE(contact_id ask_minor currency asked_on expected_fulfillment_on notes ask_type frequency"
    " declined project_id segment_id assigned_user_id secondary_assigned_user_id status custom_values version modified_at)",
    "crm.planned_gift": f"{_ADDED} UPDATE(contact_id planned_on planned_gift_type frequency anticipated_minor currency"
    " anticipated_start_on number_of_occurrences current_value_minor contact_individual_id assigned_user_id project_id segment_id thank_you_on"
    " custom_values version modified_at)",
    "crm.grant_award": f"{_ADDED} DELETE UPDATE(contact_id receiving_organization_id owner_id title description reference_id"
    " project_id segment_id due_on anticipated_minor currency status submitted_on anticipated_award_on point_of_contact_name"
    " point_of_contact_email point_of_contact_phone website awarded_grant awarded_minor awarded_on award_terms grant_type custom_values version"
    " modified_at)",
    # What a gift is applied to is said anew with the gift; how much counts follows it, whoever changes it.
    "crm.applied_gift": f"{_ADDED} DELETE UPDATE(pledge_payment_id amount_minor counted_minor)",
    # What is wanted and done of a record moves with each try; which record it is does not.
    "sync.record": f"{_ADDED} UPDATE(donor_id wanted done event_id reason detail crm_id attempts due_at happened_at changed_at"
    " currency minor done_minor waited_since waited_for)",
    # Names that processes of the first version read by, and what tells whether the database is up to date.
    "giving.gift_project": "SELECT",
    "giving.gift_read": "SELECT",
    "crm.gift_designation": "SELECT",
    "crm.project_total": "SELECT",
    "public.almoner_ledger": "SELECT",
    "public.almoner_code": "SELECT",
    "public.almoner_migration": "SELECT",
}
"""The rights of the application role to every table and old view. A new table brings its line, with a reason for each right."""

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

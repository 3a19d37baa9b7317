"""The migration that makes wanted and done of a state, on records as they were before it."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.platform.database.files import load_migrations
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import correct, crm_project, giving_project, reached
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

SINCE = (
    "sync/20261127-1304-wanted-and-done",
    "sync/20261127-1402-any-entity",
    "sync/20261129-1601-waits-and-causes",
    "sync/20261130-1101-records-that-cannot-be-read",
)
"""The migrations of the tables that the first of them makes anew."""

# The tables as the migrations before made them, with what stands in those of now.
BEFORE = """
DROP VIEW sync_code.told_record;
CREATE TABLE sync.before AS SELECT organization_id, entity, record_id, donor_id, state, reason, detail, crm_id, attempts,
    due_at, happened_at, changed_at, currency, minor, state AS counted_as FROM sync.record;
DROP TABLE sync.record;
DROP FUNCTION sync.state_of;
ALTER TABLE sync.before RENAME TO record;
DELETE FROM sync.tally;
ALTER TABLE sync.tally DROP CONSTRAINT tally_pkey, DROP COLUMN destination, DROP COLUMN there_n, DROP COLUMN there_minor;
ALTER TABLE sync.tally ADD PRIMARY KEY (organization_id, entity, state, currency, slot);
INSERT INTO sync.tally (organization_id, entity, state, currency, slot, n, minor)
SELECT organization_id, entity, state, coalesce(currency, ''), 3, count(*), coalesce(sum(minor), 0)
FROM sync.record GROUP BY organization_id, entity, state, coalesce(currency, '');
CREATE FUNCTION sync.due_donors(timestamptz, int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION sync.organizations_missing_projects() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION platform.protect_table(regclass) RETURNS void LANGUAGE sql
    AS $$ SELECT platform.protect_table($1, 'SELECT, INSERT, UPDATE, DELETE') $$
"""


async def test_records_of_before_keep_their_state_and_go_on(idle: House, conn: Any) -> None:
    tenant = idle.tenant
    await giving_project(tenant, "LONELY")
    synced, withheld = await tenant.give(10), await tenant.give(20, isTestMode=True, email="bo@example.org")
    failed = await tenant.give(40, projects=[{"code": "LONELY"}], email="cy@example.org")
    await drained(idle)
    said = "SELECT entity, record_id, state, reason, detail, crm_id FROM sync.record ORDER BY 1, 2"
    before = await conn.fetch(said)
    view = await conn.fetchval("SELECT pg_get_viewdef('sync_code.told_record'::regclass)")
    files = [one for one in load_migrations() if one.name in SINCE]
    await conn.execute(BEFORE)
    for file in files:
        await conn.execute(file.text)
    await conn.execute(f"CREATE VIEW sync_code.told_record WITH (security_invoker = true) AS {view}")
    await conn.execute("GRANT SELECT ON sync_code.told_record TO almoner_app")
    assert await conn.fetch(said) == before
    assert await wrong_figures(idle.app.db, tenant.id) == []
    await correct(tenant, synced["id"], amount=15)
    await crm_project(tenant, "LONELY")
    await idle.settle()
    for gift, reason in ((synced, None), (failed, None), (withheld, "test_mode")):
        await reached(tenant, "gift", gift["id"], reason)
    assert (await tenant.crm.get(f"/crm/api/Gift/RaiseDonors/{synced['id']}"))["amount"] == 15
    assert await wrong_figures(idle.app.db, tenant.id) == []


async def test_keys_that_were_found_right_before_they_were_told_apart_are_links(
    idle: House, conn: Any
) -> None:
    right = await idle.tenant.give(10)
    wrong = await idle.tenant.give(10, email="bo@example.org", crmKey="999999")
    await drained(idle)
    linked = "SELECT id, crm_linked FROM giving.donor ORDER BY id"
    expected = [(right["donorId"], True), (wrong["donorId"], False)]
    assert [tuple(row) for row in await conn.fetch(linked)] == expected
    await conn.execute("UPDATE giving.donor SET crm_linked = false")
    (file,) = [one for one in load_migrations() if one.name == "sync/20261129-1905-judged-keys"]
    await conn.execute(file.text)
    assert [tuple(row) for row in await conn.fetch(linked)] == expected

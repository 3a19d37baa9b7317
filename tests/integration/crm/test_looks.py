"""What is misspelt, and whatever systems gifts come from, is looked at no more often than so: one call stalls nobody."""

from __future__ import annotations

import json
from typing import Any

import asyncpg
import pytest

from almoner.platform.query.conditions import ERRORS_MAX
from tests.api.crm.contacts import sample as contacts
from tests.support.house import House
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio

LOOKS_MAX = 20
EXPLAINED = """
    LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
    SET auto_explain.log_analyze = on; SET auto_explain.log_timing = off; SET auto_explain.log_format = json;
    SET auto_explain.log_level = notice
"""
PROJECTS = """
    INSERT INTO crm.project (organization_id, name, project_code, code_key, created_at, modified_at, version)
    SELECT $1, 'Project ' || n, 'CODE-' || n, 'code-' || n, now(), now(), 1 FROM generate_series(1, 50) n
"""
COUNTED = """
    CREATE SEQUENCE crm_code.looks;
    GRANT USAGE ON SEQUENCE crm_code.looks TO almoner_app;
    ALTER FUNCTION crm_code.nearest(bigint, text, text) RENAME TO nearest_uncounted;
    CREATE FUNCTION crm_code.nearest(p_organization_id bigint, p_what text, p_text text) RETURNS text LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM nextval('crm_code.looks');
        RETURN crm_code.nearest_uncounted(p_organization_id, p_what, p_text);
    END $$
"""


class Looks:
    """How often the database looks for what a misspelt name may mean."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self._conn = conn

    async def so_far(self) -> int:
        """All looks until now."""
        (row,) = await self._conn.fetch(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS n FROM crm_code.looks"
        )
        return int(row["n"])


@pytest.fixture
async def looks(own_house: House, dsn: str) -> Any:
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(COUNTED)
        yield Looks(conn)
    finally:
        await conn.close()


async def test_a_query_for_many_unknown_names(own_house: House, looks: Looks) -> None:
    async with as_owner(own_house.app.db, own_house.tenant.id) as tx:
        await tx.conn.execute(PROJECTS, own_house.tenant.id)
    names = [f"nothing-{n}" for n in range(300)]
    one = {"parameter": "Project Code", "operator": "IsAnyOf", "values": names}
    other = {"parameter": "Project Code", "operator": "Is", "value": "code-1x"}
    body = {"groups": [{"conditions": [other, one]}, {"conditions": [one, other]}]}
    answer = await own_house.tenant.crm.call("POST", "/crm/api/Gift/Query", json=body)
    assert answer.status_code == 400
    details = answer.json()["error"]["details"]
    assert len(details) == ERRORS_MAX
    assert "Did you mean" in details[0]["message"]
    assert len({detail["message"] for detail in details}) == ERRORS_MAX
    assert await looks.so_far() <= LOOKS_MAX


async def test_a_bulk_of_unknown_codes(own_house: House, looks: Looks) -> None:
    async with as_owner(own_house.app.db, own_house.tenant.id) as tx:
        await tx.conn.execute(PROJECTS, own_house.tenant.id)
    giver = (await contacts.make(own_house.tenant, "ada"))["id"]
    gifts = [
        {
            "contactId": giver,
            "amount": 10,
            "segmentCode": f"none-{n}",
            "giftDesignations": [{"projectCode": f"CODE-{n}-{k}", "amount": 1} for k in range(10)],
        }
        for n in range(20)
    ]
    answer = await own_house.tenant.crm.call("POST", "/crm/api/Gift/Bulk", json=gifts)
    assert answer.status_code == 400
    details = answer.json()["error"]["details"]
    assert len(details) == 220
    assert "Did you mean" in details[0]["message"]
    assert await looks.so_far() <= LOOKS_MAX


def _rows(step: Any) -> float:
    own = step["Actual Rows"] * step["Actual Loops"] + step.get("Rows Removed by Filter", 0)
    return max([own, *(_rows(each) for each in step.get("Plans", ()))])


async def test_the_spellings_of_a_system_cost_the_same_however_many_systems_there_are(
    own_house: House, dsn: str
) -> None:
    giver = (await contacts.make(own_house.tenant, "ada"))["id"]
    parts = [{"projectCode": "GENERAL", "amount": 1}]
    for batch in range(3):
        gifts = [
            {
                "contactId": giver,
                "amount": 1,
                "transactionSource": f"Import {batch} {n}",
                "transactionId": "1",
                "giftDesignations": parts,
            }
            for n in range(100)
        ]
        await own_house.tenant.crm.post("/crm/api/Gift/Bulk", gifts)
    conn = await asyncpg.connect(dsn)
    plans: list[Any] = []
    conn.add_log_listener(lambda _, message: plans.append(message.message))
    try:
        await conn.execute(
            "SELECT set_config('almoner.organization_id', $1, false)", str(own_house.tenant.id)
        )
        await conn.execute(
            "SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan"
        )
        await conn.execute(EXPLAINED)
        found = await conn.fetchval(
            "SELECT crm_code.spellings_of_source($1, ' import 1 7')", own_house.tenant.id
        )
    finally:
        await conn.close()
    assert found == ["Import 1 7"]
    plan = next(
        json.loads(each[each.index("{") :]) for each in plans if "spelling" in each and "RECURSIVE" in each
    )
    assert "gift_source" in json.dumps(plan)
    assert _rows(plan["Plan"]) <= 4

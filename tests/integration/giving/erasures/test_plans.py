"""An erasure looks at what is the person's: not at all that the organization has in its logs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from tests.support.house import House

pytestmark = pytest.mark.anyio

OTHERS = 3000
"""Events of others, all with old values."""
MOST = 300
"""How many rows a step may go through."""

EXPLAINED = """
    LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
    SET auto_explain.log_analyze = on; SET auto_explain.log_timing = off; SET auto_explain.log_format = json;
    SET auto_explain.log_level = notice
"""
FILLED = """
INSERT INTO {log}.event (organization_id, part, key_id, kind, record_id, happened_at, version, data)
SELECT $1, platform.event_part($1, 1000000 + n), 1000000 + n, 'gift.updated', 1000000 + n, now(), 2, '{{"notes": "before"}}'
FROM generate_series(1, {others}) n
"""
KEPT = """
INSERT INTO platform.idempotency (organization_id, product, key, fingerprint, answer, about)
SELECT $1, p.product, 'of-others-' || n, '', jsonb_build_object('id', 1000000 + n), ARRAY['gift:' || 1000000 + n]
FROM generate_series(1, {others}) n, unnest('{{raise,crm}}'::text[]) AS p (product)
"""
ERASED = {
    "giving": "SELECT giving_code.erase_donors($1, $2, true, 'somebody', now())",
    "crm": "SELECT crm_code.erase_contact($1, $2, now())",
}


def _steps(plan: Any) -> Iterator[Any]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _steps(part)


def _rows(step: Any) -> int:
    each = step["Actual Rows"] + sum(
        step.get(f"Rows Removed by {by}", 0) for by in ("Filter", "Index Recheck")
    )
    return int(each * step["Actual Loops"])


async def _read(house: House, dsn: str, log: str, filled: str, table: str) -> list[Any]:
    """The steps of an erasure that read a table which `filled` fills for others. Nothing of it stays: all is undone."""
    gift = await house.tenant.give(10, comment="Holunder")
    state = await house.tenant.settled("donor", gift["donorId"])
    of = gift["donorId"] if log == "giving" else int(state["crmKey"])
    conn = await asyncpg.connect(dsn)
    heard: list[Any] = []
    conn.add_log_listener(lambda _, message: heard.append(message.message.partition("plan:\n")[2]))
    undone = conn.transaction()
    await undone.start()
    try:
        await conn.execute("SELECT set_config('almoner.organization_id', $1, true)", str(house.tenant.id))
        await conn.execute(filled.format(log=log, others=OTHERS), house.tenant.id)
        await conn.execute(f"ANALYZE {table}")  # the statistics of before know of no such rows
        await conn.execute(EXPLAINED)
        await conn.execute(ERASED[log], house.tenant.id, [of])
    finally:
        await undone.rollback()
        await conn.close()
    plans = [json.loads(plan)["Plan"] for plan in heard if plan]
    name = table.partition(".")[2]
    return [step for plan in plans for step in _steps(plan) if step.get("Relation Name", "").startswith(name)]


@pytest.mark.parametrize("log", list(ERASED))
async def test_the_log_is_not_read_whole(house: House, shared_dsn: str, log: str) -> None:
    read = await _read(house, shared_dsn, log, FILLED, f"{log}.event")
    assert read
    assert [step for step in read if _rows(step) > MOST] == []


@pytest.mark.parametrize("log", list(ERASED))
async def test_answers_that_are_kept_are_not_read_whole(house: House, shared_dsn: str, log: str) -> None:
    read = await _read(house, shared_dsn, log, KEPT, "platform.idempotency")
    assert read
    assert [step for step in read if _rows(step) > MOST] == []

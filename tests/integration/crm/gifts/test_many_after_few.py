"""What triggers read of gifts is in proportion to those that a statement writes, whatever the connection wrote before."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from almoner.crm.contract import figure_differences
from almoner.platform.database import Tx
from tests.api.crm.accepted import gift, person, project, taken, told
from tests.api.crm.campaigns.sample import STAFF
from tests.support.house import House
from tests.support.rows import open_rows

pytestmark = pytest.mark.anyio

MANY = 300
CONTACTS = 1_000
DAY = date(2026, 3, 1)
FEW = 7
"""So often that plans for any values are thought of too, which PostgreSQL does after five."""

TIMES = 20
"""How often a row may be looked at: by all triggers, in all their statements, each some times."""

EXPLAINED = """
    LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
    SET auto_explain.log_analyze = on; SET auto_explain.log_timing = off; SET auto_explain.log_format = json;
    SET auto_explain.log_level = notice
"""

OWN = "UPDATE crm.gift SET "
"""How the statements of the tests begin, of which nothing is asked."""

CHANGES = {
    "what no trigger asks about": "notes = 'Changed.'",
    "the day": "gift_on = gift_on - 1",
    "the amount": "amount_minor = amount_minor + 1, designation_minor[1] = designation_minor[1] + 1",
}


class Explained:
    """A connection of the owner that tells how many rows each step of a plan went through."""

    def __init__(self, conn: asyncpg.Connection, ids: list[int], organization_id: int) -> None:
        self._conn, self._ids, self._organization_id = conn, ids, organization_id
        self._plans: list[Any] = []
        conn.add_log_listener(self._hear)

    def _hear(self, _: Any, message: Any) -> None:
        _duration, found, plan = message.message.partition("plan:\n")
        if found:
            explained = json.loads(plan)
            if not explained["Query Text"].startswith(OWN):
                self._plans.append(explained["Plan"])

    async def greatest(self, change: str, n: int) -> tuple[int, str]:
        """The rows that the busiest step went through when so many gifts are changed, with what it is."""
        self._plans.clear()
        wanted = f"organization_id = {self._organization_id} AND id = ANY (ARRAY{self._ids[:n]})"
        assert await self._conn.execute(f"{OWN}{change} WHERE {wanted}") == f"UPDATE {n}"
        return self._greatest()

    async def greatest_of_counting(self) -> tuple[int, str]:
        """The same when all figures are counted afresh."""
        self._plans.clear()
        assert await figure_differences(Tx(self._conn, self._organization_id)) == []
        return self._greatest()

    def _greatest(self) -> tuple[int, str]:
        return max((_rows(step), _name(step)) for plan in self._plans for step in _steps(plan))


def _steps(plan: Any) -> Iterator[Any]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _steps(part)


def _rows(step: Any) -> int:
    each = step["Actual Rows"] + sum(step.get(f"Rows Removed by {by}", 0) for by in ("Filter", "Join Filter"))
    return int(each * step["Actual Loops"])


def _name(step: Any) -> str:
    told = ("Node Type", "Tuplestore Name", "Relation Name", "Join Filter", "Filter")
    return ", ".join(str(step[one]) for one in told if one in step)


@pytest.fixture
async def explained(house: House, shared_dsn: str) -> AsyncIterator[Explained]:
    """Gifts in a campaign, and a connection that has not written any; nothing that it writes stays."""
    other = await house.with_new_tenant()
    await taken(other, *(gift(str(n), ("GENERAL", 500)) for n in range(100)))
    # So many that to read them all is never the cheapest way to one.
    await told(other, *(person(f"p{n}", email=f"p{n}@example.org") for n in range(CONTACTS)))
    async with open_rows(shared_dsn) as rows:
        await rows.fetch("ANALYZE")  # so that nothing is known of an organization that comes now
    house = await house.with_new_tenant()
    wells = await project(house.tenant, "Wells")
    of = await house.tenant.crm.post(STAFF, {"name": "Dig"})
    await house.tenant.crm.post(f"{STAFF}/{of['campaignId']}/Project", {"projectId": wells["id"]})
    for first in range(0, MANY, 100):
        await taken(
            house,
            *(gift(str(first + n), ("WELLS", 500), day=DAY - timedelta(days=first + n)) for n in range(100)),
        )
    conn = await asyncpg.connect(shared_dsn)
    try:
        await conn.execute(EXPLAINED)
        undone = conn.transaction()
        async with AsyncExitStack() as stack:
            await undone.start()
            stack.push_async_callback(undone.rollback)
            await conn.execute("SELECT set_config('almoner.organization_id', $1, true)", str(house.tenant.id))
            found = await conn.fetch("SELECT id FROM crm.gift WHERE organization_id = $1", house.tenant.id)
            yield Explained(conn, [row["id"] for row in found], house.tenant.id)
    finally:
        await conn.close()


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
async def test_many_are_written_after_one(explained: Explained, change: str) -> None:
    for _time in range(FEW):
        await explained.greatest(change, 1)
    rows, step = await explained.greatest(change, MANY)
    assert rows <= TIMES * MANY, step


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
async def test_one_is_written_after_many(explained: Explained, change: str) -> None:
    await explained.greatest(change, MANY)
    rows, step = await explained.greatest(change, 1)
    assert rows <= TIMES, step


async def test_figures_are_counted_in_proportion_to_gifts(explained: Explained) -> None:
    rows, step = await explained.greatest_of_counting()
    assert rows <= TIMES * MANY, step

"""What the console and the sync ask again and again reads few rows, however the rows of a large organization are spread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from almoner.kernel.ids import ID_MAX
from almoner.platform.database import Tx
from almoner.sync import mend, store
from almoner.sync.destinations import BUILTIN
from almoner.sync.lag.service import lag_by_second, lag_overall
from almoner.sync.rules import Reason, State
from almoner.sync.triage import service as triage
from tests.integration.sync.conftest import NOON
from tests.support.house import House

pytestmark = pytest.mark.anyio

MANY = 20_000
SPAN = timedelta(minutes=2)
MOST = 4_000
"""Rows that one question may read: the sign counts a thousand gifts, each behind its donor."""

RECORDS = """
INSERT INTO sync.record (organization_id, destination, entity, record_id, donor_id, wanted, done, event_id, reason, detail,
    crm_id, attempts, happened_at, changed_at, currency, minor, done_minor)
SELECT $1::bigint, 'crm', k.entity, n, n, 1, k.done, n, k.reason, k.detail, nullif(k.done, 0), 0, $6::timestamptz, $6::timestamptz + n * interval '1 ms',
    CASE WHEN k.entity = 'gift' THEN 'USD' END, CASE WHEN k.entity = 'gift' THEN 100 END, CASE WHEN k.entity = 'gift' AND k.done > 0 THEN 100 END
FROM generate_series(1, $2::int) n
CROSS JOIN LATERAL (
    SELECT 'gift' AS entity, 1 AS done, NULL::text AS reason, NULL::text AS detail WHERE n <= 5
    UNION ALL SELECT 'gift', 0, 'project_unknown', 'rare' WHERE n BETWEEN 6 AND 8
    UNION ALL SELECT 'gift', 0, $3::text, $4::text WHERE n > 8
    UNION ALL SELECT 'donor', 0, $5::text, NULL WHERE $5::text IS NOT NULL) k
"""
TALLY = """
INSERT INTO sync.tally (organization_id, destination, entity, state, currency, slot, n, minor, there_n, there_minor)
SELECT organization_id, destination, entity, state, coalesce(currency, ''), 0, count(*), coalesce(sum(minor), 0), count(done_minor),
    coalesce(sum(done_minor), 0)
FROM sync.record GROUP BY organization_id, destination, entity, state, coalesce(currency, '')
"""
SPREADS = {
    "withheld": ("campaign_sync_off", None, None),
    "failed": ("project_unknown", "common", None),
    "behind donors": ("waiting_for_donor", None, "contact_ambiguous"),
}
READ = """
SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables
WHERE schemaname = 'sync'
"""


@pytest.fixture(params=SPREADS)
async def large(request: pytest.FixtureRequest, idle: House, conn: Any) -> House:
    """An organization nearly all of whose gifts stand in one place."""
    await conn.execute(RECORDS, idle.tenant.id, MANY, *SPREADS[request.param], NOON)
    await conn.execute(TALLY)
    await conn.execute("VACUUM ANALYZE sync.record")
    return idle


async def asked(house: House, question: Callable[[Tx], Awaitable[Any]]) -> Any:
    """The answer, which reads few rows: as the application, by the plans of pages."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        before = await tx.conn.fetchval(READ)
        answer = await question(tx)
        read = await tx.conn.fetchval(READ) - before
    assert read <= MOST, f"{read} rows were read"
    return answer


async def test_gifts_in_the_crm_are_found_behind_all_others(large: House) -> None:
    assert await asked(large, lambda tx: triage.gifts_in(tx, State.SYNCED, ID_MAX, 26)) == [5, 4, 3, 2, 1]


async def test_gifts_that_name_one_thing_are_found_behind_those_that_name_another(large: House) -> None:
    def naming(detail: str) -> Callable[[Tx], Awaitable[list[int]]]:
        return lambda tx: triage.gifts_with(tx, [Reason.PROJECT_UNKNOWN], ID_MAX, 26, detail=detail)

    assert await asked(large, naming("rare")) == [8, 7, 6]
    assert await asked(large, naming("nothing")) == []
    assert len(await asked(large, naming("common"))) in (0, 26)


async def test_a_page_of_any_reason_reads_little(large: House) -> None:
    for reason in Reason:

        async def page(tx: Tx, reason: Reason = reason) -> list[int]:
            return await triage.gifts_with(tx, [reason], ID_MAX, 26)

        assert len(await asked(large, page)) <= 26, reason


async def test_the_sign_of_every_page_reads_little(large: House) -> None:
    found = await asked(large, triage.attention)
    assert found.is_more == (found.donors > triage.STUCK_DONORS_MAX)


async def test_gifts_that_need_somebody_are_listed_without_reading_all_of_them(large: House) -> None:
    behind = len(await asked(large, lambda tx: triage.gifts_in(tx, State.FAILED, ID_MAX, 26)))
    few = len(await asked(large, lambda tx: triage.gifts_in(tx, State.FAILED, 9, 26)))
    assert (behind, few) in ((3, 3), (26, 3))


async def test_gifts_behind_few_donors_are_found_among_many_that_wait_for_others(
    idle: House, conn: Any
) -> None:
    await conn.execute(RECORDS, idle.tenant.id, MANY, *SPREADS["behind donors"], NOON)
    await conn.execute("DELETE FROM sync.record WHERE entity = 'donor' AND record_id NOT IN (10, 700, 19000)")
    await conn.execute(TALLY)
    await conn.execute("VACUUM ANALYZE sync.record")
    found = await asked(idle, lambda tx: triage.gifts_in(tx, State.FAILED, ID_MAX, 26))
    assert found == [19000, 700, 10, 8, 7, 6]
    assert (await asked(idle, triage.attention)).gifts == 6


async def test_the_lag_is_read_of_the_gifts_that_arrived_not_of_all_that_changed(large: House) -> None:
    async def lags(tx: Tx) -> int:
        seconds = await lag_by_second(tx, NOON, SPAN)
        overall = await lag_overall(tx, NOON, SPAN)
        assert sum(second.gifts for second in seconds) == overall.directly.gifts
        return overall.directly.gifts

    assert await asked(large, lags) == 5


async def test_what_waits_for_something_else_is_looked_for_without_reading_all_that_waits(
    large: House,
) -> None:
    async def held(tx: Tx) -> None:
        assert await mend.queue_mended(tx, BUILTIN, NOON) == 0

    await asked(large, held)
    async with large.app.stations[0].server.system() as conn:
        before = await conn.fetchval(READ)
        assert [row[0] for row in await store.queries.organizations_to_mend(conn)] == [large.tenant.id]
        assert await conn.fetchval(READ) - before <= MOST


async def test_the_latest_donors_who_need_a_cure_of_their_own_are_told_with_their_gifts(
    idle: House, conn: Any
) -> None:
    await conn.execute(RECORDS, idle.tenant.id, MANY, *SPREADS["behind donors"], NOON)
    await conn.execute("VACUUM ANALYZE sync.record")
    found = (await asked(idle, triage.causes)).items
    donors = [cause for cause in found if cause.entity == "donor"]
    assert [cause.donor_id for cause in donors[:2]] == [MANY, MANY - 1]
    assert all((cause.donors, cause.gifts, cause.money) == (1, 1, {"USD": 100}) for cause in donors)
    assert len(found) == triage.CAUSES_MAX

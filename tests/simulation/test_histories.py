"""Whatever changes in giving after its sync, the CRM follows exactly once, by version, through kills and disorder."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from almoner.platform.database import open_database
from almoner.platform.database.migrate import migrate
from almoner.platform.postgres import PostgresRunner
from almoner.tenants.service import create_organization
from tests.simulation.histories import World, confuse, furnish, settle, sync_and_die, write
from tests.support.figures import wrong_figures
from tests.support.recount import wrong_figures as recounted

pytestmark = [pytest.mark.anyio, pytest.mark.simulation, pytest.mark.timeout(300)]

SEED = int(os.environ.get("ALMONER_SEED", "1"))
HISTORIES = int(os.environ.get("ALMONER_HISTORIES", "5000"))
WRITERS, WORKERS, KILLS = 8, 3, 2

UNLIKE = """
SELECT g.id, g.version, c.source_version, s.state, s.reason FROM giving.gift g
JOIN sync.record s ON s.organization_id = g.organization_id AND s.entity = 'gift' AND s.record_id = g.id
LEFT JOIN crm.gift c ON c.organization_id = g.organization_id AND c.transaction_source = 'RaiseDonors'
    AND c.transaction_id = g.id::text
LEFT JOIN LATERAL (SELECT array_agg(p.code_key ORDER BY x.n) AS codes FROM unnest(g.project_ids) WITH ORDINALITY AS x (id, n)
    JOIN giving.project p ON p.organization_id = g.organization_id AND p.id = x.id) gs ON true
LEFT JOIN LATERAL (SELECT array_agg(p.code_key ORDER BY x.n) AS codes FROM unnest(c.designation_project_ids)
    WITH ORDINALITY AS x (id, n) JOIN crm.project p ON p.organization_id = g.organization_id AND p.id = x.id) cs ON true
WHERE CASE WHEN g.can_sync AND NOT g.is_test_mode
    THEN s.state <> 'synced' OR s.done <> g.version OR c.source_version IS DISTINCT FROM g.version
        OR (g.amount_minor, g.currency, g.gift_on, g.notes, g.project_minor, gs.codes) IS DISTINCT FROM
           (c.amount_minor, c.currency, c.gift_on, c.notes, c.designation_minor, cs.codes)
    ELSE s.state <> 'withheld' OR c.id IS NOT NULL END
"""
"""Gifts that the CRM does not hold as giving has them, or holds and should not."""
UNSEEN = """
SELECT g.id FROM giving.gift g WHERE NOT EXISTS (SELECT FROM sync.record s
    WHERE s.organization_id = g.organization_id AND s.entity = 'gift' AND s.record_id = g.id)
"""
UNLIKE_DONORS = """
SELECT d.id, d.version, k.version AS there, s.state, s.reason, c.name, k.said FROM giving.donor d
JOIN sync.record s ON s.organization_id = d.organization_id AND s.entity = 'donor' AND s.record_id = d.id AND s.done > 0
LEFT JOIN crm.contact_reference k ON k.organization_id = d.organization_id AND k.source = 'RaiseDonors'
    AND k.reference_id = d.id::text
LEFT JOIN crm.contact c ON c.organization_id = d.organization_id AND c.id = k.contact_id
LEFT JOIN crm.contact_individual i ON i.organization_id = d.organization_id AND i.contact_id = c.id
LEFT JOIN crm.contact_address a ON a.organization_id = d.organization_id AND a.contact_id = c.id
WHERE s.state <> 'synced' OR k.version IS DISTINCT FROM d.version OR i.id IS NULL OR c.merged_into_id IS NOT NULL
    OR d.crm_key IS DISTINCT FROM s.crm_id::text
    OR k.said IS NOT NULL AND (k.said ->> 'name', k.said #>> '{person,last_name}', k.said #>> '{person,prefix}',
            k.said #>> '{reach,phone}', k.said #>> '{reach,address1}', k.said #>> '{reach,city}') IS DISTINCT FROM
        (concat_ws(' ', d.first_name, d.last_name), d.last_name, d.title, d.phone, d.address1, d.city)
    OR CASE WHEN $1::jsonb ? c.id::text
        THEN NOT EXISTS (SELECT FROM jsonb_array_elements_text($1 -> c.id::text) AS o (id)
            JOIN giving.donor w ON w.organization_id = d.organization_id AND w.id = o.id::bigint
            WHERE c.name = concat_ws(' ', w.first_name, i.last_name)
                AND rtrim(i.last_name, 'abc') = rtrim(w.last_name, 'abc'))
        ELSE (c.name, i.last_name, i.prefix, a.address1, a.city) IS DISTINCT FROM
             (concat_ws(' ', d.first_name, d.last_name), d.last_name, d.title, d.address1, d.city)
        OR (SELECT array_agg(m.value) FROM crm.contact_method m WHERE m.organization_id = d.organization_id
            AND m.contact_individual_id = i.id AND m.type = 'Home Phone') IS DISTINCT FROM
            CASE WHEN d.phone IS NOT NULL THEN ARRAY[d.phone] END END
"""
"""Donors whose contact, always theirs alone, does not say what they say; or bears the name of nobody who was ever it; or whose last
words the CRM does not know; or that are behind, or refer to a merged contact. What one who shared a contact said there stays when
they are merged into somebody else: $1 has, by contact, the donors who were ever one."""
VERSIONS = """
SELECT kind, record_id, versions, stands FROM (
    SELECT split_part(e.kind, '.', 1) AS kind, e.record_id, array_agg(e.version ORDER BY e.id) AS versions,
        max(coalesce(g.version, c.version)) AS stands
    FROM crm.event e
    LEFT JOIN crm.gift g ON e.kind LIKE 'gift.%' AND g.organization_id = e.organization_id AND g.id = e.record_id
    LEFT JOIN crm.contact c ON e.kind LIKE 'contact.%' AND c.organization_id = e.organization_id AND c.id = e.record_id
    WHERE e.kind LIKE ANY ('{gift.%,contact.%}') GROUP BY 1, 2) x
WHERE versions <> (SELECT array_agg(n) FROM generate_series(1, stands) AS n)
"""
"""Records of the CRM whose events are not their versions, one each, in order."""
MERGED = "SELECT g.id FROM crm.gift g JOIN crm.contact c USING (organization_id) WHERE c.id = g.contact_id AND c.merged_into_id IS NOT NULL"


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[PostgresRunner]:
    """A server of its own, with the settings that users get."""
    made = PostgresRunner(tmp_path / "data")
    made.start()
    yield made
    made.stop()


async def test_the_other_side_follows_exactly_once_by_version(runner: PostgresRunner) -> None:
    print(f"ALMONER_SEED={SEED} ALMONER_HISTORIES={HISTORIES}")
    dsn = runner.start()
    await migrate(dsn)
    db = await open_database(dsn, pool_size=20)
    try:
        made = await create_organization(db, "Histories", now=datetime.now(UTC))
        world = World(db, made.organization_id, random.Random(SEED))
        await furnish(world)
        await _live(world, runner, dsn)
        await settle(world)
        print(dict(world.steps), dict(world.did))
        await _check(world, dsn)
    finally:
        await db.close()


async def _live(world: World, runner: PostgresRunner, dsn: str) -> None:
    """Eight writers, workers that die, somebody who confuses them, and a database that is killed."""
    rng = random.Random(SEED)
    others = [asyncio.create_task(sync_and_die(world, random.Random(rng.random()))) for _ in range(WORKERS)]
    others.append(asyncio.create_task(confuse(world, random.Random(rng.random()), dsn)))
    writing = [asyncio.create_task(write(world, n, HISTORIES // WRITERS)) for n in range(WRITERS)]
    for kill in range(1, KILLS + 1):
        while len(world.gifts) < HISTORIES * kill // (KILLS + 2):  # noqa: ASYNC110 - counts are looked at
            await asyncio.sleep(0.05)
        pid = runner.postmaster_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while runner.postmaster_pid is not None:  # noqa: ASYNC110 - another process is watched
            await asyncio.sleep(0.02)
        await asyncio.to_thread(runner.start)
    await asyncio.gather(*writing)
    world.is_over = True
    await asyncio.gather(*others)


async def _check(world: World, dsn: str) -> None:
    conn = await asyncpg.connect(dsn)
    shared = json.dumps({id_: sorted(givers) for id_, givers in world.shared.items()})
    try:
        for name, statement in {
            "unseen": UNSEEN, "unlike": UNLIKE, "unlike donors": UNLIKE_DONORS, "versions": VERSIONS, "merged": MERGED,
        }.items():  # fmt: skip
            given = [shared] if "$1" in statement else []
            rows = await conn.fetch(statement, *given)
            assert not rows, f"{name}: {len(rows)}: {[dict(row) for row in rows[:5]]}"
        changed: Any = await conn.fetchrow(
            "SELECT count(*) AS gifts, count(*) FILTER (WHERE version > 2) AS often,"
            " (SELECT count(*) FROM crm.gift WHERE version > 1) AS followed FROM giving.gift"
        )
    finally:
        await conn.close()
    print(dict(changed))
    assert changed["gifts"] == len(set(world.gifts)) and changed["followed"] > changed["gifts"] // 8
    assert await wrong_figures(world.db, world.organization_id) == []
    assert await recounted(dsn) == []
    for kind in ("_correct", "_change_donor", "_merge", "_read_again", "_out_of_order", "_cut"):
        assert world.steps[kind], f"nothing of {kind} happened"
    assert world.did["changed"], f"no merge changed anything: {dict(world.did)}"

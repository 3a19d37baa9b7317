"""Rollups of a tree of many projects: read as they are kept, beside the cheapest statement by hand for the same sums, in turn."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

from almoner.crm.projects.service import read_balance, read_project
from almoner.platform.database import Tx, open_database
from almoner.platform.wire import encode_json
from bench.prepare import Prepared, execute
from bench.sample import percentiles

PROJECTS, GIFTS, BRANCHES = 10_000, 50_000, 10
DAY = date(2024, 6, 30)

_PROJECTS = """
INSERT INTO crm.project (organization_id, id, name, project_code, code_key, parent_id, created_at, modified_at, version)
SELECT {org}, {first} + n, 'Project ' || n, 'T' || n, 't' || n, CASE WHEN n > 0 THEN {first} + (n - 1) / {branches} END, now(), now(), 1
FROM generate_series(0, {projects} - 1) n
"""
_ANCESTORS = """
INSERT INTO crm.project_ancestor (organization_id, project_id, ancestor_id)
WITH RECURSIVE up (project_id, ancestor_id) AS (
    SELECT id, id FROM crm.project WHERE organization_id = {org} AND project_code LIKE 'T%'
    UNION ALL
    SELECT u.project_id, p.parent_id FROM up u
    JOIN crm.project p ON p.organization_id = {org} AND p.id = u.ancestor_id AND p.parent_id IS NOT NULL
) SELECT {org}, project_id, ancestor_id FROM up
"""
_CONTACT = """
INSERT INTO crm.contact (organization_id, name, contact_type, created_at, modified_at, version)
VALUES ({org}, 'Tree', 'Household', now(), now(), 1)
"""
_GIFTS = """
INSERT INTO crm.gift (organization_id, id, contact_id, gift_type, gift_on, amount_minor, currency, designation_ids, designation_project_ids,
    designation_minor, is_private, created_at, modified_at, version)
SELECT {org}, nextval('crm.gift_id_seq'), (SELECT id FROM crm.contact WHERE organization_id = {org} AND name = 'Tree'), 'Cash',
    date '2022-01-01' + n % 1500, 100 + n, 'USD', ARRAY[nextval('crm.gift_designation_id_seq')],
    ARRAY[{first} + (n::bigint * 7919) % {projects}], ARRAY[100 + n], false, now(), now(), 1
FROM generate_series(1, {gifts}) n
"""
_GIVING = """
INSERT INTO crm.project_giving (organization_id, project_id, currency, year, slot, given_minor, gift_count, giver_count)
SELECT {org}, a.ancestor_id, d.currency, y.year, d.id % 4, sum(d.amount_minor), count(*), 1
FROM crm.designation d
JOIN crm.project_ancestor a ON a.organization_id = {org} AND a.project_id = d.project_id
CROSS JOIN LATERAL (VALUES (0::smallint), (extract(year FROM d.gift_on)::smallint)) AS y (year)
WHERE d.organization_id = {org} GROUP BY 2, 3, 4, 5
"""
_KEPT = """
SELECT sum(given_minor) FROM crm.project_giving
WHERE organization_id = $1 AND project_id = $2 AND year = 0 AND currency = 'USD'
"""
_WALKED = """
WITH RECURSIVE below (id) AS (
    SELECT $2::bigint
    UNION ALL SELECT p.id FROM below b JOIN crm.project p ON p.organization_id = $1 AND p.parent_id = b.id
) SELECT sum(d.amount_minor) FROM below b
JOIN crm.designation d ON d.organization_id = $1 AND d.project_id = b.id AND d.currency = 'USD'
"""

Ask = Callable[[Tx, int], Awaitable[int]]


async def _project(tx: Tx, number: int) -> int:
    told = await read_project(tx, number, datetime.now(UTC))
    encode_json(told)
    return round(told.life_to_date_giving * 100)


async def _balance(tx: Tx, number: int) -> int:
    told = await read_balance(tx, number, None)
    encode_json(told)
    return round(told.life_to_date_giving * 100)


async def _as_of(tx: Tx, number: int) -> int:
    told = await read_balance(tx, number, DAY)
    encode_json(told)
    return round(told.life_to_date_giving * 100)


def _by_hand(statement: str, *more: object) -> Ask:
    async def ask(tx: Tx, number: int) -> int:
        return int(await tx.conn.fetchval(statement, tx.organization_id, number, *more) or 0)

    return ask


KINDS: dict[str, tuple[Ask, Ask]] = {
    "a project with its totals / its kept sum": (_project, _by_hand(_KEPT)),
    "its balance, own and rolled up / its kept sum": (_balance, _by_hand(_KEPT)),
    "its balance / a walk over tree and designations": (_balance, _by_hand(_WALKED)),
    "as of a day / the same walk up to that day": (_as_of, _by_hand(f"{_WALKED} AND d.gift_on <= $3", DAY)),
}


def fill(at: Prepared) -> int:
    """Write the tree and its gifts by plain SQL, and what is kept of them; the id of the root."""
    first = 5_000_000
    names = {
        "org": at.organization_id,
        "first": first,
        "projects": PROJECTS,
        "gifts": GIFTS,
        "branches": BRANCHES,
    }
    for statement in (_PROJECTS, _ANCESTORS, _CONTACT, _GIFTS, _GIVING):
        execute(at.dsn, statement.format(**names))
    execute(at.dsn, "VACUUM (ANALYZE)")
    return first


def measure(at: Prepared, root: int, requests: int, chance: random.Random) -> list[dict[str, Any]]:
    """Ask of the root and of one in its middle so often, ours and by hand in random order; milliseconds of both."""
    return asyncio.run(_measure(at, {"root": root, "middle": root + 3}, requests, chance))


async def _measure(
    at: Prepared, places: dict[str, int], requests: int, chance: random.Random
) -> list[dict[str, Any]]:
    db = await open_database(at.dsn, pool_size=2)
    taken: dict[tuple[str, str, bool], list[float]] = defaultdict(list)
    said: dict[tuple[str, str], set[int]] = defaultdict(set)
    asks = [(kind, place, ours) for kind in KINDS for place in places for ours in (True, False)]
    try:
        for n in range(requests + 2):
            chance.shuffle(asks)
            for kind, place, ours in asks:
                began = time.perf_counter()
                async with db.tenant(at.organization_id) as tx:
                    answer = await KINDS[kind][0 if ours else 1](tx, places[place])
                said[kind, place].add(answer)
                if n >= 2:
                    taken[kind, place, ours].append(1000 * (time.perf_counter() - began))
    finally:
        await db.close()
    wrong = [key for key, answers in said.items() if len(answers) != 1]
    if wrong:
        raise AssertionError(f"ours and by hand answer differently: {wrong}")
    return [_row(kind, place, taken) for kind in KINDS for place in places]


def _row(kind: str, place: str, taken: dict[tuple[str, str, bool], list[float]]) -> dict[str, Any]:
    p50, p99 = percentiles(taken[kind, place, True], 0.5, 0.99)
    hand50, hand99 = percentiles(taken[kind, place, False], 0.5, 0.99)
    return {
        "read": f"{place}: {kind}",
        "p50_ms": p50,
        "p99_ms": p99,
        "hand_p50_ms": hand50,
        "hand_p99_ms": hand99,
        "ratio": p50 / hand50,
    }

"""Typical queries of the language over a large house, each beside the cheapest statement for the same page, in turn."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from almoner.crm.gifts.service import query_gift_rows
from almoner.platform.database import Tx, open_database
from almoner.platform.http import decode_body
from almoner.platform.query import QueryBody, SelectingBody, Window
from almoner.platform.wire import encode_json
from bench.crowd import Crowd
from bench.sample import percentiles
from bench.typical import KINDS, TYPICAL, Typical
from bench.typical_giving import GIVING_KINDS, OF_GIVING

ASKED = [*TYPICAL, *OF_GIVING]
"""All that is measured, of both products."""
ALL_KINDS = {**KINDS, **GIVING_KINDS}

DEEP_ROUNDS = 7
"""How often each deep page is asked for."""


def body_of(typical: Typical) -> SelectingBody:
    """The query as a client sends it."""
    conditions = []
    for parameter, operator, value in typical.conditions:
        said: dict[str, Any] = {"parameter": parameter, "operator": operator}
        if isinstance(value, tuple):
            said |= {"value": value[0], "secondaryValue": value[1]}
        elif isinstance(value, list):
            said["values"] = value
        else:
            said["value"] = value
        conditions.append(said)
    body = {
        "groups": [{"conditions": conditions}],
        "sortBy": typical.sort or None,
        "descending": bool(typical.sort),
        "selectedColumns": list(typical.columns),
        "filter": typical.filter,
    }
    return decode_body(encode_json(body), SelectingBody)


def measure(crowd: Crowd, requests: int, chance: random.Random) -> list[dict[str, Any]]:
    """Ask each so often, ours and by hand in random order; milliseconds of both."""
    taken = asyncio.run(_ask(crowd, requests, chance))
    rows = []
    for typical in ASKED:
        ours, by_hand = taken[_key(typical), "ours"], taken[_key(typical), "hand"]
        p50, p99 = percentiles(ours, 0.5, 0.99)
        hand50, hand99 = percentiles(by_hand, 0.5, 0.99)
        rows.append(
            {
                "query": _key(typical),
                "selective": typical.is_selective,
                "p50_ms": p50,
                "p99_ms": p99,
                "hand_p50_ms": hand50,
                "hand_p99_ms": hand99,
                "ratio": p50 / hand50,
            }
        )
    return rows


async def _ask(crowd: Crowd, requests: int, chance: random.Random) -> dict[tuple[str, str], list[float]]:
    db = await open_database(crowd.at.dsn, pool_size=2)
    now = datetime.now(UTC)
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    try:
        for n in range(requests + 2):
            order = [(typical, kind) for typical in ASKED for kind in ("ours", "hand")]
            chance.shuffle(order)
            for typical, kind in order:
                began = time.perf_counter()
                async with db.tenant(crowd.at.organization_id) as tx:
                    await (_ours if kind == "ours" else _by_hand)(tx, typical, now)
                if n >= 2:
                    taken[_key(typical), kind].append(1000 * (time.perf_counter() - began))
    finally:
        await db.close()
    return taken


def _key(typical: Typical) -> str:
    return f"{typical.of}: {typical.name}"


def totals(crowd: Crowd) -> dict[str, tuple[int, int]]:
    """Of each query how many records ours finds, and how many the statement by hand: they answer the same."""
    return asyncio.run(_totals(crowd))


async def _totals(crowd: Crowd) -> dict[str, tuple[int, int]]:
    db = await open_database(crowd.at.dsn, pool_size=2)
    try:
        async with db.tenant(crowd.at.organization_id) as tx:
            now = datetime.now(UTC)
            return {
                _key(typical): (await _ours(tx, typical, now), await _by_hand(tx, typical, now))
                for typical in ASKED
            }
    finally:
        await db.close()


async def _ours(tx: Tx, typical: Typical, now: datetime) -> int:
    found = await ALL_KINDS[typical.of].ask(tx, body_of(typical), Window(), now)
    encode_json(found.page.items)
    total: int = found.page.total
    return total


async def _by_hand(tx: Tx, typical: Typical, _now: datetime) -> int:
    kind = ALL_KINDS[typical.of]
    order = typical.order or f"{kind.alias}.id"
    page = kind.page.format(table=kind.table, alias=kind.alias, where=typical.where, order=order)
    await tx.conn.fetch(page, tx.organization_id)
    count = f"SELECT count(*) FROM {kind.table} WHERE {kind.alias}.organization_id = $1 AND {typical.where}"
    total: int = await tx.conn.fetchval(count, tx.organization_id)
    return total


async def _deep(crowd: Crowd, chance: random.Random) -> dict[tuple[int, str], list[float]]:
    db = await open_database(crowd.at.dsn, pool_size=2)
    now = datetime.now(UTC)
    taken: dict[tuple[int, str], list[float]] = defaultdict(list)
    skips = [crowd.gifts * part // 4 for part in range(4)]
    statement = "SELECT g.* FROM crm.gift g WHERE g.organization_id = $1 ORDER BY g.gift_on, g.id OFFSET $2 LIMIT 1000"
    body = decode_body(b'{"groups": [], "sortBy": "Gift Date"}', QueryBody)
    try:
        for _ in range(DEEP_ROUNDS):
            for skip, kind in chance.sample([(skip, kind) for skip in skips for kind in ("ours", "hand")], 8):
                began = time.perf_counter()
                async with db.tenant(crowd.at.organization_id) as tx:
                    if kind == "ours":
                        found = await query_gift_rows(
                            tx, body, Window(skip=skip, take=1000), now, "http://crm.example"
                        )
                        encode_json(found.page.items)
                    else:
                        await tx.conn.fetch(statement, tx.organization_id, skip)
                taken[skip, kind].append(1000 * (time.perf_counter() - began))
    finally:
        await db.close()
    return taken


def deep(crowd: Crowd, chance: random.Random) -> list[dict[str, Any]]:
    """What a page of gifts by their day costs at the beginning and behind a quarter, half and three quarters of all; milliseconds."""
    taken = asyncio.run(_deep(crowd, chance))
    return [
        {
            "skip": skip,
            "p50_ms": percentiles(taken[skip, "ours"], 0.5)[0],
            "most_ms": max(taken[skip, "ours"]),
            "hand_p50_ms": percentiles(taken[skip, "hand"], 0.5)[0],
        }
        for skip in sorted({skip for skip, _ in taken})
    ]

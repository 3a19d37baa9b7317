"""Typical queries of the language over a large house, each beside the cheapest statement for the same page, in turn."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from almoner.crm.gift_designations.service import query_designations
from almoner.crm.gifts.service import query_gifts
from almoner.platform.database import Tx, open_database
from almoner.platform.http import decode_body
from almoner.platform.query import QueryBody, Window
from almoner.platform.wire import encode_json
from bench.crowd import Crowd
from bench.sample import percentiles

Ask = Callable[[Tx, QueryBody, Window, datetime, str], Awaitable[Any]]

_GIFT_PAGE = """
SELECT g.*, c.name FROM crm.gift g JOIN crm.contact c ON c.organization_id = $1 AND c.id = g.contact_id
WHERE g.organization_id = $1 AND {where} ORDER BY {order} LIMIT 10
"""
_PART_PAGE = """
SELECT d.*, g.gift_type, c.name, p.name FROM crm.designation d
JOIN crm.gift g ON g.organization_id = $1 AND g.id = d.gift_id
JOIN crm.contact c ON c.organization_id = $1 AND c.id = g.contact_id
JOIN crm.project p ON p.organization_id = $1 AND p.id = d.project_id
WHERE d.organization_id = $1 AND {where} ORDER BY {order} LIMIT 10
"""


@dataclass(frozen=True, slots=True)
class Typical:
    """A query, and the condition and order that a person would write for it."""

    name: str
    of: str
    conditions: list[tuple[str, str, Any]]
    where: str
    sort: str = ""
    order: str = ""
    is_selective: bool = True


TYPICAL = [
    Typical("a gift by id", "gift", [("Gift Id", "Is", 500)], "g.id = 500"),
    Typical("gifts of a contact", "gift", [("Contact Id", "Is", 777)], "g.contact_id = 777"),
    Typical("gifts of a day", "gift", [("Gift Date", "Is", "2024-05-05")], "g.gift_on = '2024-05-05'"),
    Typical(
        "of a day, largest first",
        "gift",
        [("Gift Date", "Is", "2024-05-05")],
        "g.gift_on = '2024-05-05'",
        "Amount",
        "g.amount_minor DESC, g.id DESC",
    ),
    Typical(
        "changed since an instant",
        "gift",
        [("Last Modified Date", "OnOrAfter", "2025-10-20T00:00:00Z")],
        "g.modified_at >= '2025-10-20'",
    ),
    Typical(
        "made in a week",
        "gift",
        [("Create DateTime UTC", "Between", ("2023-03-01", "2023-03-07"))],
        "g.created_at >= '2023-03-01' AND g.created_at < '2023-03-08'",
    ),
    Typical("of a batch", "gift", [("Batch", "Is", "B900")], "lower(g.batch) = 'b900'"),
    Typical(
        "of batches that begin so", "gift", [("Batch", "StartsWith", "b90")], "lower(g.batch) LIKE 'b90%'"
    ),
    Typical("of a segment", "gift", [("Segment Code", "Is", "s35")], "lower(g.segment_code) = 's35'"),
    Typical(
        "by source key",
        "gift",
        [("Transaction Source", "Is", "Bench"), ("Transaction Id", "Is", "4711")],
        "g.transaction_source = 'Bench' AND g.transaction_id = '4711'",
    ),
    Typical(
        "of a giver by name",
        "gift",
        [("Contact Name", "Is", "grace number4711")],
        "g.contact_id IN (SELECT id FROM crm.contact WHERE organization_id = $1 AND lower(name) = 'grace number4711')",
    ),
    Typical(
        "of a rare project",
        "gift",
        [("Project Code", "Is", "rare")],
        "g.id IN (SELECT d.gift_id FROM crm.designation d WHERE d.organization_id = $1 AND d.project_id = (SELECT id FROM crm.project WHERE organization_id = $1 AND code_key = 'rare'))",
    ),
    Typical(
        "large checks of a day",
        "gift",
        [("Gift Date", "Is", "2024-05-05"), ("Gift Type", "Is", "Check"), ("Amount", "GreaterThan", 400)],
        "g.gift_on = '2024-05-05' AND g.gift_type = 'Check' AND g.amount_minor > 40000",
    ),
    Typical(
        "ten ids",
        "gift",
        [("Gift Id", "In", list(range(1000, 1010)))],
        "g.id = ANY ('{1000,1001,1002,1003,1004,1005,1006,1007,1008,1009}')",
    ),
    Typical("designations of a gift", "part", [("Gift Id", "Is", 500)], "d.gift_id = 500"),
    Typical(
        "designations of a rare project",
        "part",
        [("Project Code", "Is", "RARE")],
        "d.project_id = (SELECT id FROM crm.project WHERE organization_id = $1 AND code_key = 'rare')",
    ),
    Typical("designations of a day", "part", [("Gift Date", "Is", "2024-05-05")], "d.gift_on = '2024-05-05'"),
    Typical(
        "designations of a batch",
        "part",
        [("Batch", "Is", "B900")],
        "d.gift_id IN (SELECT id FROM crm.gift WHERE organization_id = $1 AND lower(batch) = 'b900')",
    ),
    Typical(
        "designations of a popular project",
        "part",
        [("Project Code", "Is", "POPULAR")],
        "d.project_id = (SELECT id FROM crm.project WHERE organization_id = $1 AND code_key = 'popular')",
        is_selective=False,
    ),
    Typical(
        "of a popular project on a day",
        "part",
        [("Project Code", "Is", "POPULAR"), ("Gift Date", "Is", "2024-05-05")],
        "d.gift_on = '2024-05-05' AND d.project_id = (SELECT id FROM crm.project WHERE organization_id = $1 AND code_key = 'popular')",
    ),
    Typical("all gifts", "gift", [], "true", is_selective=False),
    Typical(
        "all, newest first", "gift", [], "true", "Gift Date", "g.gift_on DESC, g.id DESC", is_selective=False
    ),
    Typical(
        "of a year",
        "gift",
        [("Gift Date", "Between", ("2024-01-01", "2024-12-31"))],
        "g.gift_on BETWEEN '2024-01-01' AND '2024-12-31'",
        is_selective=False,
    ),
    Typical("private ones", "gift", [("Private", "IsTrue", None)], "g.is_private", is_selective=False),
    Typical(
        "whose notes hold a word",
        "gift",
        [("Notes", "Contains", "number 5000")],
        "g.notes ILIKE '%number 5000%'",
        is_selective=False,
    ),
]


def body_of(typical: Typical) -> QueryBody:
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
    }
    return decode_body(encode_json(body), QueryBody)


def measure(crowd: Crowd, requests: int, chance: random.Random) -> list[dict[str, Any]]:
    """Ask each so often, ours and by hand in random order; milliseconds of both."""
    taken = asyncio.run(_ask(crowd, requests, chance))
    rows = []
    for typical in TYPICAL:
        ours, by_hand = taken[typical.name, "ours"], taken[typical.name, "hand"]
        p50, p99 = percentiles(ours, 0.5, 0.99)
        hand50, hand99 = percentiles(by_hand, 0.5, 0.99)
        rows.append(
            {
                "query": f"{typical.of}: {typical.name}",
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
            order = [(typical, kind) for typical in TYPICAL for kind in ("ours", "hand")]
            chance.shuffle(order)
            for typical, kind in order:
                began = time.perf_counter()
                async with db.tenant(crowd.at.organization_id) as tx:
                    await (_ours if kind == "ours" else _by_hand)(tx, typical, now)
                if n >= 2:
                    taken[typical.name, kind].append(1000 * (time.perf_counter() - began))
    finally:
        await db.close()
    return taken


def totals(crowd: Crowd) -> dict[str, tuple[int, int]]:
    """Of each query how many records ours finds, and how many the statement by hand: they answer the same."""
    return asyncio.run(_totals(crowd))


async def _totals(crowd: Crowd) -> dict[str, tuple[int, int]]:
    db = await open_database(crowd.at.dsn, pool_size=2)
    try:
        async with db.tenant(crowd.at.organization_id) as tx:
            now = datetime.now(UTC)
            return {
                typical.name: (await _ours(tx, typical, now), await _by_hand(tx, typical, now))
                for typical in TYPICAL
            }
    finally:
        await db.close()


async def _ours(tx: Tx, typical: Typical, now: datetime) -> int:
    ask: Ask = query_gifts if typical.of == "gift" else query_designations
    found = await ask(tx, body_of(typical), Window(), now, "http://crm.example")
    encode_json(found.page.items)
    total: int = found.page.total
    return total


async def _by_hand(tx: Tx, typical: Typical, _now: datetime) -> int:
    alias = "g" if typical.of == "gift" else "d"
    page = _GIFT_PAGE if typical.of == "gift" else _PART_PAGE
    order = typical.order or f"{alias}.id"
    table = "crm.gift g" if typical.of == "gift" else "crm.designation d"
    await tx.conn.fetch(page.format(where=typical.where, order=order), tx.organization_id)
    count = f"SELECT count(*) FROM {table} WHERE {alias}.organization_id = $1 AND {typical.where}"
    total: int = await tx.conn.fetchval(count, tx.organization_id)
    return total

"""Whole contacts, read by the CRM's own service in this process, beside the bare statements that it runs."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

from asyncpg.connection import LoggedQuery

from almoner.crm.contacts import service
from almoner.crm.contacts.views import FollowedContactView
from almoner.platform.database import Tx, open_database
from bench.house import Loaded

CONTACTS = 100

Statement = tuple[str, tuple[Any, ...]]


async def read_contacts(tx: Tx, ids: Sequence[int], now: datetime) -> Sequence[object]:
    """The one place that knows how the service is called."""
    return await service.records(tx, ids, now, FollowedContactView)


def measure(house: Loaded, rounds: int, chance: random.Random) -> dict[str, Any]:
    """Statements and time of one contact, and of a hundred beside what the same statements take without the service."""
    return {"gifts": house.gifts, **asyncio.run(_measure(house, rounds, chance))}


async def _measure(house: Loaded, rounds: int, chance: random.Random) -> dict[str, Any]:
    db = await open_database(house.at.dsn, pool_size=1)
    try:
        async with db.tenant(house.at.organization_id) as tx:
            known = [row["id"] for row in await tx.conn.fetch("SELECT id FROM crm.contact ORDER BY id")]
            ids = chance.sample(known, min(CONTACTS, len(known)))
            now = datetime.now(UTC)
            await read_contacts(tx, ids[:1], now)  # a fresh connection also asks for the types it meets
            one, many = await _statements(tx, ids[:1], now), await _statements(tx, ids, now)
            ways = {"one": (ids[:1], ()), "service": (ids, ()), "bare": ((), many)}
            taken: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(rounds + 1):  # the first round warms up
                for way in chance.sample(list(ways), len(ways)):
                    taken[way].append(await _timed(tx, *ways[way], now))
    finally:
        await db.close()
    ratios = [ours / bare for ours, bare in zip(taken["service"][1:], taken["bare"][1:], strict=True)]
    return {
        "statements of one": len(one),
        "one_ms": median(taken["one"][1:]),
        "contacts": len(ids),
        "statements": len(many),
        "service_ms": median(taken["service"][1:]),
        "bare_ms": median(taken["bare"][1:]),
        "ratio": median(ratios),
        "range": f"{min(ratios):.2f}-{max(ratios):.2f}",
    }


async def _statements(tx: Tx, ids: Sequence[int], now: datetime) -> list[Statement]:
    """What the service sends to the database for these contacts, in order, with its arguments."""
    sent: list[Statement] = []

    def note(query: LoggedQuery) -> None:
        sent.append((query.query, tuple(query.args)))

    with tx.conn.query_logger(note):
        await read_contacts(tx, ids, now)
        await asyncio.sleep(0)  # the notes are written by the loop's next turn
    return sent


async def _timed(tx: Tx, ids: Sequence[int], statements: Sequence[Statement], now: datetime) -> float:
    """Milliseconds of the service for `ids`, or of the statements as they are."""
    started = time.perf_counter()
    if ids:
        await read_contacts(tx, ids, now)
    for text, arguments in statements:
        await tx.conn.fetch(text, *arguments)
    return (time.perf_counter() - started) * 1e3

"""What it costs to know who calls: keys that are remembered, before there were groups and now; users' tokens; and signing in."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from almoner.crm.routes import routes
from almoner.kernel.clock import SystemClock
from almoner.platform.accounts import service
from almoner.platform.accounts.sign_in import SignInDesk
from almoner.platform.database import Database, open_database
from almoner.platform.http.auth import require
from almoner.platform.organizations.service import Authenticator, create_key, list_organizations
from almoner.tenants.groups import prepare_groups

PASSWORD = "correct horse battery"
BEFORE, NOW = "key, remembered: before groups", "key, remembered"
ANEW, USER, SIGN_IN, TEN = "key, asked anew", "user's token", "sign in, one by one", "sign in, ten at once"
ROUTE = next(route for route in routes if route.permission == "project:create")
RISE_AIM_US = 3.0
"""What groups may add to a request, in microseconds of processor time."""

Work = Callable[[], Awaitable[object]]


def measure(dsn: str, rounds: int, chance: random.Random, calls: int = 5_000) -> list[dict[str, Any]]:
    """Each variant once a round, in another order each round: microseconds a call, of the clock and of this process's processor."""
    return asyncio.run(_measure(dsn, rounds, chance, calls))


def aims(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Whether a request with a key costs hardly more than before."""
    cost = {row["variant"]: row["cpu_us"] for row in rows}
    rise = cost[NOW] - cost[BEFORE]
    return [
        {"aim": "groups add, us a request", "wanted": RISE_AIM_US, "seen": rise, "met": rise < RISE_AIM_US}
    ]


async def _measure(dsn: str, rounds: int, chance: random.Random, calls: int) -> list[dict[str, Any]]:
    db = await open_database(dsn, pool_size=12)
    try:
        variants = await _variants(db, calls)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in variants}
        for _ in range(rounds):
            for name in chance.sample(list(variants), len(variants)):
                work, count = variants[name]
                taken[name].append(await _timed(work, count))
    finally:
        await db.close()
    return [
        {
            "variant": name,
            "calls": variants[name][1],
            "wall_us": median(wall for wall, _ in each),
            "cpu_us": median(cpu for _, cpu in each),
        }
        for name, each in taken.items()
    ]


async def _timed(work: Work, count: int) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    return (time.perf_counter() - wall) / count * 1e6, (time.process_time() - cpu) / count * 1e6


async def _variants(db: Database, calls: int) -> dict[str, tuple[Work, int]]:
    key, email = await _caller(db)
    desk = SignInDesk(db, SystemClock(), "crm", 5.0)
    remembered = Authenticator(db, 3600.0, users=desk.caller_of)
    anew = Authenticator(db, 0.0)
    token = (await _sign_in(desk, email)).access
    few, signs = max(calls // 10, 1), 20

    async def before() -> None:
        _granted_before((await remembered(None, key, "crm")).scopes, "project:write")

    async def now() -> None:
        require((await remembered(None, key, "crm")).scopes, ROUTE)

    async def at_once() -> None:
        await asyncio.gather(*(_sign_in(desk, email) for _ in range(10)))

    return {
        BEFORE: (_repeated(before, calls), calls),
        NOW: (_repeated(now, calls), calls),
        ANEW: (_repeated(lambda: anew(None, key, "crm"), few), few),
        USER: (_repeated(lambda: remembered(None, token, "crm"), few), few),
        SIGN_IN: (_repeated(lambda: _sign_in(desk, email), signs), signs),
        TEN: (_repeated(at_once, signs // 10), signs),
    }


def _repeated(work: Work, times: int) -> Work:
    async def repeat() -> None:
        for _ in range(times):
            await work()

    return repeat


async def _caller(db: Database) -> tuple[str, str]:
    """A key with a group and a user, made for the run in the first organization."""
    organization_id, now = (await list_organizations(db))[0].organization_id, datetime.now(UTC)
    email = f"bench{now.timestamp():.0f}@example.org"
    async with db.tenant(organization_id) as tx:
        await prepare_groups(tx, now)
        key = await create_key(tx, "crm", "bench", ["project:*", "gift:read"])
    link = await service.invite(
        db, organization_id, email, "Bench", "Administrator", "bench", now, timedelta(hours=1)
    )
    found = await service.read_invitation(db, link, now)
    await service.accept(
        db, link, found, await SignInDesk(db, SystemClock(), "crm").passwords.hash(PASSWORD, found.email), now
    )
    return key, email


async def _sign_in(desk: SignInDesk, email: str) -> Any:
    return await desk.open_tokens(await desk.prove(email, [PASSWORD], "", "192.0.2.1"))


def _granted_before(scopes: frozenset[str], wanted: str) -> bool:
    """What the edge asked before there were groups."""
    return wanted in scopes or "*" in scopes or f"{wanted.partition(':')[0]}:*" in scopes

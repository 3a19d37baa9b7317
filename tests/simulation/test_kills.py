"""Killed with -9 again and again while gifts pour in: what was acknowledged is there once, on both sides; nothing is half.

`ALMONER_SEED` repeats a run. Which process dies, and when, follows from the seed; what is under way then, from the machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil
import pytest

from almoner.platform.database import open_database
from almoner.platform.postgres import running_dsn
from tests.support.figures import wrong_figures
from tests.support.server import Server

pytestmark = [pytest.mark.anyio, pytest.mark.simulation, pytest.mark.timeout(300)]

ROUNDS, GIFTS, CONNECTIONS = 10, 500, 64
HOT_DONORS, DONORS = 4, 700
CODES = ("WELLS", "SCHOOLS", "GENERAL")
KILLS = ("python", "both", "backend", "postgres")
"""Our process; ours and the database; one connection's process, or the whole database, while ours lives on."""
NEED_RESTART = ("python", "both")
SETTLE_SECONDS = 90.0
RETRIES_PER_ROUND = 8


@dataclass(frozen=True)
class Plan:
    """A gift somebody means to give."""

    key: str
    email: str
    parts: tuple[tuple[str, int], ...]

    @property
    def minor(self) -> int:
        """The whole gift, in cents."""
        return sum(minor for _, minor in self.parts)

    @property
    def body(self) -> bytes:
        """The request."""
        projects = [{"code": code, "amount": minor / 100} for code, minor in self.parts]
        donor = {"email": self.email, "firstName": "Kim", "lastName": self.email.partition("@")[0]}
        body = {
            "amount": self.minor / 100,
            "paymentMethodId": "tok_visa",
            "donor": donor,
            "projects": projects,
        }
        return json.dumps(body).encode()


class Caller:
    """One connection, kept open: HTTP without a client library, which would cost more than the server does."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._head = (
            "POST /raise/api/Raise/give HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\n"
        )
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def give(self, key: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer; `OSError` or `IncompleteReadError` when the connection is lost."""
        try:
            reader, writer = self._streams or await asyncio.open_connection("127.0.0.1", self._port)
            self._streams = reader, writer
            head = f"{self._head}Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = next(
                line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")
            )
            return int(answer[9:12]), await reader.readexactly(int(length[15:]))
        except (OSError, asyncio.IncompleteReadError):
            await self.close()
            raise

    async def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            with suppress(OSError):
                await self._streams[1].wait_closed()
        self._streams = None


@dataclass
class Campaign:
    """One server, what was meant, what was acknowledged (key to gift id) and what nobody knows."""

    server: Server
    callers: list[Caller]
    plans: dict[str, Plan] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    unknown: list[Plan] = field(default_factory=list)

    async def give(self, caller: Caller, plan: Plan) -> bool:
        """Give, and note the outcome; whether it was acknowledged."""
        try:
            status, body = await caller.give(plan.key, plan.body)
        except (OSError, asyncio.IncompleteReadError):
            return False
        if status != 200:
            assert status == 503, body
            return False
        gift = json.loads(body)
        assert round(gift["amount"] * 100) == plan.minor
        known = self.acknowledged.setdefault(plan.key, gift["id"])
        assert known == gift["id"], "one key, two gifts"
        return True


def _plans(rng: random.Random, round_: int) -> Iterator[Plan]:
    for n in range(GIFTS):
        donor = rng.randrange(HOT_DONORS) if rng.random() < 0.4 else rng.randrange(HOT_DONORS, DONORS)
        codes = rng.sample(CODES, rng.choice((1, 1, 2, 3)))
        parts = tuple((code, rng.randint(1, 50_000)) for code in codes)
        yield Plan(f"{round_}-{n}", f"donor{donor}@example.org", parts)


async def test_every_acknowledged_gift_survives_ten_kills(tmp_path: Path) -> None:
    seed = int(os.environ.get("ALMONER_SEED") or random.SystemRandom().randrange(10**6))
    print(f"ALMONER_SEED={seed}")
    with Server(tmp_path / "data") as server:
        made = server.almoner("org", "create", "Kill test")
        await _make_projects(server, made)
        callers = [Caller(server.port, made["raiseToken"]) for _ in range(CONNECTIONS)]
        campaign = Campaign(server, callers)
        try:
            for round_ in range(ROUNDS):
                await _round(campaign, random.Random(f"{seed}/{round_}"), round_)
        finally:
            await asyncio.gather(*(caller.close() for caller in callers))
        await _check(campaign, made["organizationId"])


async def _make_projects(server: Server, made: Any) -> None:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        for code in CODES[:2]:
            for path, token, name in (("raise", "raiseToken", "code"), ("crm", "crmToken", "projectCode")):
                answer = await client.post(
                    f"/{path}/api/Project",
                    json={"name": code.title(), name: code},
                    headers={"Authorization": f"Bearer {made[token]}"},
                )
                assert answer.is_success, answer.text


# --- a round -------------------------------------------------------------------------------------------------


async def _round(campaign: Campaign, rng: random.Random, round_: int) -> None:
    """Give, kill at some point, start again; then give the rest, and repeat half of what nobody knows."""
    kill = KILLS[round_ % len(KILLS)] if round_ < len(KILLS) else rng.choice(KILLS)
    after, pause = rng.randrange(GIFTS - CONNECTIONS), rng.random() * 0.05
    print(f"round {round_}: {kill} dies after {after} gifts and {pause * 1000:.1f} ms")
    plans = list(_plans(rng, round_))
    campaign.plans.update((plan.key, plan) for plan in plans)
    waiting, unknown = deque(plans), list[Plan]()
    reached, dead = asyncio.Event(), asyncio.Event()

    async def donor(caller: Caller) -> None:
        while waiting and not dead.is_set():
            plan = waiting.popleft()
            if not await campaign.give(caller, plan):
                unknown.append(plan)
                await asyncio.sleep(0.1)  # as a client does, rather than burn all it has on a dead server
            if GIFTS - len(waiting) > after:
                reached.set()

    async def killer() -> None:
        await reached.wait()
        await asyncio.sleep(pause)
        await asyncio.to_thread(_kill, campaign.server, kill, rng)
        if kill in NEED_RESTART:
            dead.set()

    await asyncio.gather(killer(), *map(donor, campaign.callers))
    if kill in NEED_RESTART:
        await asyncio.to_thread(campaign.server.start)
    rng.shuffle(unknown)
    again, never = unknown[: len(unknown) // 2], unknown[len(unknown) // 2 :]
    campaign.unknown.extend(never)
    await _give_all(campaign, [*waiting, *again, *rng.sample(plans, RETRIES_PER_ROUND)], never)


def _kill(server: Server, kill: str, rng: random.Random) -> None:
    if kill in NEED_RESTART:
        server.kill9(postgres=kill == "both")
        return
    if kill == "postgres":
        server.kill_database()
        return
    connections = [process for process in server.database_processes() if _is_connection(process)]
    if connections:
        with suppress(psutil.NoSuchProcess):
            rng.choice(connections).kill()


def _is_connection(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return "almoner almoner" in " ".join(process.cmdline())
    return False


async def _give_all(campaign: Campaign, plans: list[Plan], never: list[Plan]) -> None:
    """All of `plans` must be acknowledged now, but for those that are to stay unknown; a recovering database gets time."""
    queue = deque(plan for plan in plans if plan not in never)

    async def donor(caller: Caller) -> None:
        while queue:
            plan = queue.popleft()
            for _ in range(600):
                if await campaign.give(caller, plan):
                    break
                await asyncio.sleep(0.05)
            else:
                raise AssertionError(f"{plan.key} is not taken any more")

    await asyncio.gather(*map(donor, campaign.callers))


# --- what must be true at the end ----------------------------------------------------------------------------


async def _check(campaign: Campaign, organization_id: int) -> None:
    dsn = running_dsn(campaign.server.data_dir)
    assert dsn is not None
    conn = await asyncpg.connect(dsn)
    try:
        await _settled(conn)
        _check_gifts(campaign, await _giving_gifts(conn))
        _check_both_sides(await _giving_gifts(conn), await _crm_gifts(conn))
        await _check_people(conn)
        await _check_events(conn)
    finally:
        await conn.close()
    db = await open_database(dsn, pool_size=2)
    try:
        assert await wrong_figures(db, organization_id) == []
    finally:
        await db.close()


async def _settled(conn: Any) -> None:
    """Wait until no gift is without a final state; every state must be `synced`."""
    deadline = asyncio.get_running_loop().time() + SETTLE_SECONDS
    while await conn.fetchval(
        """SELECT EXISTS (SELECT FROM giving.gift g LEFT JOIN sync.record r ON r.organization_id = g.organization_id
            AND r.entity = 'gift' AND r.record_id = g.id WHERE r.state IS NULL OR r.state = 'pending')"""
    ):
        assert asyncio.get_running_loop().time() < deadline, await conn.fetch(
            "SELECT entity, state, reason, detail, count(*) FROM sync.record GROUP BY 1, 2, 3, 4"
        )
        await asyncio.sleep(0.1)
    states = await conn.fetch("SELECT DISTINCT entity, state FROM sync.record")
    assert {tuple(row.values()) for row in states} == {("donor", "synced"), ("gift", "synced")}


async def _giving_gifts(conn: Any) -> list[Any]:
    return await conn.fetch(
        """SELECT g.id, g.idempotency_key AS key, g.amount_minor AS minor, d.email, d.crm_key, r.crm_id,
            (SELECT array_agg(p.code ORDER BY p.ordinal) FROM giving_code.gift_project p
             WHERE p.organization_id = g.organization_id AND p.gift_id = g.id) AS codes, g.project_minor AS parts
        FROM giving.gift g
        JOIN giving.donor d ON d.organization_id = g.organization_id AND d.id = g.donor_id
        JOIN sync.record r ON r.organization_id = g.organization_id AND r.entity = 'gift' AND r.record_id = g.id"""
    )


async def _crm_gifts(conn: Any) -> list[Any]:
    return await conn.fetch(
        """SELECT g.id, g.transaction_source AS source, g.transaction_id, g.amount_minor AS minor, g.contact_id,
            (SELECT array_agg(d.project_code ORDER BY d.ordinal) FROM crm_code.gift_designation d
             WHERE d.organization_id = g.organization_id AND d.gift_id = g.id) AS codes, g.designation_minor AS parts
        FROM crm.gift g"""
    )


def _check_gifts(campaign: Campaign, gifts: list[Any]) -> None:
    """Acknowledged: there once, as it was given. Not acknowledged: there once as it was meant, or not at all."""
    times = Counter(gift["key"] for gift in gifts)
    assert set(times.values()) == {1}
    by_key = {gift["key"]: gift for gift in gifts}
    lost = [key for key in campaign.acknowledged if key not in by_key]
    assert lost == [], f"{len(lost)} acknowledged gifts are lost"
    unacknowledged = campaign.plans.keys() - campaign.acknowledged.keys()
    assert unacknowledged <= {plan.key for plan in campaign.unknown}
    for key, gift in by_key.items():
        plan = campaign.plans[key]
        assert campaign.acknowledged.get(key, gift["id"]) == gift["id"]
        assert (gift["minor"], gift["email"]) == (plan.minor, plan.email)
        assert tuple(zip(gift["codes"], gift["parts"], strict=True)) == plan.parts
    stored = unacknowledged & by_key.keys()
    print(f"{len(gifts)} gifts; not acknowledged: {len(unacknowledged)}, of them stored {len(stored)}")


def _check_both_sides(gifts: list[Any], crm_gifts: list[Any]) -> None:
    """One CRM gift for each giving gift and no other: same amount, same split, on the donor's contact, as the sync says."""
    assert {gift["source"] for gift in crm_gifts} == {"RaiseDonors"}
    by_source = {int(gift["transaction_id"]): gift for gift in crm_gifts}
    assert len(by_source) == len(crm_gifts) == len(gifts)
    for gift in gifts:
        twin = by_source[gift["id"]]
        assert twin["id"] == gift["crm_id"]
        assert twin["minor"] == gift["minor"] == sum(twin["parts"])
        assert (twin["codes"], twin["parts"]) == (gift["codes"], gift["parts"])
        assert str(twin["contact_id"]) == gift["crm_key"]


async def _check_people(conn: Any) -> None:
    """One donor for each e-mail, one contact for each donor, linked both ways; none without a gift."""
    rows = await conn.fetch(
        """SELECT d.id, d.email_key, d.crm_key, k.contact_id, c.id AS contact,
            EXISTS (SELECT FROM giving.gift g WHERE g.organization_id = d.organization_id AND g.donor_id = d.id) AS gave
        FROM giving.donor d
        LEFT JOIN crm.contact_reference k ON k.organization_id = d.organization_id AND k.source = 'RaiseDonors'
            AND k.reference_id = d.id::text
        LEFT JOIN crm.contact c ON c.organization_id = d.organization_id AND c.id::text = d.crm_key"""
    )
    assert len({row["email_key"] for row in rows}) == len(rows)
    assert all(row["gave"] for row in rows)
    assert all(row["crm_key"] == str(row["contact_id"]) and row["contact"] is not None for row in rows)
    assert await conn.fetchval("SELECT count(*) FROM crm.contact") == len(rows)


async def _check_events(conn: Any) -> None:
    """Both logs tell of each record once, and of one donor's gifts in the same order."""
    giving = await conn.fetch(
        "SELECT key_id, kind, record_id FROM giving.event WHERE key_id <> 0 ORDER BY id"
    )
    crm = await conn.fetch(
        """SELECT r.reference_id::bigint AS key_id, g.transaction_id::bigint AS record_id
        FROM crm.event e
        JOIN crm.gift g ON g.organization_id = e.organization_id AND g.id = e.record_id
        JOIN crm.contact_reference r ON r.organization_id = e.organization_id AND r.contact_id = e.key_id
        WHERE e.kind = 'gift.created' ORDER BY e.id"""
    )
    times = Counter((row["kind"], row["record_id"]) for row in giving)
    assert set(times.values()) == {1}
    given, taken = defaultdict(list), defaultdict(list)
    for row in giving:
        if row["kind"] == "gift.created":
            given[row["key_id"]].append(row["record_id"])
        else:
            assert not given[row["key_id"]], "a donor's event after its first gift"
    for row in crm:
        taken[row["key_id"]].append(row["record_id"])
    assert given == taken
    assert all(ids == sorted(ids) for ids in given.values())
    assert sum(map(len, given.values())) == await conn.fetchval("SELECT count(*) FROM giving.gift")

"""Two organizations, one on each server: the same answers to the same requests, and both sides of each equal."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from almoner.platform.database import Server
from tests.api.walks.test_answers import named
from tests.support.figures import wrong_figures
from tests.support.house import House, Tenant
from tests.support.samples import Covered, covered, word

pytestmark = pytest.mark.anyio

OF_ONE = ("id", "ids", "key", "token", "authorizationnumber")
"""How the names of fields end that are of one record alone."""

MADE_AT = re.compile(
    rb"\(D:\d{14}Z\)|/ID\[[^\]]*\]|(?<=Date>)[-\d]{10}T[:\d]{8}[+\d:]{6}(?=<)|(?<=ID>)[^<]{24}(?=<)"
)
"""The times in a PDF, in its table and in its XMP, and its ids, which are made of them."""


@pytest.fixture
async def pair(house: House) -> list[Tenant]:
    """An organization on each server."""
    return [
        await house.another_tenant("One of two", server=server, currency="EUR")
        for server in house.app.db.servers
    ]


async def test_they_live_apart(house: House, pair: list[Tenant]) -> None:
    homes = [await house.app.db.home(tenant.id) for tenant in pair]
    assert homes == list(house.app.db.servers)
    systems = {await system(server) for server in homes}
    assert len(systems) == 2, "these are two databases of one server"


async def system(server: Server) -> int:
    """What tells one PostgreSQL server from all others."""
    async with server.pool.acquire() as conn:
        number: int = await conn.fetchval("SELECT system_identifier FROM pg_control_system()")
        return number


@pytest.mark.parametrize("each", covered(), ids=named)
async def test_each_operation_answers_the_same_on_both(
    house: House, pair: list[Tenant], each: Covered
) -> None:
    answers = []
    for tenant in pair:
        record = await each.sample.make(tenant, word())
        await house.settle()
        told = [await each.send(tenant, ask) for ask in each.asks(record)]
        answers.append([(one.status_code, one.headers.get("content-type"), content_of(one)) for one in told])
    assert answers[0] == answers[1]


def content_of(answer: httpx.Response) -> Any:
    """What an answer says of any organization; of what is no JSON each byte, but when a PDF was made."""
    if not answer.content or "json" not in answer.headers.get("content-type", ""):
        return MADE_AT.sub(b"#", answer.content)
    return impersonal(answer.json())


def impersonal(value: Any, key: str = "") -> Any:
    """An answer without what differs between any two organizations: ids, times, and numbers in texts."""
    if isinstance(value, dict):
        return {name: impersonal(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [impersonal(part, key) for part in value]
    if value is not None and key.lower().endswith(OF_ONE):
        return "#"
    return re.sub(r"\d+", "#", re.sub(r"[0-9a-f]{16,}", "#", value)) if isinstance(value, str) else value


async def test_gifts_of_both_reach_the_crm_of_each_and_all_figures_agree(
    house: House, pair: list[Tenant]
) -> None:
    for n, tenant in enumerate(pair):
        await tenant.raise_.post("/raise/api/Project", {"name": "Water", "code": "WATER"})
        gifts = [
            await tenant.give(amount, f"donor{i % 3}@example.org", projects=[{"code": "WATER"}])
            for i, amount in enumerate((10, 20.5, 30 + n))
        ]
        for gift in gifts:
            assert (await tenant.settled("gift", gift["id"]))["reason"] == "project_unknown"
        await tenant.crm.post("/crm/api/Project", {"name": "Water", "projectCode": "WATER"})
        await house.settle()
        states = [await tenant.settled("gift", gift["id"]) for gift in gifts]
        assert [state["state"] for state in states] == ["synced"] * 3
    for n, tenant in enumerate(pair):
        project = await tenant.crm.get("/crm/api/Project/Code/WATER")
        assert (project["lifeToDateGiftCount"], project["lifeToDateGiving"]) == (3, 60.5 + n)
        assert (await tenant.raise_.get("/raise/api/Gift/list"))["total"] == 3
        assert await wrong_figures(house.app.db, tenant.id) == []

"""Many who read long lists wait for each other, and keep nobody else waiting."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from almoner.platform.telling import SLICE, tell_rows
from almoner.platform.wire import View
from tests.support.house import open_house

pytestmark = pytest.mark.anyio

LIST = "/raise/api/Gift/list"


async def test_gives_records_and_short_pages_go_by_those_who_wait_for_a_long_one(dsn: str) -> None:
    async with open_house(dsn, lists_max=1, sync_workers=0) as house:
        tenant, order = house.tenant, []

        async def long_page(name: str) -> None:
            assert (await tenant.raise_.call("GET", LIST, params={"Take": 101})).status_code == 200
            order.append(name)

        async with house.app.db.listing(tenant.id):
            waiting = []
            for name in ("first", "second", "third"):
                waiting.append(asyncio.create_task(long_page(name)))
                await asyncio.sleep(0.02)
            gift = await tenant.give(5)
            assert await tenant.raise_.get(f"/raise/api/Gift/{gift['id']}") == gift
            assert (await tenant.raise_.get(LIST, Take=100))["total"] == 1
            assert order == []
        await asyncio.gather(*waiting)
    assert order == ["first", "second", "third"]


async def test_one_organization_leaves_the_others_a_turn(dsn: str) -> None:
    async with open_house(dsn, lists_max=2, sync_workers=0) as house:
        other = await house.another_tenant()
        async with house.app.db.listing(house.tenant.id):
            many = [
                asyncio.create_task(house.tenant.raise_.call("GET", LIST, params={"Take": 1000}))
                for _ in range(20)
            ]
            await asyncio.sleep(0.05)
            async with asyncio.timeout(5):
                assert (await other.raise_.get(LIST, Take=1000))["total"] == 0
            assert not any(task.done() for task in many)
        assert {answer.status_code for answer in await asyncio.gather(*many)} == {200}


async def test_whose_turn_does_not_come_in_time_is_told_to_come_again(dsn: str) -> None:
    async with open_house(dsn, lists_max=1, database_seconds=1.0, sync_workers=0) as house:
        async with house.app.db.listing(house.tenant.id):
            answer: httpx.Response = await house.tenant.raise_.call("GET", LIST, params={"Take": 1000})
        assert answer.status_code == 503 and "retry-after" in answer.headers
        assert (await house.tenant.raise_.call("GET", LIST, params={"Take": 1000})).status_code == 200


class Numbered(View):
    """A record of nothing but its number."""

    id: int


async def test_others_get_their_turn_while_a_long_page_is_told() -> None:
    turns = 0

    async def another() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    def tell(row: Any) -> Numbered:
        return Numbered(id=row["id"])

    rows = [{"id": number} for number in range(10 * SLICE)]
    beside = asyncio.create_task(another())
    told = await tell_rows("nothing", rows, [row["id"] for row in rows], tell, Numbered)
    beside.cancel()
    assert [view.id for view in told] == [row["id"] for row in rows]
    assert turns >= 9

"""The limit of requests as a client meets it: headers on each answer, and 429 with what to wait."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from almoner.kernel.clock import ManualClock
from almoner.platform.rate_limits.service import set_limit
from tests.support.house import House, open_house

pytestmark = pytest.mark.anyio

START = datetime(2026, 3, 1, 10, 15, tzinfo=UTC)
END = int(datetime(2026, 3, 1, 11, tzinfo=UTC).timestamp())
LIMIT = 20
WIDE = 5_000
"""Of which a process takes portions that all requests of a test fit in."""
NAMES = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


@pytest.fixture
def clock() -> ManualClock:
    """A quarter past ten, until it is moved."""
    return ManualClock(START)


@pytest.fixture
async def narrow(dsn: str, clock: ManualClock) -> AsyncIterator[House]:
    """A house that allows few requests."""
    async with open_house(dsn, clock=clock, sync_workers=0, requests_per_hour=LIMIT) as opened:
        yield opened


async def test_each_answer_says_how_many_requests_are_left(narrow: House) -> None:
    crm = narrow.tenant.crm
    asked = [
        ("GET", "/crm/api/Organization/Current", 200),
        ("GET", "/crm/api/Gift/987654321", 404),
        ("GET", "/crm/api/Gift/ByContact/1?take=nonsense", 400),
        ("GET", "/crm/api/Nothing/Here", 404),
        ("DELETE", "/crm/api/Organization/Current", 405),
        ("GET", "/crm/api/Event/1", 501),
    ]
    async with narrow.app.db.tenant(narrow.tenant.id) as tx:
        await set_limit(tx, WIDE)
    for count, (method, path, status) in enumerate(asked, 1):
        answer = await crm.call(method, path)
        assert answer.status_code in (status, 422) and [int(answer.headers[name]) for name in NAMES] == [
            WIDE,
            WIDE - count,
            END,
        ], path


async def test_over_the_limit_it_is_429_until_the_hour_is_over(narrow: House, clock: ManualClock) -> None:
    crm = narrow.tenant.crm
    for _ in range(LIMIT):
        await crm.get("/crm/api/Organization/Current")
    refused = await crm.call("GET", "/crm/api/Organization/Current")
    assert refused.status_code == 429 and refused.headers["retry-after"] == str(45 * 60)
    assert [int(refused.headers[name]) for name in NAMES] == [LIMIT, 0, END]
    error = refused.json()["error"]
    assert error["code"] == "RATE_LIMITED" and error["details"] == []
    clock.advance(timedelta(minutes=45))
    again = await crm.call("GET", "/crm/api/Organization/Current")
    assert again.status_code == 200 and again.headers["x-ratelimit-remaining"] == str(LIMIT - 1)


async def test_a_write_that_is_refused_wrote_nothing_and_the_sync_goes_on(narrow: House) -> None:
    house = narrow
    for _ in range(LIMIT):
        await house.tenant.crm.get("/crm/api/Organization/Current")
    refused = await house.tenant.crm.call("POST", "/crm/api/Project", json={"name": "Late"})
    assert refused.status_code == 429
    gift = await house.tenant.give(25)
    assert (await house.tenant.settled("gift", gift["id"]))["state"] == "synced"


async def test_who_brings_no_good_token_counts_against_nobody(narrow: House) -> None:
    crm = narrow.tenant.crm
    for token in ("crm_none", "nonsense", narrow.tenant.organization.raise_token):
        answer = await crm.call("GET", "/crm/api/Gift/1", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401 and not any(name in answer.headers for name in NAMES)
    answer = await crm.call("GET", "/crm/api/Organization/Current")
    assert answer.headers["x-ratelimit-remaining"] == str(LIMIT - 1)


async def test_the_other_product_has_no_limit(narrow: House) -> None:
    for _ in range(LIMIT + 5):
        answer = await narrow.tenant.raise_.call("GET", "/raise/api/Gift/list")
        assert answer.status_code == 200 and not any(name in answer.headers for name in NAMES)


async def test_one_that_may_send_more_does(narrow: House) -> None:
    async with narrow.app.db.tenant(narrow.tenant.id) as tx:
        await set_limit(tx, LIMIT + 5)
    answers = [
        (await narrow.tenant.crm.call("GET", "/crm/api/Organization/Current")).status_code
        for _ in range(LIMIT + 6)
    ]
    assert answers == [200] * (LIMIT + 5) + [429]


async def test_another_organization_is_not_held_up(narrow: House) -> None:
    other = await narrow.another_tenant()
    for _ in range(LIMIT + 1):
        await narrow.tenant.crm.call("GET", "/crm/api/Organization/Current")
    assert (await other.crm.call("GET", "/crm/api/Organization/Current")).status_code == 200


async def test_who_lives_on_another_server_is_counted_there(house: House) -> None:
    for server in house.app.db.servers:
        tenant = await house.another_tenant(server=server)
        left = [
            int((await tenant.crm.call("GET", "/crm/api/Organization/Current")).headers[NAMES[1]])
            for _ in range(2)
        ]
        assert left[0] - left[1] == 1
        async with server.tenant(tenant.id) as tx:
            assert await tx.conn.fetchval("SELECT leased FROM platform.rate_limit") > 0

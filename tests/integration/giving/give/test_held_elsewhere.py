"""A donor that another transaction holds, and changes of it: they are told to come again, and hold nobody's connection for long."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.giving.give.test_held_donors import held
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def test_changes_of_a_held_donor_are_told_to_come_again_while_others_are_served(house: House) -> None:
    tenant, other = house.tenant, await house.another_tenant()
    gift = await tenant.give(10, "held@example.org")
    path = f"/raise/api/Donor/{gift['donorId']}"
    async with held(house, "held@example.org"), asyncio.timeout(20):
        changes = [
            asyncio.create_task(tenant.raise_.call("PATCH", path, json={"firstName": f"Ada {n}"}))
            for n in range(house.app.settings.pool_size)
        ]
        await asyncio.sleep(0.1)
        await other.give(10)
        assert (await other.raise_.get("/raise/api/Gift/list"))["total"] == 1
        assert (await other.raise_.get("/readyz"))["status"] == "ready"
        assert not any(change.done() for change in changes), "nobody waited for them"
        answers = await asyncio.gather(*changes)
    assert {(answer.status_code, answer.headers["retry-after"]) for answer in answers} == {(503, "1")}
    assert "Somebody else holds" in answers[0].json()["detail"]
    assert (await tenant.raise_.call("PATCH", path, json={"firstName": "Eve"})).status_code == 200

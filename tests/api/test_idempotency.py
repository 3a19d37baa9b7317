"""`Idempotency-Key` at its edges: other bodies, many at once, refusals. That each create honours it is in walks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.api.refusals import assert_invalid, assert_refused
from tests.support.house import Api, House, Tenant, give_body
from tests.support.rows import OwnRows, Rows, as_owner, waits

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Create:
    """A POST that creates, a body of it, and the table that then has one row more."""

    product: str
    path: str
    table: str
    body: dict[str, Any]
    other: dict[str, Any]

    async def send(
        self, tenant: Tenant, key: str | bytes, body: dict[str, Any] | None = None
    ) -> httpx.Response:
        """The answer to the request under `key`."""
        caller = self.api(tenant)
        return await caller.call("POST", self.path, json=body or self.body, headers={"Idempotency-Key": key})

    def api(self, tenant: Tenant) -> Api:
        """The API it belongs to."""
        return tenant.raise_ if self.product == "raise" else tenant.crm


CAMPAIGN = {"name": "Autumn", "startDate": "2024-09-01T00:00:00Z", "givingGoal": "1000.50"}
CREATES = {
    "give": Create("raise", "/raise/api/Raise/give", "giving.gift", give_body(50), give_body(51)),
    "create_campaign": Create(
        "raise", "/raise/api/Campaign", "giving.campaign", CAMPAIGN, CAMPAIGN | {"name": "Winter"}
    ),
    "create_project": Create(
        "raise",
        "/raise/api/Project",
        "giving.project",
        {"name": "Wells", "code": "W"},
        {"name": "Wells", "code": "V"},
    ),
    "create_crm_project": Create(
        "crm",
        "/crm/api/Project",
        "crm.project",
        {"name": "Wells", "beginningBalance": "7.50"},
        {"name": "Schools"},
    ),
}


@pytest.fixture(params=CREATES)
def create(request: pytest.FixtureRequest) -> Create:
    return CREATES[request.param]


async def test_a_key_used_for_another_body_is_a_conflict(house: House, rows: OwnRows, create: Create) -> None:
    await create.send(house.tenant, "key-1")
    before = (await rows.counts())[create.table]
    answer = await create.send(house.tenant, "key-1", create.other)
    assert_refused(create.product, answer, 409, "IDEMPOTENCY_KEY_REUSED")
    assert (await rows.counts())[create.table] == before


async def test_repeats_at_the_same_time_create_one(house: House, rows: OwnRows, create: Create) -> None:
    before = (await rows.counts())[create.table]
    answers = await asyncio.gather(*(create.send(house.tenant, "key-1") for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await rows.counts())[create.table] == before + 1


async def test_two_bodies_at_the_same_time_create_one(house: House, rows: OwnRows, create: Create) -> None:
    before = (await rows.counts())[create.table]
    bodies = [create.body, create.other] * 4
    answers = await asyncio.gather(*(create.send(house.tenant, "key-1", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [409] * 4
    assert (await rows.counts())[create.table] == before + 1


async def test_a_refused_create_leaves_its_key_free(house: House, create: Create) -> None:
    refused = await create.send(house.tenant, "key-1", {**create.body, "name": None, "amount": "x"})
    assert not refused.is_success
    assert (await create.send(house.tenant, "key-1")).is_success


async def test_a_key_is_one_organizations_own(house: House, create: Create) -> None:
    other = await house.another_tenant()
    first, second = await create.send(house.tenant, "key-1"), await create.send(other, "key-1", create.other)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["id"] != second.json()["id"]


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "naïve".encode(), b"tab\there"])
async def test_a_malformed_key_is_refused(
    house: House, rows: OwnRows, create: Create, key: str | bytes
) -> None:
    before = await rows.counts()
    assert_invalid(create.product, await create.send(house.tenant, key), {"Idempotency-Key"})
    assert await rows.counts() == before


async def test_a_malformed_key_is_named_beside_what_cannot_be_read(house: House, create: Create) -> None:
    name = next(iter(create.body))
    refused = await create.send(house.tenant, "two words", create.body | {name: {}})
    assert_invalid(create.product, refused, {"Idempotency-Key", name})


async def test_a_declined_card_leaves_its_key_free(house: House) -> None:
    create, declined = CREATES["give"], give_body(50, paymentMethodId="tok_declined")
    assert (await create.send(house.tenant, "key-1", declined)).status_code == 400
    assert (await create.send(house.tenant, "key-1")).status_code == 200


async def test_two_organizations_with_the_same_key_and_body_have_a_charge_each(house: House) -> None:
    """A card processor that honours the key would take one payment for two gifts."""
    other, headers = await house.another_tenant(), {"Idempotency-Key": "order-1"}
    made = [
        await tenant.raise_.post("/raise/api/Raise/give", give_body(50), headers=headers)
        for tenant in (house.tenant, other)
    ]
    assert made[0]["transactionId"] != made[1]["transactionId"]


async def test_keys_are_kept_for_days_and_go_with_new_ones(house: House) -> None:
    """Those that are older leave a portion at a time; what is not that old answers as ever."""
    tenant = house.tenant
    create = CREATES["create_campaign"]
    for n in range(12):
        assert (await create.send(tenant, f"old-{n}", CAMPAIGN | {"name": f"Old {n}"})).status_code == 200
    assert (await create.send(tenant, "young")).status_code == 200
    async with as_owner(house.app.db, tenant.id) as tx:
        for age, keys in (("30 days 1 minute", "old-%"), ("29 days 23 hours", "young")):
            await tx.conn.execute(
                "UPDATE platform.idempotency SET created_at = now() - $3::text::interval"
                " WHERE organization_id = $1 AND key LIKE $2",
                tenant.id,
                keys,
                age,
            )
    kept = "SELECT key FROM platform.idempotency WHERE organization_id = $1 ORDER BY key"
    left = []
    for key in ("new-1", "new-2"):
        assert (await create.send(tenant, key, CAMPAIGN | {"name": key})).status_code == 200
        async with as_owner(house.app.db, tenant.id) as tx:
            left.append([row["key"] for row in await tx.conn.fetch(kept, tenant.id)])
    assert [len(keys) for keys in left] == [4, 3]
    assert left[1] == ["new-1", "new-2", "young"]
    assert (await create.send(tenant, "young")).json() == (await create.send(tenant, "young")).json()
    assert (await create.send(tenant, "old-1", CAMPAIGN | {"name": "Old again"})).status_code == 200


async def test_a_create_that_waits_keeps_nobody_from_old_keys(house: House, all_rows: Rows) -> None:
    """An erasure holds the donor that it waits for, and asks for the answers that old keys have of him."""
    tenant, id_ = house.tenant, house.tenant.id
    gift = await tenant.give(10, "ada@example.org")
    path, phone = f"/raise/api/Donor/{gift['donorId']}/contact-methods", {"kind": "phone", "value": "5550177"}

    async def add(key: str) -> httpx.Response:
        return await tenant.raise_.call("POST", path, json=phone, headers={"Idempotency-Key": key})

    assert (await add("old")).status_code == 200
    async with as_owner(house.app.db, id_) as tx:
        aged = "UPDATE platform.idempotency SET created_at = now() - interval '1 year' WHERE organization_id = $1"
        await tx.conn.execute(aged, id_)
    held = "SELECT FROM giving.donor WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE"
    asked = "SELECT key FROM platform.idempotency WHERE organization_id = $1 AND key = 'old' FOR NO KEY UPDATE NOWAIT"
    async with as_owner(house.app.db, id_) as tx:
        await tx.conn.execute(held, id_, gift["donorId"])
        adding = asyncio.create_task(add("new"))
        await waits(await all_rows.at_home(id_), tx.conn.get_server_pid())
        assert [row["key"] for row in await tx.conn.fetch(asked, id_)] == ["old"]
    assert (await adding).status_code == 200

"""The law of moves: merges, partings, transfers and gifts in any order leave every figure what a recomputation says, here and in the CRM.

Two of the donors share a contact by its key, so that what the one does must not take the other along.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from almoner.sync.links import all_astray
from tests.integration.sync.reasons import campaign
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

NAMES = ("ada", "bo", "cy", "dee")
STEPS = 14


class History:
    """What was done, and who has which gift by it."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.random = house, random.Random(seed)
        self.donors: list[int] = []
        self.campaigns: list[int] = []
        self.amounts: dict[int, int] = {}

    async def start(self) -> None:
        """A gift of each, in one of two campaigns or in none."""
        self.campaigns = [await campaign(self.house.tenant, name) for name in ("Spring", "Fall")]
        for name in NAMES:
            self.donors.append(await self.give(name))
        await self.house.settle()
        shared = await self.house.tenant.raise_.get(f"/raise/api/Donor/{self.donors[0]}")
        self.donors.append(await self.give("eli", crmKey=shared["crmKey"]))

    async def give(self, name: str, **keys: str) -> int:
        amount = self.random.randint(1, 50)
        more: dict[str, Any] = {"donor": {"firstName": name, **keys}}
        if (where := self.random.choice([None, *self.campaigns])) is not None:
            more["campaignId"] = where
        gift = await self.house.tenant.give(amount, f"{name}@example.org", **more)
        self.amounts[gift["id"]] = amount
        return int(gift["donorId"])

    async def step(self) -> None:
        """One of what can be done; what is refused changes nothing."""
        raise_, pick = self.house.tenant.raise_, self.random.choice
        match self.random.randrange(5):
            case 0:
                await self.give(pick((*NAMES, "eli")))
            case 1:
                path = f"/raise/api/Gift/{pick(list(self.amounts))}/transfer"
                await raise_.post(path, {"donorId": pick(self.donors)})
            case 2 | 3:
                path = f"/raise/api/Donor/{pick(self.donors)}/merge"
                answer = await raise_.call("POST", path, json={"duplicateId": pick(self.donors)})
                assert answer.status_code in (200, 409)
            case _:
                answer = await raise_.call("POST", f"/raise/api/Donor/{pick(self.donors)}/unmerge")
                assert answer.status_code in (200, 409)

    async def crm_agrees(self) -> None:
        """Each donor's contact has given what the donor has."""
        tenant, given = self.house.tenant, Counter[str]()
        for gift_id, amount in self.amounts.items():
            donor_id = (await tenant.raise_.get(f"/raise/api/Gift/{gift_id}"))["donorId"]
            given[(await tenant.raise_.get(f"/raise/api/Sync/donor/{donor_id}"))["crmKey"]] += amount
        for key, amount in given.items():
            contact = await tenant.crm.get(f"/crm/api/Contact/{key}")
            assert contact["lifeToDateGiving"] == f"${amount:,}.00"
        async with self.house.app.db.tenant(tenant.id) as tx:
            assert await all_astray(tx) == {}, "each donor's key is the contact that the CRM means"


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_of_moves_leaves_figures_exact(house: House, seed: int) -> None:
    history = History(house, seed)
    await history.start()
    for _ in range(STEPS):
        await history.step()
        if history.random.random() < 0.5:
            await house.settle()
    assert await wrong_figures(house.app.db, house.tenant.id) == []
    await house.settle()
    assert await wrong_figures(house.app.db, house.tenant.id) == []
    await history.crm_agrees()

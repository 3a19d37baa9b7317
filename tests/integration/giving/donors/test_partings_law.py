"""The law of partings: whose a gift is after merges, partings and transfers in any order is what a few lines of Python say."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

NAMES = ("ada", "bo", "cy", "dee")
STEPS = 45


@dataclass
class Owned:
    """A gift: whose it is, and the merges that took it there, each from the donor whom the one before took it to."""

    owner: int
    trail: list[int] = field(default_factory=list)


class Model:
    """Donors and gifts, as anybody would keep them on paper."""

    def __init__(self) -> None:
        self.merged: dict[int, tuple[int, int]] = {}
        self.gifts: dict[int, Owned] = {}
        self._numbers = count()

    def now(self, donor: int) -> int:
        """The donor that one is by now."""
        while donor in self.merged:
            donor = self.merged[donor][1]
        return donor

    def merge(self, into: int, donor: int) -> bool:
        if into == donor or into in self.merged or donor in self.merged:
            return False
        self.merged[donor] = (merge := next(self._numbers)), into
        for gift in self.gifts.values():
            if gift.owner == donor:
                gift.owner = into
                gift.trail.append(merge)
        return True

    def unmerge(self, donor: int) -> bool:
        if donor not in self.merged:
            return False
        merge, _ = self.merged.pop(donor)
        for gift in self.gifts.values():
            if merge in gift.trail:
                gift.owner = donor
                del gift.trail[gift.trail.index(merge) :]
        return True

    def transfer(self, gift: int, donor: int) -> None:
        if self.gifts[gift].owner != (to := self.now(donor)):
            self.gifts[gift] = Owned(to)


class Both:
    """The model beside the program: each step is done in both."""

    def __init__(self, house: House) -> None:
        self.house, self.raise_, self.model = house, house.tenant.raise_, Model()
        self.donors: dict[str, int] = {}

    async def give(self, name: str) -> int:
        """A gift, which is the donor's whose address it has by then."""
        gift = await self.house.tenant.give(1, f"{name}@example.org", donor={"firstName": name})
        donor = self.donors.setdefault(name, gift["donorId"])
        self.model.gifts[gift["id"]] = Owned(self.model.now(donor))
        return int(gift["id"])

    async def merge(self, into: str, name: str) -> None:
        ids = self.donors[into], self.donors[name]
        await self._same(f"Donor/{ids[0]}/merge", {"duplicateId": ids[1]}, self.model.merge(*ids))

    async def unmerge(self, name: str) -> None:
        donor = self.donors[name]
        await self._same(f"Donor/{donor}/unmerge", {}, self.model.unmerge(donor))

    async def transfer(self, gift: int, name: str) -> None:
        self.model.transfer(gift, self.donors[name])
        await self._same(f"Gift/{gift}/transfer", {"donorId": self.donors[name]}, True)

    async def _same(self, path: str, body: dict[str, Any], is_done: bool) -> None:
        answer = await self.raise_.call("POST", f"/raise/api/{path}", json=body)
        assert answer.status_code == (200 if is_done else 409), answer.text

    async def agree(self) -> None:
        """Every gift is whose the model says, and every figure exact."""
        there = {}
        for gift in self.model.gifts:
            there[gift] = (await self.raise_.get(f"/raise/api/Gift/{gift}"))["donorId"]
        assert there == {gift: owned.owner for gift, owned in self.model.gifts.items()}
        assert await wrong_figures(self.house.app.db, self.house.tenant.id) == []

    async def step(self, chance: random.Random) -> None:
        """One of what can be done."""
        match chance.randrange(6):
            case 0:
                await self.give(chance.choice(NAMES))
            case 1:
                await self.transfer(chance.choice(list(self.model.gifts)), chance.choice(NAMES))
            case 2 | 3:
                await self.merge(chance.choice(NAMES), chance.choice(NAMES))
            case _:
                await self.unmerge(chance.choice(NAMES))


@pytest.mark.parametrize("seed", range(8))
async def test_any_order_of_merges_and_partings_leaves_each_gift_with_its_donor(
    house: House, seed: int
) -> None:
    both, chance = Both(house), random.Random(seed)
    for name in NAMES:
        await both.give(name)
    for step in range(STEPS):
        await both.step(chance)
        if step % 5 == 4:
            await both.agree()
    await both.agree()


async def test_the_undoing_of_a_merge_gives_nobody_another_donors_gift(house: House) -> None:
    """The gift left the chain with its donor, and came back by a merge of its own."""
    both = Both(house)
    gift = await both.give("ada")
    for name in ("bo", "cy"):
        await both.give(name)
    await both.merge("bo", "ada")
    await both.merge("cy", "bo")
    await both.unmerge("ada")
    await both.merge("cy", "ada")
    await both.unmerge("bo")
    await both.agree()
    await both.unmerge("ada")
    await both.agree()
    assert both.model.gifts[gift].owner == both.donors["ada"]

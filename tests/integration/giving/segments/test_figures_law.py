"""The law of segments: whatever is given, corrected, refunded, moved and merged, a segment tells what its gifts add up to."""

from __future__ import annotations

import random
from typing import Any

import pytest

from almoner.giving import contract as giving
from almoner.kernel.money import format_amount
from tests.integration.sync.reasons import campaign
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import OwnRows, as_owner

pytestmark = pytest.mark.anyio

NAMES = ("ada", "bo", "cy")
AMOUNTS = (1, 5, 25, 25, 51.75, 99.99, 100, 101, 109.5, 1234.56, 98765.43)
STEPS = 30
SPOILT = (
    "segment_tally SET gift_count = gift_count + 1",
    "segment_tally SET raised_minor = raised_minor - 7",
    "segment_tally SET giver_count = 9",
    "segment_amount SET gift_count = 0",
)


class History:
    """What was done to the gifts of two segments."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.random = house, random.Random(seed)
        self.segments: list[int] = []
        self.donors: list[int] = []
        self.gifts: list[int] = []

    async def start(self) -> None:
        of = await campaign(self.house.tenant)
        for code in ("A", "B"):
            body = {"campaignId": of, "name": code, "code": code}
            self.segments.append((await self.house.tenant.raise_.post("/raise/api/Segment", body))["id"])
        for name in NAMES:
            self.donors.append(await self.give(name))

    async def give(self, name: str) -> int:
        pick = self.random.choice
        more: dict[str, Any] = {
            "segmentId": pick([*self.segments, None]),
            "isTestMode": pick([False] * 5 + [True]),
        }
        more = {name: value for name, value in more.items() if value is not None}
        currency = pick(["USD", "USD", "EUR"])
        gift = await self.house.tenant.give(
            pick(AMOUNTS), f"{name}@example.org", currencyCode=currency, **more
        )
        self.gifts.append(gift["id"])
        return int(gift["donorId"])

    async def step(self) -> None:
        """One of what can be done; what is refused changes nothing."""
        raise_, pick, gift = self.house.tenant.raise_, self.random.choice, self.random.choice(self.gifts)
        match self.random.randrange(6):
            case 0 | 1:
                await self.give(pick(NAMES))
            case 2:
                said = pick([{"amount": pick(AMOUNTS)}, {"segmentCode": pick("AB")}])
                answer = await raise_.call("PUT", f"/raise/api/Gift/{gift}", json=said)
            case 3:
                answer = await raise_.call("POST", f"/raise/api/Gift/{gift}/refund", json={"amount": 0.5})
            case 4:
                path = f"/raise/api/Gift/{gift}/transfer"
                answer = await raise_.call("POST", path, json={"donorId": pick(self.donors)})
            case _:
                of, said = pick(self.donors), {"duplicateId": pick(self.donors)}
                path = f"/raise/api/Donor/{of}/{pick(['merge', 'unmerge'])}"
                answer = await raise_.call("POST", path, json=said)
                assert answer.status_code in (200, 409)

    async def told(self) -> dict[tuple[int, str], tuple[Any, ...]]:
        """What segments say, by segment and currency."""
        found = {}
        for id_ in self.segments:
            segment = await self.house.tenant.raise_.get(f"/raise/api/Segment/{id_}")
            for each in segment["givenByCurrency"]:
                names = (
                    "formattedAmount",
                    "totalGifts",
                    "totalDonors",
                    "medianGiftAmount",
                    "highestGiftAmount",
                )
                found[id_, each["currency"]] = tuple(each[name] for name in names)
        return found


async def counted(rows: OwnRows) -> dict[tuple[int, str], tuple[Any, ...]]:
    """The same by plain Python over the gifts: sum, gifts, donors, the one in the middle, the greatest."""
    gifts = await rows.fetch(
        "SELECT segment_id, currency::text, amount_minor, reversed_minor - reserved_minor AS gone, donor_id FROM giving.gift"
        " WHERE organization_id = $1 AND segment_id IS NOT NULL AND NOT is_test_mode"
    )
    found = {}
    for key in {(row["segment_id"], row["currency"]) for row in gifts}:
        mine = [row for row in gifts if (row["segment_id"], row["currency"]) == key]
        amounts = sorted(row["amount_minor"] for row in mine)
        found[key] = (
            format_amount(sum(amounts) - sum(row["gone"] for row in mine), key[1]),
            len(mine),
            len({row["donor_id"] for row in mine}),
            format_amount(amounts[(len(amounts) - 1) // 2], key[1]),
            format_amount(amounts[-1], key[1]),
        )
    return found


@pytest.mark.parametrize("seed", range(5))
async def test_any_order_of_changes_leaves_what_gifts_add_up_to(
    house: House, rows: OwnRows, seed: int
) -> None:
    history = History(house, seed)
    await history.start()
    for _ in range(STEPS):
        await history.step()
    assert await history.told() == await counted(rows)
    assert await wrong_figures(house.app.db, house.tenant.id) == []


@pytest.mark.parametrize("spoilt", SPOILT)
async def test_what_is_spoilt_is_named_and_a_recount_mends_it(
    house: House, rows: OwnRows, spoilt: str
) -> None:
    history = History(house, 1)
    await history.start()
    while not await history.told():
        await history.give("ada")
    was = await history.told()
    async with as_owner(house.app.db, house.tenant.id) as tx:
        await tx.conn.execute(f"UPDATE giving.{spoilt} WHERE organization_id = $1", house.tenant.id)
    async with house.app.db.tenant(house.tenant.id) as tx:
        named = {one.figure for one in await giving.figure_differences(tx)}
        assert named == {f"giving.{spoilt.split(maxsplit=1)[0]}"}
        assert await giving.recount(tx) > 0
    assert await giving_differences(house) == []
    assert await history.told() == was == await counted(rows)


async def giving_differences(house: House) -> list[Any]:
    """What is still wrong, in a transaction of its own."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        return await giving.figure_differences(tx)

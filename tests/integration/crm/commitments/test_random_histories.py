"""Random histories of schedules, pledges and gifts that come, are edited, taken back and deleted while days go by, by several writers at once.

What is told is what a plain reckoning gives. `ALMONER_STEPS=1000` goes on for longer.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from almoner.kernel.clock import ManualClock
from tests.api.crm.contacts import sample as contacts
from tests.integration.crm.commitments.reckoning import links_of, pledges_agree, schedules_agree
from tests.support.figures import wrong_figures
from tests.support.house import House, open_house
from tests.support.rows import OwnRows, open_rows

pytestmark = pytest.mark.anyio

WRITERS, STEPS = 4, int(os.environ.get("ALMONER_STEPS", "30"))
START = date(2024, 1, 31)
NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
"""When histories begin. Days go by whole, so that it is the same day everywhere."""


@pytest.fixture
def clock() -> ManualClock:
    """A clock that days go by on."""
    return ManualClock(NOON)


@pytest.fixture
async def house(dsn: str, clock: ManualClock) -> AsyncIterator[House]:
    """A house by that clock."""
    async with open_house(dsn, clock=clock, sync_workers=0) as opened:
        yield opened


@pytest.fixture
async def rows(house: House, dsn: str) -> AsyncIterator[OwnRows]:
    """What is stored of it."""
    async with open_rows(dsn) as opened:
        yield OwnRows(opened, house.tenant.id)


@dataclass
class Said:
    """What was last said of a gift: its cents, what it is for which pledge, and which schedules it pays."""

    minor: int
    pledges: dict[int, int]
    schedules: list[int]


class Writer:
    """Does what partners do, one call after another; what others do at the same moment may come between."""

    def __init__(
        self, house: House, contact_id: int, seed: int, pledges: list[int], schedules: list[int]
    ) -> None:
        self.house = house
        self.crm, self.contact_id, self.random = house.tenant.crm, contact_id, random.Random(seed)
        self.pledges, self.schedules, self.gifts = pledges, schedules, dict[int, Said]()
        self.clock = house.app.clock
        self.done: dict[str, int] = defaultdict(int)

    async def run(self) -> None:
        """All steps."""
        for _ in range(STEPS):
            step = self.random.choice([self.give, self.give, self.give, self.give, self.take_back, self.change_pledge, self.replace,
                                       self.replace, self.patch, self.delete, self.pay_by_hand, self.pay_by_hand, self.let_days_go_by, self.change_schedule,
                                       self.write_off, self.dismiss])  # fmt: skip
            self.done[step.__name__] += await step() is not False

    async def send(
        self, method: str, path: str, body: Any = None, *, allowed: tuple[int, ...] = (200,)
    ) -> Any:
        """What is answered."""
        answer = await self.crm.call(method, f"/crm/api/{path}", json=body)
        assert answer.status_code in allowed, f"{method} {path} {body}: {answer.text}"
        return (answer.json() if answer.text else True) if answer.status_code in (200, 204) else None

    def money(self, most: int) -> Decimal:
        """An amount of no more than so many cents."""
        return Decimal(self.random.randint(1, most)) / 100

    async def give(self) -> None:
        """A gift that pays a pledge, or a schedule, or both, or nothing."""
        said = Said(0, {}, [])
        body = {"contactId": self.contact_id, "giftDate": str(self.clock.now().date()), **self.words(said)}
        self.gifts[(await self.send("POST", "Gift", body))["id"]] = said

    def words(self, said: Said) -> dict[str, Any]:
        """Something new to say of a gift, noted in `said`; what is not named of it stays."""
        amount = self.money(9000)
        said.minor = int(amount * 100)
        body: dict[str, Any] = {"amount": str(amount)}
        body["giftDesignations"] = [{"projectCode": "GENERAL", "amount": str(amount)}]
        if self.random.random() < 0.7:
            pledge_id, part = self.random.choice(self.pledges), self.money(said.minor)
            said.pledges = {pledge_id: int(part * 100)}
            body["pledgePayments"] = [{"pledgeId": pledge_id, "amount": str(part)}]
        if self.random.random() < 0.5:
            said.schedules = [self.random.choice(self.schedules)]
            body["recurringGiftPayments"] = [{"id": said.schedules[0], "state": "Add"}]
        return body

    async def replace(self) -> bool:
        """Another amount of a gift, and other payments or the same; refused when more was taken back of it."""
        if not self.gifts:
            return False
        gift_id = self.random.choice(list(self.gifts))
        was = self.gifts[gift_id]
        said = Said(was.minor, was.pledges, was.schedules)
        body = self.words(said)
        if self.random.random() < 0.2:
            body |= await self.less(gift_id, said)
        answer = await self.send("PUT", f"Gift/{gift_id}", body, allowed=(200, 400, 422))
        if answer is not None:
            self.gifts[gift_id] = said
        return answer is not None

    async def less(self, gift_id: int, said: Said) -> dict[str, Any]:
        """All payments of a gift taken off it."""
        there = await self.send("GET", f"Gift/{gift_id}")
        said.pledges, said.schedules = {}, []
        return {
            name: [{"id": part["id"], "state": "Delete"} for part in there[name]]
            for name in ("pledgePayments", "recurringGiftPayments")
        }

    async def pay_by_hand(self) -> bool:
        """What is left of a gift for a schedule, or again what it paid already; refused when nothing is left."""
        if not self.gifts:
            return False
        gift_id, schedule_id = self.random.choice(list(self.gifts)), self.random.choice(self.schedules)
        path = f"RecurringGiftPayment/{schedule_id}"
        if await self.send("POST", path, {"giftId": gift_id}, allowed=(200, 422)) is None:
            return False
        said = self.gifts[gift_id]
        if schedule_id not in said.schedules:
            self.gifts[gift_id] = Said(said.minor, said.pledges, [*said.schedules, schedule_id])
        return True

    async def patch(self) -> bool:
        """Something that is nothing to promises."""
        if not self.gifts:
            return False
        body = [{"id": self.random.choice(list(self.gifts)), "notes": str(self.random.random())}]
        await self.send("PATCH", "Gift", body)
        return True

    async def delete(self) -> bool:
        """A gift, unless some of it was taken back."""
        if not self.gifts:
            return False
        gift_id = self.random.choice(list(self.gifts))
        if await self.send("DELETE", f"Gift/{gift_id}", allowed=(200, 204, 409)) is None:
            return False
        del self.gifts[gift_id]
        return True

    async def let_days_go_by(self) -> None:
        """Up to three weeks, and who looks ahead does."""
        assert isinstance(self.clock, ManualClock)
        self.clock.advance(timedelta(days=self.random.randint(1, 21)))
        if self.random.random() < 0.3:
            await self.house.app.stations[0].ahead.look()

    async def take_back(self) -> bool:
        """A gift in part or whole, as far as it is there."""
        if not self.gifts:
            return False
        amount = None if self.random.random() < 0.4 else str(self.money(4000))
        body = {"reversedGiftId": self.random.choice(list(self.gifts)), "amount": amount}
        return await self.send("POST", "Gift/ReversingTransaction", body, allowed=(200, 422)) is not None

    async def change_pledge(self) -> None:
        """Another amount or frequency."""
        frequency = self.random.choice(["Once", "Weekly", "Monthly", "Quarterly"])
        body = {"amountPledged": str(self.money(60000)), "frequency": frequency, "pledgeDate": "2024-01-31",
                "expectedFulfillmentDate": "2024-12-31"}  # fmt: skip
        await self.send("PUT", f"v2/Pledge/{self.random.choice(self.pledges)}", body)

    async def change_schedule(self) -> None:
        """Another amount, frequency or end."""
        amount = str(self.money(5000))
        body = {"amount": amount, "frequency": self.random.choice(["Weekly", "MONTHLY", "Bimonthly", "Annually"]),
                "startDate": str(START), "designations": [{"projectCode": "GENERAL", "amount": amount}],
                "nextExpectedPaymentDate": self.random.choice([None, "2024-03-05", "2024-04-30"])}  # fmt: skip
        await self.send("PUT", f"RecurringGift/{self.random.choice(self.schedules)}", body)

    async def write_off(self) -> None:
        """The rest of a pledge, rarely."""
        if self.random.random() < 0.1:
            path = f"v2/Pledge/WriteOff/{self.random.choice(self.pledges)}"
            await self.send("PUT", path, {"reason": "gone"}, allowed=(200, 409))

    async def dismiss(self) -> None:
        """An expected payment, or not any more."""
        path = f"RecurringGiftPayment/{self.random.choice(self.schedules)}?take=50"
        rows = (await self.send("GET", path))["list"]
        if rows:
            payment = self.random.choice(rows)["id"]
            body = {"dismissed": self.random.random() < 0.7}
            await self.send("PUT", f"RecurringGiftPayment/Dismiss/{payment}", body, allowed=(200, 404, 409))


@pytest.mark.parametrize("seed", [1, 2])
async def test_paid_balances_and_statuses_are_what_the_gifts_give(
    house: House, rows: OwnRows, seed: int
) -> None:
    contact_id = (await contacts.make(house.tenant, "ada"))["id"]
    pledges, schedules = await promised(house, contact_id)
    writers = [Writer(house, contact_id, seed * 100 + n, pledges, schedules) for n in range(WRITERS)]
    await asyncio.gather(*(writer.run() for writer in writers))

    pays = await links_of(rows)
    links = await rows.fetch("SELECT * FROM crm.applied_gift WHERE organization_id = $1")
    assert {link["id"]: link["counted_minor"] for link in links} == pays
    gifts = {gift_id: said for writer in writers for gift_id, said in writer.gifts.items()}
    await said_is_so(rows, gifts, links)
    assert len(links) > 25, "little was applied: the test shows nothing"
    done = {name for writer in writers for name, times in writer.done.items() if times}
    assert {"replace", "patch", "delete", "take_back", "let_days_go_by", "pay_by_hand"} <= done
    await house.app.stations[0].ahead.look()
    await pledges_agree(house, pledges, links, pays)
    await schedules_agree(house, rows, schedules, pays, NOON.date() + timedelta(days=300))
    await next_days_are_found(house, "v2/Pledge", "Pledge", "nextPaymentDate", pledges)
    await next_days_are_found(house, "RecurringGift", "RecurringGift", "nextExpectedPaymentDate", schedules)
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def said_is_so(rows: OwnRows, gifts: dict[int, Said], links: list[Any]) -> None:
    """Fails unless the gifts that are here are those that were not deleted, each of the amount and for what was last said."""
    stored = await rows.fetch(
        "SELECT id, amount_minor FROM crm.gift WHERE organization_id = $1 AND reverses_id IS NULL AND transaction_id IS NULL"
    )
    assert {row["id"]: row["amount_minor"] for row in stored} == {
        key: said.minor for key, said in gifts.items()
    }
    pledges: dict[int, dict[int, int]] = {key: defaultdict(int) for key in gifts}
    schedules: dict[int, list[int]] = {key: [] for key in gifts}
    for link in sorted(links, key=lambda each: each["id"]):
        if link["pledge_id"]:
            pledges[link["gift_id"]][link["pledge_id"]] += link["amount_minor"]
        else:
            schedules[link["gift_id"]].append(link["recurring_gift_id"])
    assert pledges == {key: said.pledges for key, said in gifts.items()}
    wanted = {key: said.schedules for key, said in gifts.items()}
    assert schedules == wanted


async def promised(house: House, contact_id: int) -> tuple[list[int], list[int]]:
    """Three pledges and three schedules."""
    pledge = {"contactId": contact_id, "amountPledged": 500, "frequency": "Monthly", "pledgeDate": "2024-01-31",
              "expectedFulfillmentDate": "2024-12-31"}  # fmt: skip
    schedule = {"contactId": contact_id, "amount": 25, "frequency": "Monthly", "startDate": str(START),
                "nextExpectedPaymentDate": str(START), "designations": [{"projectCode": "GENERAL", "amount": 25}]}  # fmt: skip
    crm = house.tenant.crm
    pledges = [(await crm.post("/crm/api/v2/Pledge", pledge))["id"] for _ in range(3)]
    return pledges, [(await crm.post("/crm/api/RecurringGift", schedule))["id"] for _ in range(3)]


async def next_days_are_found(house: House, of_one: str, queried: str, field: str, ids: list[int]) -> None:
    """Fails unless queries find and sort records by the day of their next payment as each of them tells it."""
    there = {key: (await house.tenant.crm.get(f"/crm/api/{of_one}/{key}"))[field] for key in ids}
    name = "Next Payment Date" if queried == "Pledge" else "Next Expected Payment Date"
    for day in set(there.values()):
        condition = (
            {"parameter": name, "operator": "Is", "value": day}
            if day
            else {"parameter": name, "operator": "IsNotKnown"}
        )
        body = {"groups": [{"conditions": [condition]}]}
        found = await house.tenant.crm.post(f"/crm/api/{queried}/Query", body)
        assert {row["id"] for row in found["list"]} == {key for key in ids if there[key] == day}
    ordered = await house.tenant.crm.post(
        f"/crm/api/{queried}/Query", {"groups": [], "sortBy": name.replace(" ", "")}
    )
    assert [row["id"] for row in ordered["list"]] == sorted(ids, key=lambda key: (there[key] or "9", key))

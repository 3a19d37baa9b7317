"""Which payments are expected: of schedules that began long ago, that have no further day yet, and that moved away from what came."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from almoner.crm.recurring_gifts import payments
from almoner.kernel.clock import ManualClock
from almoner.platform.database import Tx
from tests.api.crm.contacts import sample as contacts
from tests.api.crm.recurring_gifts.sample import body
from tests.support.house import House, open_house
from tests.support.rows import OwnRows, open_rows

pytestmark = pytest.mark.anyio

NOON = datetime(2024, 1, 20, 12, tzinfo=UTC)
RECURRING, PAYMENT = "/crm/api/RecurringGift", "/crm/api/RecurringGiftPayment"


@pytest.fixture
def clock() -> ManualClock:
    """A clock in January 2024."""
    return ManualClock(NOON)


@pytest.fixture
async def then(dsn: str, clock: ManualClock) -> AsyncIterator[House]:
    """A house whose clock can be moved."""
    async with open_house(dsn, clock=clock, sync_workers=0) as opened:
        yield opened


async def scheduled(house: House, text: str, **more: Any) -> Any:
    """A recurring gift of a contact of its own."""
    contact = await contacts.make(house.tenant, text)
    return await house.tenant.crm.post(RECURRING, body(text, contactId=contact["id"], **more))


async def expected(house: House, dsn: str, made: Any) -> list[date]:
    """The days of all payments of a recurring gift that are stored."""
    async with open_rows(dsn) as rows:
        found = await OwnRows(rows, house.tenant.id).fetch(
            "SELECT expected_on FROM crm.recurring_gift_payment WHERE organization_id = $1 AND recurring_gift_id = $2 ORDER BY 1",
            made["id"],
        )
    return [row["expected_on"] for row in found]


async def give(house: House, made: Any, day: str) -> Any:
    """A gift that pays the recurring gift."""
    gift = {
        "contactId": made["contactId"],
        "amount": 25,
        "giftDate": day,
        "recurringGiftPayments": [{"id": made["id"]}],
    }
    return await house.tenant.crm.post("/crm/api/Gift", gift)


async def told(house: House, made: Any) -> list[str]:
    """The days of the payments that are told."""
    rows = await house.tenant.crm.get(f"{PAYMENT}/{made['id']}", take=1000, sortBy="ExpectedPaymentDate")
    return [row["expectedPaymentDate"][:10] for row in rows["list"]]


async def test_what_began_long_ago_is_expected_a_year_ahead(then: House, dsn: str) -> None:
    since = {"startDate": "1980-01-07", "nextExpectedPaymentDate": "1980-01-07", "frequency": "Weekly"}
    made = await scheduled(then, "r1", **since)

    days = await expected(then, dsn, made)

    assert date(2025, 1, 13) in days
    assert days[-1] < date(2025, 1, 28)
    assert days[0] <= date(1995, 1, 1)
    assert {(later - earlier).days for earlier, later in itertools.pairwise(days)} == {7}


async def test_looking_ahead_ends_where_no_further_day_is_due(
    then: House, dsn: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payments, "AHEAD_AT_ONCE", 1)
    yearly = [await scheduled(then, f"y{n}", frequency="Annually") for n in range(3)]
    monthly = await scheduled(then, "m1")
    clock.advance(datetime(2024, 12, 31, 12, tzinfo=UTC) - NOON)

    made = await asyncio.wait_for(then.app.stations[0].ahead.look(), 20)

    assert made == 4
    assert (await expected(then, dsn, monthly))[-1] == date(2025, 12, 31)
    assert await asyncio.wait_for(then.app.stations[0].ahead.look(), 20) == 0
    assert [(await expected(then, dsn, each))[-1] for each in yearly] == [date(2025, 2, 28)] * 3


@pytest.mark.parametrize(
    "wrong",
    [
        ValueError("a row that nobody foresaw"),
        asyncpg.DeadlockDetectedError("somebody else is at work there"),
    ],
    ids=["of its rows", "of others at work on them"],
)
async def test_what_goes_wrong_for_one_organization_keeps_no_other_from_its_payments(
    then: House, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, wrong: Exception
) -> None:
    first = then.tenant.id
    other = await then.another_tenant()
    await scheduled(House(then.app, other, then.sync), "m1")
    clock.advance(datetime(2024, 12, 31, 12, tzinfo=UTC) - NOON)
    look_ahead = payments.look_ahead

    async def broken(tx: Tx, after: int, now: datetime) -> tuple[int | None, int]:
        if tx.organization_id == first:
            raise wrong
        return await look_ahead(tx, after, now)

    monkeypatch.setattr("almoner.crm.recurring_gifts.ahead.look_ahead", broken)
    assert await then.app.stations[0].ahead.look() > 0


async def test_a_schedule_that_nothing_can_be_expected_of_keeps_no_other_from_its_payments(
    then: House, dsn: str, clock: ManualClock
) -> None:
    before, broken, after = [await scheduled(then, f"m{n}") for n in range(3)]
    async with open_rows(dsn) as rows:
        await rows.fetch(
            "UPDATE crm.recurring_gift SET next_expected_on = '-infinity' WHERE organization_id = $1 AND id = $2",
            then.tenant.id, broken["id"],
        )  # fmt: skip
    clock.advance(datetime(2024, 12, 31, 12, tzinfo=UTC) - NOON)
    assert await then.app.stations[0].ahead.look() == 2
    assert [(await expected(then, dsn, each))[-1] for each in (before, after)] == [date(2025, 12, 31)] * 2


async def test_who_is_told_to_end_ends_though_a_look_makes_another_error_of_that(
    then: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = asyncio.Event()

    async def broken(tx: Tx, after: int, now: datetime) -> tuple[int | None, int]:
        looks.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("what was cancelled says something else")

    monkeypatch.setattr("almoner.crm.recurring_gifts.ahead.look_ahead", broken)
    working = asyncio.create_task(then.app.stations[0].ahead.run())
    await looks.wait()
    working.cancel()
    await asyncio.wait({working}, timeout=10)
    was_done = working.done()
    working.cancel()
    assert was_done


async def test_a_day_that_the_schedule_left_is_expected_by_nobody_once_its_gift_is_taken_back(
    then: House,
) -> None:
    made = await scheduled(then, "r1")
    gift = await give(then, made, "2024-01-20")
    change = {"frequency": "Monthly", "startDate": "2024-01-31", "nextExpectedPaymentDate": "2024-03-05", "amount": 25,
              "designations": [{"projectCode": "GENERAL", "amount": 25}]}  # fmt: skip
    await then.tenant.crm.put(f"{RECURRING}/{made['id']}", change)
    assert (await told(then, made))[:2] == ["2024-02-29", "2024-03-05"], "what came stays"

    await then.tenant.crm.post("/crm/api/Gift/ReversingTransaction", {"reversedGiftId": gift["id"]})

    assert (await told(then, made))[0] == "2024-03-05"
    there = await then.tenant.crm.get(f"{RECURRING}/{made['id']}")
    assert there["nextExpectedPaymentDate"] == "2024-03-05T00:00:00"
    found = await then.tenant.crm.post(
        f"{RECURRING}/Query",
        {"groups": [{"conditions": [
            {"parameter": "Next Expected Payment Date", "operator": "Is", "value": "2024-03-05"}]}]},
    )  # fmt: skip
    assert [each["id"] for each in found["list"]] == [made["id"]]


async def test_a_payment_that_nobody_expected_goes_with_its_gift(then: House, dsn: str) -> None:
    made = await scheduled(then, "r1", trackPayments=False)
    gift = await give(then, made, "2024-01-20")
    assert len(await expected(then, dsn, made)) == 1

    await then.tenant.crm.call("DELETE", f"/crm/api/Gift/{gift['id']}")

    assert await expected(then, dsn, made) == []

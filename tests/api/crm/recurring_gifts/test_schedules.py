"""Recurring gifts that partners write: what is expected follows them, the gifts and the clock; what another system tells is left to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from almoner.crm.contract import Part, PutRecurringGift, accept
from almoner.crm.gifts.settings import choose_default_project
from almoner.kernel.clock import ManualClock
from tests.api.crm.accepted import key, person, problem, project
from tests.api.crm.contacts import sample as contacts
from tests.api.crm.recurring_gifts.sample import body
from tests.support.house import House, open_house

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


async def scheduled(house: House, **more: Any) -> Any:
    """A recurring gift of a contact of its own."""
    contact = await contacts.make(house.tenant, "ada")
    said = {"nextExpectedPaymentDate": None, **more}
    return await house.tenant.crm.post(RECURRING, body("r1", contactId=contact["id"], **said))


async def days(house: House, made: Any, take: int = 100) -> list[str]:
    """The days on which payments are expected or came."""
    path, sort = f"{PAYMENT}/{made['id']}", "ExpectedPaymentDate"
    rows = await house.tenant.crm.get(path, take=take, sortBy=sort)
    return [row["expectedPaymentDate"][:10] for row in rows["list"]]


async def give(house: House, made: Any, day: str, **more: Any) -> Any:
    """A gift that pays the recurring gift."""
    part = {"id": made["id"], **more}
    gift = {"contactId": made["contactId"], "amount": 25, "giftDate": day, "recurringGiftPayments": [part]}
    return await house.tenant.crm.post("/crm/api/Gift", gift)


async def test_it_reads_as_it_is_written_and_is_up_to_date(then: House) -> None:
    made = await scheduled(then, frequency="BIENNUALLY")
    told = {
        name: made[name] for name in ("frequency", "status", "startDate", "amount", "nextExpectedPaymentDate")
    }
    assert told == {"frequency": "Biennially", "status": "UpToDate", "startDate": "2024-01-31T00:00:00", "amount": 25,
                    "nextExpectedPaymentDate": "2024-01-31T00:00:00"}  # fmt: skip


async def test_parts_are_taken_by_the_name_that_gifts_have_for_them_and_not_missed(then: House) -> None:
    """Otherwise they would go to the default project."""
    async with then.app.db.tenant(then.tenant.id) as tx:
        await choose_default_project(tx, "GENERAL")
    wells = await project(then.tenant, "WELLS")
    contact = await contacts.make(then.tenant, "ada")
    said = {**body("r1", contactId=contact["id"])}
    parts = [{**said.pop("designations")[0], "projectCode": "WELLS"}]
    made = await then.tenant.crm.post(RECURRING, {**said, "giftDesignations": parts})
    assert [part["projectId"] for part in made["designations"]] == [wells["id"]]
    strange = {**said, "transactionId": "r2", "designatoins": parts}
    answer = await then.tenant.crm.call("POST", RECURRING, json=strange)
    assert (answer.status_code, "designations is meant" in answer.text) == (422, True), answer.text


async def test_ends_of_months_stay_ends_of_months(then: House) -> None:
    made = await scheduled(then)
    assert (await days(then, made))[:4] == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    assert len(await days(then, made)) == 12, "a year ahead"


async def test_one_that_was_missed_is_past_due_until_it_comes_or_is_dismissed(
    then: House, clock: ManualClock
) -> None:
    made = await scheduled(then)
    clock.advance(timedelta(days=12))
    there = await then.tenant.crm.get(f"{RECURRING}/{made['id']}")
    assert (there["status"], there["nextExpectedPaymentDate"]) == ("PastDue", "2024-01-31T00:00:00")
    gift = await give(then, made, "2024-02-01")
    assert (await then.tenant.crm.get(f"{RECURRING}/{made['id']}"))["status"] == "UpToDate"
    body = {"reversedGiftId": gift["id"]}
    await then.tenant.crm.post("/crm/api/Gift/ReversingTransaction", body)
    assert (await then.tenant.crm.get(f"{RECURRING}/{made['id']}"))["status"] == "PastDue"
    first = (await then.tenant.crm.get(f"{PAYMENT}/{made['id']}"))["list"][0]
    dismissed = await then.tenant.crm.put(f"{PAYMENT}/Dismiss/{first['id']}", {})
    assert dismissed["dismissPaymentDate"] == "2024-02-01T00:00:00"
    assert (await then.tenant.crm.get(f"{RECURRING}/{made['id']}"))["status"] == "UpToDate"


async def test_payments_are_made_ahead_as_the_clock_goes_on(then: House, clock: ManualClock) -> None:
    made = await scheduled(then)
    clock.advance(timedelta(days=800))
    (station, *_) = then.app.stations
    assert await station.ahead.look() == 1
    assert max(await days(then, made)) == "2027-03-31"
    assert await station.ahead.look() == 0, "there is nothing more to do"


async def test_a_change_moves_what_is_open_and_keeps_what_came(then: House, clock: ManualClock) -> None:
    made = await scheduled(then)
    clock.advance(timedelta(days=12))
    await give(then, made, "2024-01-31")
    change = body("r1", frequency="quarterly", amount=30, nextExpectedPaymentDate="2024-03-15")
    change["designations"][0]["amountDesignated"] = 30
    changed = await then.tenant.crm.put(f"{RECURRING}/{made['id']}", change)
    assert changed["nextExpectedPaymentDate"] == "2024-03-15T00:00:00"
    assert (await days(then, made))[:3] == ["2024-01-31", "2024-03-15", "2024-06-15"]
    rows = (await then.tenant.crm.get(f"{PAYMENT}/{made['id']}"))["list"]
    assert [row["expectedAmount"] for row in rows[:2]] == [25, 30]


async def test_what_was_read_and_is_sent_back_changes_nothing(then: House, clock: ManualClock) -> None:
    made = await scheduled(then)
    clock.advance(timedelta(days=12))
    await give(then, made, "2024-01-31")
    before = await then.tenant.crm.get(f"{RECURRING}/{made['id']}")
    payments = await then.tenant.crm.get(f"{PAYMENT}/{made['id']}", take=50)
    assert await then.tenant.crm.put(f"{RECURRING}/{made['id']}", before) == before
    assert await then.tenant.crm.get(f"{PAYMENT}/{made['id']}", take=50) == payments


async def test_a_cancelled_one_is_over_and_keeps_its_payments(then: House, clock: ManualClock) -> None:
    made = await scheduled(then)
    clock.advance(timedelta(days=12))
    await give(then, made, "2024-01-31")
    answer = await then.tenant.crm.call("PUT", f"{RECURRING}/Cancel/{made['id']}")
    assert (answer.status_code, answer.json()["status"]) == (200, "Cancelled"), "without a body"
    assert answer.json()["cancelDateTimeUtc"] == "2024-02-01T12:00:00.000"
    assert await days(then, made) == ["2024-01-31"]
    assert await problem(then.tenant, "PUT", f"RecurringGift/{made['id']}", json=body("r1")) == (
        409,
        "CONFLICT",
        [],
    )
    again = await then.tenant.crm.put(f"{RECURRING}/Cancel/{made['id']}", {"cancelReason": "twice"})
    assert again["cancelReason"] is None


async def test_the_same_again_is_the_first_and_another_under_its_key_is_refused(then: House) -> None:
    made = await scheduled(then)
    same = body("r1", contactId=made["contactId"])
    assert (await then.tenant.crm.post(RECURRING, same))["id"] == made["id"]
    other = {**same, "amount": 1, "designations": [{"projectCode": "GENERAL", "amount": 1}]}
    assert await problem(then.tenant, "POST", "RecurringGift", json=other) == (409, "CONFLICT", [])


async def test_all_that_is_wrong_is_named(then: House) -> None:
    said = {"contactId": 999_999, "amount": 5, "frequency": "Hourly", "startDate": "2024-02-30",
            "designations": [{"projectCode": "NOWHERE", "amount": 4}]}  # fmt: skip
    status, code, fields = await problem(then.tenant, "POST", "RecurringGift", json=said)
    assert (status, code) == (422, "VALIDATION_FAILED")
    assert set(fields) == {
        "contactId",
        "frequency",
        "startDate",
        "designations",
        "designations[0].projectCode",
    }


async def test_one_that_another_system_tells_is_changed_there(then: House) -> None:
    promise = PutRecurringGift(
        key=key("s1"), version=1, giver=key("a1"), frequency="Monthly", started_on=NOON.date(), next_expected_on=None,
        anticipated_end_on=None, cancelled_at=None, amount_minor=2500, currency="USD",
        designations=(Part(code="GENERAL", minor=2500),), segment_code=None, is_private=False)  # fmt: skip
    async with then.app.db.tenant(then.tenant.id) as tx:
        _, made = await accept(tx, [person(), promise], NOON)
    there = await then.tenant.crm.get(f"{RECURRING}/{made.crm_id}")
    assert (there["trackPayments"], there["status"]) == (False, "UpToDate")
    for path in (f"RecurringGift/{made.crm_id}", f"RecurringGift/Cancel/{made.crm_id}"):
        assert await problem(then.tenant, "PUT", path, json=body("s1")) == (409, "CONFLICT", [])


async def test_a_payment_by_hand_is_a_new_gift_or_one_that_is_here(then: House, clock: ManualClock) -> None:
    made = await scheduled(then)
    clock.advance(timedelta(days=60))
    payment = await then.tenant.crm.post(
        f"{PAYMENT}/{made['id']}", {"giftDate": "2024-01-30", "giftType": "check"}
    )
    assert (payment["expectedPaymentDate"], payment["gift"]["amount"]) == ("2024-01-31T00:00:00", 25)
    split = [{"projectCode": "GENERAL", "amount": 25}]
    gift = {"contactId": made["contactId"], "amount": 25, "giftDate": "2024-02-28", "giftDesignations": split}
    gift_id = (await then.tenant.crm.post("/crm/api/Gift", gift))["id"]
    payment = await then.tenant.crm.post(f"{PAYMENT}/{made['id']}", {"giftId": gift_id})
    assert (payment["fulfillPaymentDate"], payment["gift"]["id"]) == ("2024-02-28T00:00:00", gift_id)
    assert (await then.tenant.crm.get(f"/crm/api/Gift/{gift_id}"))["recurringGiftPayments"][0][
        "id"
    ] == payment["id"]


async def test_untracked_ones_take_gifts_and_expect_none(then: House) -> None:
    made = await scheduled(then, trackPayments=False, nextExpectedPaymentDate="2024-03-31")
    assert (await days(then, made), made["nextExpectedPaymentDate"]) == ([], "2024-03-31T00:00:00")
    gift = await give(then, made, "2024-01-15")
    assert gift["recurringGiftPayments"][0]["gift"]["amount"] == 25
    assert await days(then, made) == ["2024-01-15"]


async def test_a_query_asks_by_the_organization_s_day_as_it_is_read(then: House, clock: ManualClock) -> None:
    made = await scheduled(then)
    for hours, status in ((0, "UpToDate"), (11 * 24 + 11, "UpToDate"), (18, "PastDue")):
        clock.advance(timedelta(hours=hours))
        there = await then.tenant.crm.get(f"{RECURRING}/{made['id']}")
        assert there["status"] == status, clock.now()
        for asked in ("UpToDate", "PastDue"):
            condition = {"parameter": "Status", "operator": "Is", "value": asked}
            found = await then.tenant.crm.post(
                f"{RECURRING}/Query", {"groups": [{"conditions": [condition]}]}
            )
            assert found["total"] == (asked == status), (clock.now(), asked)


async def test_without_designations_it_is_for_the_default_project_once_there_is_one(then: House) -> None:
    contact = await contacts.make(then.tenant, "ada")
    bare = body("r1", contactId=contact["id"], designations=[])
    refused = await problem(then.tenant, "POST", "RecurringGift", json=bare)
    assert refused[2] == ["designations"]
    fund = await project(then.tenant, "Unsorted", projectCode="UNSORTED")
    async with then.app.db.tenant(then.tenant.id) as tx:
        await choose_default_project(tx, "unsorted")
    made = await then.tenant.crm.post(RECURRING, bare)
    assert [(part["projectCode"], part["amountDesignated"]) for part in made["designations"]] == [
        ("UNSORTED", 25)
    ]
    replaced = await then.tenant.crm.put(f"{RECURRING}/{made['id']}", {**bare, "amount": 30})
    assert [part["amountDesignated"] for part in replaced["designations"]] == [30]
    await then.tenant.crm.put(f"/crm/api/Project/{fund['id']}/Active", None, active="false")
    kept = await then.tenant.crm.put(f"{RECURRING}/{made['id']}", {**bare, "amount": 35})
    assert kept["designations"][0]["amountDesignated"] == 35, "it may keep a project that takes no new ones"
    other = {**bare, "transactionId": "r2"}
    assert (await problem(then.tenant, "POST", "RecurringGift", json=other))[2] == ["designations"]

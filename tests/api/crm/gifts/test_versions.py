"""What a gift becomes by several hands: one version a change, the source's next word beside what was changed here, one key in any case."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.api.crm.accepted import gift as sent
from tests.api.crm.accepted import taken, told
from tests.api.crm.gift_asks import sample as gift_asks
from tests.api.crm.gifts import sample
from tests.api.crm.gifts.test_changes import events
from tests.api.crm.segments import sample as segments
from tests.api.crm.tributes import sample as tributes
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

GIFT = "/crm/api/Gift"
KEPT = {"isPrivate": True, "notes": "Ask first"}


@pytest.fixture
async def theirs(house: House) -> Any:
    """A gift that another system sent, with its words."""
    _, (gift_id,) = await taken(house, sent("g1", ("GENERAL", 1000), notes="From there"))
    return await house.tenant.crm.get(f"{GIFT}/{gift_id}")


async def next_word(house: House, version: int, minor: int = 1000, **words: Any) -> Any:
    """The gift as it is once its source has said this."""
    plain = {"notes": "From there", **words}
    (outcome,) = await told(house, sent("g1", ("GENERAL", minor), version=version, **plain))
    assert outcome.problem is None
    return await house.tenant.crm.get(f"{GIFT}/{outcome.crm_id}")


async def test_the_source_s_next_version_leaves_what_was_changed_here(house: House, theirs: Any) -> None:
    await house.tenant.crm.put(f"{GIFT}/{theirs['id']}", {**theirs, **KEPT})
    since = await next_word(house, 2, minor=2000)
    assert (since["amount"], since["isPrivate"], since["notes"]) == (20, True, "Ask first")
    since = await next_word(house, 3, minor=3000)
    assert (since["amount"], since["isPrivate"], since["notes"]) == (30, True, "Ask first")


async def test_what_the_source_changed_itself_is_taken_over(house: House, theirs: Any) -> None:
    await house.tenant.crm.put(f"{GIFT}/{theirs['id']}", {**theirs, **KEPT})
    since = await next_word(house, 2, notes="Changed there")
    assert (since["isPrivate"], since["notes"]) == (True, "Changed there")
    since = await next_word(house, 3, notes="From there", is_private=True)
    assert (since["isPrivate"], since["notes"]) == (True, "From there")
    since = await next_word(house, 4, notes="From there", is_private=False)
    assert since["isPrivate"] is False


async def test_a_patch_is_kept_beside_the_source_too(house: House, theirs: Any) -> None:
    patch = [{"id": theirs["id"], "notes": None}]
    assert (await house.tenant.crm.call("PATCH", GIFT, json=patch)).status_code == 200
    assert (await next_word(house, 2, minor=2000))["notes"] in (None, "")


async def test_a_donor_s_later_change_leaves_what_the_crm_says(house: House) -> None:
    made = await sample.make(house.tenant, "ada")
    gift = await house.tenant.crm.get(f"{GIFT}/{made['id']}")
    await house.tenant.crm.put(f"{GIFT}/{gift['id']}", {**gift, "isPrivate": True})
    giving_id = gift["sourceRaiseGiftId"]
    answer = await house.tenant.raise_.call(
        "PATCH", f"/raise/api/Gift/{giving_id}", json={"notes": "Changed"}
    )
    assert answer.status_code == 200
    await house.tenant.settled("gift", giving_id)
    since = await house.tenant.crm.get(f"{GIFT}/{gift['id']}")
    assert (since["isPrivate"], since["notes"]) == (True, "Changed")


async def test_a_replacement_is_one_version_and_one_event(house: House, rows: OwnRows) -> None:
    made = await sample.make(house.tenant, "ada")
    gift = made["entered"]
    other = await tributes.make(house.tenant, "bea")
    ask = gift_asks.body("ask", contactId=gift["contactId"])
    asked = await house.tenant.crm.post("/crm/api/GiftAsk", ask)
    body = {
        **gift,
        "notes": "Otherwise",
        "tributeId": other["id"],
        "giftPremiums": [],
        "giftAskId": asked["id"],
    }
    await house.tenant.crm.put(f"{GIFT}/{gift['id']}", body)
    made_, changed = await events(rows, gift)
    assert [made_[:2], changed[:2]] == [("gift.created", 1), ("gift.updated", 2)]
    assert changed[2]["notes"] == gift["notes"]
    assert changed[2]["tributeId"] == gift["tributeId"]
    assert changed[2]["giftPremiums"] == gift["giftPremiums"]
    assert changed[2]["giftAskId"] is None


@pytest.mark.parametrize("beside", ["tribute", "ask"])
async def test_a_change_of_what_goes_with_a_gift_alone_is_one_version(
    house: House, rows: OwnRows, beside: str
) -> None:
    gift = (await sample.make(house.tenant, "ada"))["entered"]
    if beside == "ask":
        ask = gift_asks.body("ask", contactId=gift["contactId"])
        asked = await house.tenant.crm.post("/crm/api/GiftAsk", ask)
        body, name = {**gift, "giftAskId": asked["id"]}, "giftAskId"
    else:
        body, name = {**gift, "tributeDescription": "Otherwise"}, "tributeDescription"
    await house.tenant.crm.put(f"{GIFT}/{gift['id']}", body)
    _, changed = await events(rows, gift)
    assert changed == ("gift.updated", 2, {name: gift[name]})


def keyed(contact_id: int, source: str) -> dict[str, Any]:
    """A gift under a source's key."""
    parts = [{"projectCode": "GENERAL", "amount": 5}]
    key = {"transactionSource": source, "transactionId": "t1"}
    return {"contactId": contact_id, "amount": 5, "giftDate": "2024-12-07", "giftDesignations": parts, **key}


async def test_a_source_in_another_case_is_the_same(house: House) -> None:
    contact_id, _ = await taken(house)
    first = await house.tenant.crm.post(GIFT, keyed(contact_id, "Acme"))
    for spelling in ("ACME", " acme "):
        assert await house.tenant.crm.post(GIFT, keyed(contact_id, spelling)) == first
    assert first["transactionSource"] == "Acme"
    assert (
        await house.tenant.crm.put(f"{GIFT}/{first['id']}", {**first, "transactionSource": "ACME "}) == first
    )
    later = await house.tenant.crm.post(GIFT, {**keyed(contact_id, "ACME"), "transactionId": "t2"})
    assert later["transactionSource"] == "Acme"


async def test_a_source_in_two_cases_is_said_twice_in_one_call(house: House) -> None:
    contact_id, _ = await taken(house)
    both = [keyed(contact_id, "Acme"), keyed(contact_id, "ACME ")]
    answer = await house.tenant.crm.call("POST", f"{GIFT}/Bulk", json=both)
    assert [each["field"] for each in answer.json()["error"]["details"]] == ["[1].transactionId"]


async def test_the_first_gifts_of_a_source_in_two_cases_at_once_are_one(house: House) -> None:
    contact_id, _ = await taken(house)
    spellings = ("Acme", "ACME", "acme", "aCME")
    gifts = await asyncio.gather(
        *(house.tenant.crm.post(GIFT, keyed(contact_id, each)) for each in spellings)
    )
    assert len({gift["id"] for gift in gifts}) == 1


@pytest.mark.parametrize("by", ["segmentId", "segment", "segmentCode"])
async def test_a_gift_without_a_segment_gets_one_however_it_is_named(house: House, by: str) -> None:
    contact_id, _ = await taken(house)
    gift = await house.tenant.crm.post(GIFT, keyed(contact_id, "Acme"))
    segment = await segments.make(house.tenant, "spring")
    named = {"segmentId": segment["id"], "segment": segment["name"], "segmentCode": segment["code"].lower()}[
        by
    ]
    since = await house.tenant.crm.put(f"{GIFT}/{gift['id']}", {by: named})
    assert (since["segmentId"], since["segmentCode"]) == (segment["id"], segment["code"])


async def test_a_segment_that_is_not_there_is_refused_in_a_replacement(house: House) -> None:
    contact_id, _ = await taken(house)
    gift = await house.tenant.crm.post(GIFT, keyed(contact_id, "Acme"))
    answer = await house.tenant.crm.call("PUT", f"{GIFT}/{gift['id']}", json={"segmentId": 987654})
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["error"]["details"]] == ["segmentId"]


async def test_a_field_that_became_required_lets_older_gifts_be_put_back(house: House) -> None:
    contact_id, _ = await taken(house)
    gift = await house.tenant.crm.post(GIFT, keyed(contact_id, "Acme"))
    fields = [{"recordType": "Gift", "name": name, "dataType": "Text"} for name in ("Source", "Other")]
    for field in fields:
        await house.tenant.crm.post(
            "/crm/api/CustomField", {**field, "isRequired": field["name"] == "Source"}
        )
    assert await house.tenant.crm.put(f"{GIFT}/{gift['id']}", gift) == gift
    changed = {**gift, "customFields": {"Other": "x"}}
    answer = await house.tenant.crm.call("PUT", f"{GIFT}/{gift['id']}", json=changed)
    assert [each["field"] for each in answer.json()["error"]["details"]] == ["customFields"]
    promise = {"contactId": contact_id, "amount": 5, "frequency": "Monthly", "startDate": "2024-01-01"}
    promise["designations"] = [{"projectCode": "GENERAL", "amountDesignated": 5}]
    promised = await house.tenant.crm.post("/crm/api/RecurringGift", promise)
    path = f"/crm/api/RecurringGiftPayment/{promised['id']}"
    assert (await house.tenant.crm.call("POST", path, json={})).status_code in (400, 422)
    assert (await house.tenant.crm.post(path, {"customFields": {"Source": "web"}}))["id"]

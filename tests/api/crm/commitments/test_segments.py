"""Segments of promises, asks and grants: named as gifts name theirs, read back, asked for; those of receipts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.accepted import problem
from tests.api.crm.contacts import sample as contacts
from tests.api.crm.gift_asks.sample import body as ask
from tests.api.crm.grants.sample import body as grant
from tests.api.crm.planned_gifts.sample import body as planned
from tests.api.crm.pledges.sample import body as pledge
from tests.api.crm.recurring_gifts.sample import body as recurring
from tests.api.crm.segments import sample as segments
from tests.support.house import House

pytestmark = pytest.mark.anyio

KINDS = {
    "RecurringGift": lambda giver, **more: recurring("r1", contactId=giver, **more),
    "v2/Pledge": lambda giver, **more: pledge(contactId=giver, **more),
    "GiftAsk": lambda giver, **more: ask("spring", contactId=giver, **more),
    "PlannedGift": lambda giver, **more: planned(contactId=giver, **more),
    "Grant": lambda giver, **more: grant("spring", grantingOrganizationId=giver, **more),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
async def giver(house: House) -> int:
    """A contact."""
    return int((await contacts.make(house.tenant, "ada"))["id"])


@pytest.fixture
async def segment(house: House) -> Any:
    """A segment."""
    return await segments.make(house.tenant, "fall")


async def make(house: House, kind: str, giver: int, **more: Any) -> Any:
    """One of a kind."""
    return await house.tenant.crm.post(f"/crm/api/{kind}", KINDS[kind](giver, **more))


def told(record: Any) -> tuple[Any, ...]:
    """What a record tells of its segment."""
    url = record["segmentUrl"]
    return record["segmentId"], record["segment"], record["segmentCode"], url and url.partition("/api/")[2]


def as_told(segment: Any) -> tuple[Any, ...]:
    """A segment as records tell it."""
    return segment["id"], segment["name"], segment["code"], f"Segment/{segment['id']}"


@each_kind
@pytest.mark.parametrize(
    ("field", "of"), [("segmentId", "id"), ("segmentCode", "code"), ("segment", "code"), ("segment", "name")]
)
async def test_it_is_named_by_id_code_or_name_and_read_back(
    house: House, giver: int, segment: Any, kind: str, field: str, of: str
) -> None:
    said = segment[of].swapcase() if of != "id" else str(segment["id"])
    made = await make(house, kind, giver, **{field: said})
    assert told(made) == as_told(segment)
    assert await house.tenant.crm.get(f"/crm/api/{kind}/{made['id']}") == made


@each_kind
async def test_sent_back_it_stays_and_left_out_it_is_cleared(
    house: House, giver: int, segment: Any, kind: str
) -> None:
    made = await make(house, kind, giver, segmentId=segment["id"])
    path = f"/crm/api/{kind}/{made['id']}"
    assert await house.tenant.crm.put(path, made) == made
    bare = {name: value for name, value in made.items() if not name.startswith("segment")}
    assert told(await house.tenant.crm.put(path, bare)) == (None, None, None, None)


@each_kind
async def test_one_that_is_not_there_is_refused_beside_all_else_that_is_wrong(
    house: House, giver: int, segment: Any, kind: str
) -> None:
    body = KINDS[kind](giver, segmentCode=segment["code"] + "x", projectId=2**40)
    if kind == "RecurringGift":
        body["designations"][0]["projectCode"] = "NOWHERE"
    answer = await house.tenant.crm.call("POST", f"/crm/api/{kind}", json=body)
    details = {each["field"]: each["message"] for each in answer.json()["error"]["details"]}
    other = "designations[0].projectCode" if kind == "RecurringGift" else "projectId"
    assert details.keys() == {"segmentCode", other}
    assert f"Did you mean one of these: {segment['code']}?" in details["segmentCode"]


@each_kind
async def test_it_is_found_by_its_segment(house: House, giver: int, segment: Any, kind: str) -> None:
    made = await make(house, kind, giver, segmentId=segment["id"])
    if kind != "RecurringGift":
        await make(house, kind, giver, **({"referenceId": "other"} if kind == "Grant" else {}))
    else:
        await make(house, kind, giver, transactionId="r2")
    found = await house.tenant.crm.get(f"/crm/api/Segment/{segment['id']}")
    asked = {
        "Segment": found["code"].lower(),
        "Segment Id": found["id"],
        "Segment Name": found["name"],
        "Segment Code": found["code"],
        "Communication Name": found["communicationName"],
        "Campaign Name": found["campaignName"],
        "campaign": found["campaignName"],
    }
    for parameter, value in asked.items():
        assert await ids(house, kind, parameter, "Is", value) == [made["id"]], parameter
        assert len(await ids(house, kind, parameter, "IsNot", value)) == 1, parameter
    assert await ids(house, kind, "Segment", "IsSet") == [made["id"]]
    assert await ids(house, kind, "Legacy Id", "IsSet") == []
    body = {"groups": [{"conditions": [{"parameter": "Campaign Name", "operator": "Is", "value": "none"}]}]}
    assert (await problem(house.tenant, "POST", f"{kind}/Query", json=body))[0] == 400


async def ids(house: House, kind: str, parameter: str, operator: str, value: Any = None) -> list[int]:
    """The records that a condition finds."""
    condition = {"parameter": parameter, "operator": operator, "value": value}
    body = {"groups": [{"conditions": [condition]}]}
    found = await house.tenant.crm.post(f"/crm/api/{kind}/Query", body)
    return [each["id"] for each in found["list"]]


async def test_a_segment_with_another_code_keeps_what_answers_to_it(
    house: House, giver: int, segment: Any
) -> None:
    made = [await make(house, kind, giver, segmentId=segment["id"]) for kind in KINDS]
    changed = await house.tenant.crm.put(
        f"/crm/api/Segment/{segment['id']}", {"name": "Autumn", "code": "AUTUMN"}
    )
    for kind, before in zip(KINDS, made, strict=True):
        since = await house.tenant.crm.get(f"/crm/api/{kind}/{before['id']}")
        assert told(since) == as_told(changed), kind
        assert await house.tenant.crm.put(f"/crm/api/{kind}/{before['id']}", since) == since
        assert await ids(house, kind, "Segment Code", "Is", "autumn") == [before["id"]]


async def test_a_gift_keeps_the_segment_of_its_receipt(house: House, giver: int, segment: Any) -> None:
    crm = house.tenant.crm
    body = {
        "contactId": giver,
        "amount": 5,
        "giftDesignations": [{"projectCode": "GENERAL", "amount": 5}],
        "state": "Add",
        "passthroughGiftAskId": 3,
        "contactMembershipId": 0,
    }
    made = await crm.post("/crm/api/Gift", {**body, "receiptSegmentId": segment["id"]})
    assert made["receiptSegmentId"] == segment["id"]
    assert await crm.put(f"/crm/api/Gift/{made['id']}", made) == made
    for parameter, value in (("Name", segment["name"]), ("Code", segment["code"].lower())):
        (row,) = await asked(house, f"Receipt Segment {parameter}", "Is", value)
        assert row["giftId"] == made["id"]
    assert [row["giftId"] for row in await asked(house, "Receipt Segment", "IsSet")] == [made["id"]]
    assert (await crm.post("/crm/api/Gift", {**body, "receiptSegmentId": 0}))["receiptSegmentId"] is None
    strange = {**body, "receiptSegmentId": segment["id"] + 1000}
    assert (await problem(house.tenant, "POST", "Gift", json=strange))[2] == ["receiptSegmentId"]
    (_, _, fields) = await problem(house.tenant, "PUT", f"Gift/{made['id']}", json=strange)
    assert fields == ["receiptSegmentId"]


async def asked(house: House, parameter: str, operator: str, value: Any = None) -> Any:
    """The designations that a condition finds."""
    condition = {"parameter": parameter, "operator": operator, "value": value}
    body = {"groups": [{"conditions": [condition]}]}
    return (await house.tenant.crm.post("/crm/api/GiftDesignation/Query", body))["list"]

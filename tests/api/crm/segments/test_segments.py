"""Segments, and gifts that answer to them."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.crm.segments import service
from tests.api.crm.accepted import gift, problem, taken
from tests.api.crm.campaigns.sample import STAFF
from tests.api.crm.communications import sample as communications
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio


async def segment(house: House, code: str, **more: Any) -> Any:
    """A segment of a communication of a campaign, all of them new."""
    crm = house.tenant.crm
    campaign = await crm.post(STAFF, {"name": f"{code} campaign"})
    said = communications.body(code, campaign["campaignId"])
    communication = await crm.post("/crm/api/Communication", said)
    of = {"communicationId": communication["communicationId"]}
    return await crm.post("/crm/api/Segment", {"name": f"{code} donors", "code": code, **of, **more})


async def entered(house: House, contact_id: int, **more: Any) -> Any:
    """A gift of 20."""
    split = [{"projectCode": "GENERAL", "amountDesignated": 20}]
    said = {"contactId": contact_id, "amount": 20, "giftDesignations": split, **more}
    return await house.tenant.crm.post("/crm/api/Gift", said)


async def progress(house: House, made: Any) -> Any:
    """What the segments of a segment's campaign brought."""
    found = await house.tenant.crm.get(f"{STAFF}/{made['campaignId']}/Progress")
    return [(one["currencyCode"], one["amount"], one["gifts"]) for one in found["bySegments"]]


async def test_a_segment_is_read_with_its_chain_by_its_code(house: House) -> None:
    made = await segment(house, "MD-24")
    found = await house.tenant.crm.get("/crm/api/Segment/Code/md-24")
    assert found == made
    assert (found["communicationName"], found["campaignName"]) == ("MD-24 appeal", "MD-24 campaign")


@pytest.mark.parametrize("by", ["segmentId", "segmentCode", "segment", "name"])
async def test_a_gift_names_its_segment_by_id_code_or_name(house: House, by: str) -> None:
    made = await segment(house, "MD-24")
    contact, _ = await taken(house)
    names = {
        "segmentId": {"segmentId": str(made["id"])},
        "segmentCode": {"segmentCode": "md-24"},
        "segment": {"segment": "md-24"},
        "name": {"segment": "MD-24 Donors"},
    }
    told = await entered(house, contact, **names[by])
    assert (told["segmentId"], told["segment"], told["segmentCode"]) == (made["id"], "MD-24 donors", "MD-24")
    assert told["segmentUrl"].endswith(f"/api/Segment/{made['id']}")
    row = (await house.tenant.crm.get(f"/crm/api/Gift/ByContact/{contact}"))["list"][0]
    assert row["segment"] == "MD-24 donors"


@pytest.mark.parametrize("said", [{"segmentCode": "MD-42"}, {"segment": "MD-42"}])
async def test_an_unknown_segment_is_refused_with_the_nearest(house: House, said: dict[str, Any]) -> None:
    await segment(house, "MD-24")
    contact, _ = await taken(house)
    split = [{"projectCode": "GENERAL", "amountDesignated": 20}]
    gift_ = {"contactId": contact, "amount": 20, "giftDesignations": split, **said}
    answer = await house.tenant.crm.call("POST", "/crm/api/Gift", json=gift_)
    assert answer.status_code == 400
    assert "Did you mean one of these: MD-24?" in answer.text
    assert await problem(house.tenant, "POST", "Gift/Bulk", json=[gift_]) == (
        400,
        "BAD_REQUEST",
        [f"[0].{next(iter(said))}"],
    )


async def test_gifts_and_designations_are_found_by_segment_communication_and_campaign(house: House) -> None:
    made = await segment(house, "MD-24", packageCode="P7")
    contact, _ = await taken(house)
    told = await entered(house, contact, segmentId=made["id"])
    await entered(house, contact)
    asked = {
        "Segment Name": "MD-24 donors",
        "Segment Code": "md-24",
        "Communication Name": "MD-24 appeal",
        "Communication Channel": "Direct Mail",
        "Campaign Name": "MD-24 campaign",
        "Package Code": "P7",
    }
    for name, value in asked.items():
        groups = [{"conditions": [{"parameter": name, "operator": "Is", "value": value}]}]
        gifts = await house.tenant.crm.post("/crm/api/Gift/Query", {"groups": groups})
        assert [one["id"] for one in gifts["list"]] == [told["id"]], name
        parts = await house.tenant.crm.post("/crm/api/GiftDesignation/Query", {"groups": groups})
        (part,) = parts["list"]
        assert (part["giftId"], part["segmentName"], part["segmentCode"]) == (
            told["id"],
            "MD-24 donors",
            "MD-24",
        )
        assert (part["communicationName"], part["campaignName"]) == ("MD-24 appeal", "MD-24 campaign")


async def test_a_code_is_of_one_segment_in_any_case(house: House) -> None:
    made = await segment(house, "MD-24")
    of = {"communicationId": made["communicationId"]}
    again = {"name": "Twice", "code": "md-24", **of}
    assert (await problem(house.tenant, "POST", "Segment", json=again))[:2] == (409, "CONFLICT")
    other = await house.tenant.crm.post("/crm/api/Segment", {"name": "Other", "code": "LY", **of})
    change = {"name": "Other", "code": "MD-24"}
    status, code, fields = await problem(house.tenant, "PUT", f"Segment/{other['id']}", json=change)
    assert (status, code, fields) == (409, "CONFLICT", ["code"])


async def test_another_code_goes_to_the_gifts_and_the_communication_stays(house: House) -> None:
    made = await segment(house, "MD-24")
    contact, _ = await taken(house)
    told = await entered(house, contact, segmentId=made["id"])
    said = {"name": "Donors", "code": "MD-25", "communicationId": 10**9}
    changed = await house.tenant.crm.put(f"/crm/api/Segment/{made['id']}", said)
    assert changed["communicationId"] == made["communicationId"]
    found = await house.tenant.crm.get(f"/crm/api/Gift/{told['id']}")
    assert (found["segmentId"], found["segmentCode"], found["segment"]) == (made["id"], "MD-25", "Donors")
    groups = [{"conditions": [{"parameter": "Segment Code", "operator": "Is", "value": "MD-25"}]}]
    assert (await house.tenant.crm.post("/crm/api/Gift/Query", {"groups": groups}))["total"] == 1
    assert await progress(house, made) == [("USD", 20, 1)]
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_many_gifts_follow_a_code_in_portions_and_are_not_changed_themselves(
    house: House, rows: OwnRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PORTION", 3)
    origin = {"segmentCode": "late"}
    told = [gift(str(n), ("GENERAL", 100), segment_code="late", origin=origin) for n in range(7)]
    _, gift_ids = await taken(house, *told)
    made = await segment(house, "LATE")
    assert await progress(house, made) == [("USD", 7, 7)]
    await house.tenant.crm.put(f"/crm/api/Segment/{made['id']}", {"name": "Late", "code": "LATER"})
    statement = "SELECT segment_id, segment_code, version FROM crm.gift WHERE organization_id = $1"
    assert [tuple(row) for row in await rows.fetch(statement)] == [(made["id"], "LATER", 1)] * len(gift_ids)
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_gifts_that_came_with_a_code_before_its_segment_are_its(house: House) -> None:
    origin = {"segmentCode": "late"}
    contact, (gift_id,) = await taken(
        house, gift("31", ("GENERAL", 30_000), segment_code="late", origin=origin)
    )
    before = await house.tenant.crm.get(f"/crm/api/Gift/{gift_id}")
    assert (before["segmentId"], before["segmentCode"]) == (None, "late")
    made = await segment(house, "LATE")
    found = await house.tenant.crm.get(f"/crm/api/Gift/{gift_id}")
    assert (found["segmentId"], found["segmentCode"]) == (made["id"], "LATE")
    assert await progress(house, made) == [("USD", 300, 1)]
    assert [one["id"] for one in (await of_contact(house, contact))["list"]] == [made["id"]]
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def of_contact(house: House, contact_id: int) -> Any:
    """The segments of a contact."""
    return await house.tenant.crm.get(f"/crm/api/Segment/ByContact/{contact_id}")


async def test_a_later_version_of_a_gift_keeps_the_segment_that_was_given_another_code(house: House) -> None:
    made = await segment(house, "MD-24")
    sent: dict[str, Any] = {"segment_code": "MD-24", "origin": {"segmentCode": "MD-24"}}
    _, (gift_id,) = await taken(house, gift("31", ("GENERAL", 30_000), **sent))
    await house.tenant.crm.put(f"/crm/api/Segment/{made['id']}", {"name": "Donors", "code": "MD-25"})
    await taken(house, gift("31", ("GENERAL", 40_000), version=2, **sent))
    found = await house.tenant.crm.get(f"/crm/api/Gift/{gift_id}")
    assert (found["amount"], found["segmentId"], found["segmentCode"]) == (400, made["id"], "MD-25")
    assert await progress(house, made) == [("USD", 400, 1)]


async def test_a_later_version_of_a_gift_goes_to_another_segment_or_none(house: House) -> None:
    first, second = await segment(house, "MD-24"), await segment(house, "LY-24")
    await taken(house, gift("31", ("GENERAL", 30_000), segment_code="MD-24"))
    await taken(house, gift("31", ("GENERAL", 30_000), segment_code="LY-24", version=2))
    assert (await progress(house, first), await progress(house, second)) == ([], [("USD", 300, 1)])
    await taken(house, gift("31", ("GENERAL", 30_000), version=3))
    assert (await progress(house, first), await progress(house, second)) == ([], [])
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_segment_that_is_read_and_written_back_loses_nothing(house: House) -> None:
    made = await segment(
        house,
        "MD-24",
        description="Donors of spring",
        totalContacts=1200,
        contactQueryId=7,
        costPerContact=0.4375,
        packageCode="P-1",
        packageDescription="A letter with a card",
        receiptSegmentId=3,
        segmentOrganizerId=5,
    )
    assert (made["packageCode"], made["costPerContact"], made["totalContacts"]) == ("P-1", 0.4375, 1200)
    kept = await house.tenant.crm.put(f"/crm/api/Segment/{made['id']}", made)
    assert kept == made

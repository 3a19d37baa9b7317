"""Gifts of the CRM over HTTP: read by id, by source key and by contact."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.api.crm.accepted import SOURCE, gift, problem, project, taken
from tests.support.house import House

pytestmark = pytest.mark.anyio

CRM = "http://almoner.test/crm"


async def test_a_gift_is_read_by_id_and_by_source_key(house: House) -> None:
    origin = {"raiseGiftId": 31, "campaignId": 2, "campaignName": "Year-End", "segmentCode": "S1"}
    await project(house.tenant, "Education", externalAccountingCode="5200")
    contact_id, (gift_id,) = await taken(
        house,
        gift(
            "31", ("GENERAL", 30_000), ("EDUCATION", 20_000), origin=origin, segment_code="S1", notes="Thanks"
        ),
    )
    found = await house.tenant.crm.get(f"/crm/api/Gift/{gift_id}")
    assert await house.tenant.crm.get(f"/crm/api/Gift/{SOURCE}/31") == found
    assert (found["contactId"], found["contactName"], found["contactUrl"]) == (
        contact_id,
        "Ada Example",
        f"{CRM}/api/Contact/{contact_id}",
    )
    assert (found["amount"], found["giftDate"], found["segmentCode"]) == (500, "2023-12-07T00:00:00", "S1")
    assert (found["sourceRaiseGiftId"], found["notes"]) == (31, "Thanks")
    assert found["origin"] == dict.fromkeys(found["origin"]) | origin
    assert [
        (part["projectCode"], part["externalAccountingCode"], part["amountDesignated"])
        for part in found["giftDesignations"]
    ] == [("GENERAL", None, 300), ("EDUCATION", "5200", 200)]


async def test_gifts_of_a_contact_are_paged_and_sorted(house: House) -> None:
    contact_id, ids = await taken(
        house,
        gift("1", ("GENERAL", 200), day=date(2023, 3, 1)),
        gift("2", ("GENERAL", 100), day=date(2023, 2, 1)),
        gift("3", ("GENERAL", 300), day=date(2023, 1, 1)),
    )
    path = f"/crm/api/Gift/ByContact/{contact_id}"

    async def order(**params: Any) -> list[int]:
        page = await house.tenant.crm.get(path, **params)
        assert page["total"] == 3
        return [ids.index(row["id"]) + 1 for row in page["list"]]

    assert await order() == [1, 2, 3]
    assert await order(sortBy="GiftDate") == [3, 2, 1]
    assert await order(sortBy="Amount", descending=True) == [3, 1, 2]
    assert await order(sortBy="Gift Date", skip=1, take=1) == [2]
    assert (
        await order(sortBy="unheard of")
        == await order(sortBy="CreatedDateTime")
        == await order(sortBy="Batch")
    )
    row = (await house.tenant.crm.get(path, take=1))["list"][0]
    assert (row["giftDate"], row["amount"], row["giftUrl"]) == (
        "3/1/2023",
        "$2.00",
        f"{CRM}/api/Gift/{ids[0]}",
    )


async def test_a_page_of_gifts_has_a_size(house: House) -> None:
    refused = await problem(house.tenant, "GET", "Gift/ByContact/999?take=1001")
    assert refused[:3] == (400, "BAD_REQUEST", ["take"])


async def test_unknown_gifts_are_not_found(house: House) -> None:
    for path in ("Gift/999", f"Gift/{SOURCE}/nothing", "Gift/abc"):
        assert (await problem(house.tenant, "GET", path))[:2] == (404, "NOT_FOUND")

"""A gift of which a part went back becomes another donor's: the CRM nets to the cent, and the receipt is written again to the right one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from almoner.giving.receipts.rules import Cause
from tests.support.desk import Desk, receipts
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio


class Tale:
    """A house and its desk, of which everything has settled before one asks."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.desk = Desk(house, folder)

    async def settle(self) -> None:
        """Until the CRM and the receipts are up to date; every figure agrees then."""
        await self.house.settle()
        await self.desk.settle()
        assert await wrong_figures(self.house.app.db, self.house.tenant.id) == []

    async def refund(self, gift: Any, amount: float) -> None:
        """Give back a part of a gift."""
        path = f"/raise/api/Gift/{gift['id']}/refund"
        await self.house.tenant.raise_.post(path, {"amount": amount, "reason": "Asked for"})

    async def given(self, donor_id: int) -> tuple[str, str]:
        """What a donor gave, as giving's queries and the CRM's contact tell it."""
        tenant = self.house.tenant
        condition = {"parameter": "Id", "operator": "Is", "value": str(donor_id)}
        body = {"groups": [{"conditions": [condition]}], "selectedColumns": ["Lifetime Giving"]}
        found = await tenant.raise_.post("/raise/api/Donor/query", body)
        key = (await tenant.settled("donor", donor_id))["crmKey"]
        contact = await tenant.crm.get(f"/crm/api/Contact/{key}")
        (given,) = found["items"][0]["metadata"]
        return given, contact["lifeToDateGiving"]

    async def receipt(self, gift: Any) -> tuple[int, float]:
        """Of the one receipt of a gift that holds: whose it is, and of how much."""
        (one,) = await receipts(self.house.tenant, giftId=gift["id"], state="issued")
        return one["donorId"], one["amount"]


@pytest.fixture
def tale(house: House, tmp_path: Path) -> Tale:
    return Tale(house, tmp_path)


async def test_a_gift_that_was_partly_refunded_is_transferred(house: House, tale: Tale) -> None:
    tenant = house.tenant
    gift, other = await tenant.give(10.01, "ada@example.org"), await tenant.give(5, "bo@example.org")
    ada, bo = gift["donorId"], other["donorId"]
    await tale.refund(gift, 3.34)
    await tale.settle()
    assert await tale.receipt(gift) == (ada, 6.67)
    await tenant.raise_.post(
        f"/raise/api/Gift/{gift['id']}/transfer", {"donorId": bo, "reason": "Bo gave it"}
    )
    await tale.settle()
    assert await tale.given(ada) == ("$0.00", "$0.00")
    assert await tale.given(bo) == ("$11.67", "$11.67")
    assert await tale.receipt(gift) == (bo, 6.67)
    before = (await receipts(tenant, giftId=gift["id"], donorId=ada))[-1]
    assert (before["state"], before["cause"]) == ("void", Cause.MOVED)
    last = tale.desk.mail(tenant)[-1]
    assert last["To"] == "bo@example.org" and "$6.67" in last.get_body().get_content()  # type: ignore[union-attr]
    await tale.refund(gift, 6.67)
    await tale.settle()
    assert await tale.given(bo) == ("$5.00", "$5.00")
    assert await receipts(tenant, giftId=gift["id"], state="issued") == []
    assert tale.desk.mail(tenant)[-1]["To"] == "bo@example.org"


async def test_a_donor_of_refunded_gifts_is_merged_and_parts_again(house: House, tale: Tale) -> None:
    """One refund the CRM knows before the merge, one it hears of after."""
    tenant = house.tenant
    mine, theirs = await tenant.give(10, "ada@example.org"), await tenant.give(20.02, "a.example@example.com")
    ada, twin = mine["donorId"], theirs["donorId"]
    await tale.refund(theirs, 8.01)
    await tale.settle()
    await tale.refund(theirs, 2)
    await tenant.raise_.post(f"/raise/api/Donor/{ada}/merge", {"duplicateId": twin, "reason": "one person"})
    await tale.settle()
    assert await tale.given(ada) == ("$20.01", "$20.01")
    assert await tale.receipt(theirs) == (ada, 10.01)
    assert tale.desk.mail(tenant)[-1]["To"] == "ada@example.org"
    await tenant.raise_.post(f"/raise/api/Donor/{twin}/unmerge", {"reason": "two after all"})
    await tale.settle()
    assert await tale.given(ada) == ("$10.00", "$10.00")
    assert await tale.given(twin) == ("$10.01", "$10.01")
    assert await tale.receipt(theirs) == (twin, 10.01)
    assert await tale.receipt(mine) == (ada, 10)


async def test_who_was_merged_hears_that_the_receipt_of_a_gift_that_went_back_is_void(
    house: House, tale: Tale
) -> None:
    tenant = house.tenant
    mine, theirs = await tenant.give(10, "ada@example.org"), await tenant.give(20, "a.example@example.com")
    await tale.settle()
    merge = {"duplicateId": theirs["donorId"], "reason": "one person"}
    await tenant.raise_.post(f"/raise/api/Donor/{mine['donorId']}/merge", merge)
    await tale.refund(theirs, 20)
    sent = len(tale.desk.mail(tenant))
    await tale.settle()
    (receipt,) = await receipts(tenant, giftId=theirs["id"])
    assert (receipt["state"], receipt["cause"]) == ("void", "given_back")
    (letter,) = tale.desk.mail(tenant)[sent:]
    assert letter["To"] == "ada@example.org" and receipt["number"] in letter.get_body().get_content()  # type: ignore[union-attr]


async def test_who_is_given_a_gift_that_went_back_hears_nothing_of_a_receipt_they_never_had(
    house: House, tale: Tale
) -> None:
    tenant = house.tenant
    gift, other = await tenant.give(10, "ada@example.org"), await tenant.give(5, "bo@example.org")
    await tale.settle()
    moved = {"donorId": other["donorId"], "reason": "Bo gave it"}
    await tenant.raise_.post(f"/raise/api/Gift/{gift['id']}/transfer", moved)
    await tale.refund(gift, 10)
    sent = len(tale.desk.mail(tenant))
    await tale.settle()
    (receipt,) = await receipts(tenant, giftId=gift["id"])
    assert (receipt["state"], receipt["cause"]) == ("void", "moved")
    assert len(tale.desk.mail(tenant)) == sent

"""What a campaign raised in a house that is given several currencies, and gifts in test mode."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.console.conftest import visit
from tests.integration.sync.reasons import campaign
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio


@pytest.fixture
async def spring(house: House) -> int:
    """A campaign with a goal of $100 that was given $10, JPY 1,000 and KWD 5, and $50 in test mode."""
    id_ = await campaign(house.tenant, givingGoal=100)
    await house.tenant.give(10, campaignId=id_)
    await house.tenant.give(1000, campaignId=id_, currencyCode="JPY")
    await house.tenant.give(5, email="bo@example.org", campaignId=id_, currencyCode="KWD")
    await house.tenant.give(50, email="bo@example.org", campaignId=id_, isTestMode=True)
    return id_


async def read(house: House, id_: int) -> Any:
    return await house.tenant.raise_.get(f"/raise/api/Campaign/{id_}")


async def test_only_real_gifts_in_the_base_currency_are_raised(house: House, spring: int) -> None:
    told = await read(house, spring)
    assert (told["raisedAmount"], told["raisedPercentage"]) == ("$10.00", 10)
    assert (told["totalGifts"], told["totalDonors"], told["averageGiftAmount"]) == (1, 1, "$10.00")


async def test_other_currencies_and_test_gifts_are_told_beside_it(house: House, spring: int) -> None:
    told = await read(house, spring)
    assert [(one["formattedAmount"], one["totalGifts"]) for one in told["raisedByCurrency"]] == [
        ("JPY 1,000", 1),
        ("KWD 5.000", 1),
        ("$10.00", 1),
    ]
    assert told["testGifts"] == 1


async def test_list_and_toggle_say_the_same(house: House, spring: int) -> None:
    told = await read(house, spring)
    (listed,) = (await house.tenant.raise_.get("/raise/api/Campaign/list"))["items"]
    toggled = await house.tenant.raise_.put(f"/raise/api/Campaign/{spring}/toggle-sync")
    assert listed == told
    assert toggled["raisedByCurrency"] == told["raisedByCurrency"] and toggled["testGifts"] == 1


async def test_the_base_currency_is_the_organizations(house: House) -> None:
    tenant = await house.another_tenant("Tokyo", currency="JPY")
    id_ = await campaign(tenant, givingGoal=2000)
    await tenant.give(1000, campaignId=id_)
    await tenant.give(1000, campaignId=id_, currencyCode="USD")
    told = await tenant.raise_.get(f"/raise/api/Campaign/{id_}")
    assert (told["raisedAmount"], told["raisedPercentage"], told["totalGifts"]) == ("JPY 1,000", 50, 1)


async def test_staff_see_each_currency_and_what_was_a_test(house: House, spring: int) -> None:
    browser = visit(house)
    await browser.sign_in()
    page = (await browser.get("/console/campaigns")).text
    lines = ["$10.00 · 1 gift", "JPY 1,000 · 1 gift", "KWD 5.000 · 1 gift", "1 gift in test mode"]
    assert [line for line in lines if f">{line}<" in page] == lines
    await browser.client.aclose()


async def test_the_fund_and_the_contact_tell_each_currency_apart_in_the_crm(
    house: House, spring: int
) -> None:
    """The gift in test mode is not there."""
    await house.settle()
    fund = await house.tenant.crm.get("/crm/api/Project/Code/GENERAL")
    assert (fund["lifeToDateGiving"], fund["lifeToDateGiftCount"], fund["currentBalance"]) == (10, 1, 10)
    told = {each["currencyCode"]: each for each in fund["givingByCurrency"]}
    assert [(code, each["lifeToDateGiving"]) for code, each in told.items()] == [
        ("JPY", 1000),
        ("KWD", 5),
        ("USD", 10),
    ]
    assert {each["lifeToDateGiversCount"] for each in told.values()} == {1}
    contact = await house.tenant.crm.get("/crm/api/Contact/Find", email="ada@example.org")
    assert contact["lifeToDateGiving"] == "$10.00"
    assert [each["lifeToDateGiving"] for each in contact["givingByCurrency"]] == ["JPY 1,000", "$10.00"]
    assert await wrong_figures(house.app.db, house.tenant.id) == []

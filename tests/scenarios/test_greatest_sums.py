"""More of the greatest gifts than a sum of 64 bits holds, real ones and in test mode: everything is still answered, exactly."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from almoner.kernel.money import MINOR_MAX
from tests.api.console.conftest import visit
from tests.integration.sync.reasons import campaign
from tests.support.batches import give_batch, new_gift
from tests.support.figures import wrong_figures
from tests.support.house import Api, House

pytestmark = pytest.mark.anyio

GIFTS, BATCH = 9_600, 480
WHOLE = Decimal(GIFTS) * MINOR_MAX / 100
TOLD = "$96,000,000,000,000,000.00"

assert GIFTS * MINOR_MAX > 2**63


async def give_the_greatest(house: House, campaign_id: int, **fields: Any) -> None:
    """Far more than a house was ever given, by one donor, through the function that writes every gift."""
    gift = new_gift(MINOR_MAX, email="croesus@example.org", campaign_id=campaign_id, **fields)
    for _ in range(GIFTS // BATCH):
        async with house.app.db.tenant(house.tenant.id) as tx:
            await give_batch(tx, *[gift] * BATCH)


async def read(api: Api, path: str) -> Any:
    """The answer, which must be one, with its numbers exact."""
    answer = await api.call("GET", path)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return json.loads(answer.text, parse_float=Decimal)


async def console(house: House) -> dict[str, str]:
    """Every live region of the console as text, and the page itself."""
    browser = visit(house)
    async with browser.client:
        await browser.sign_in()
        answers = {path: await browser.get(f"/console/{path}") for path in ("", "balance", "campaigns")}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {path: answer.text for path, answer in answers.items()}


async def test_greatest_gifts_in_test_mode_stop_nothing_of_a_campaign(house: House) -> None:
    spring = await campaign(house.tenant, givingGoal=100)
    await give_the_greatest(house, spring, is_test_mode=True)
    await house.tenant.give(10, campaignId=spring)
    await house.settle()
    told = await read(house.tenant.raise_, f"/raise/api/Campaign/{spring}")
    assert (told["raisedAmount"], told["raisedPercentage"], told["testGifts"]) == ("$10.00", 10, GIFTS)
    assert (await read(house.tenant.raise_, "/raise/api/Campaign/list"))["items"] == [told]
    toggled = await house.tenant.raise_.put(f"/raise/api/Campaign/{spring}/toggle-sync")
    assert toggled["canSync"] is False
    pages = await console(house)
    assert "$10.00 · 1 gift" in pages["campaigns"] and TOLD in pages["balance"]
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_greatest_gifts_are_summed_to_the_cent_on_both_sides(house: House) -> None:
    spring = await campaign(house.tenant, givingGoal=100)
    await give_the_greatest(house, spring)
    await house.settle()
    last = await house.tenant.give("0.01", email="croesus@example.org", campaignId=spring)
    assert (await house.tenant.settled("gift", last["id"]))["state"] == "synced"

    told = await read(house.tenant.raise_, f"/raise/api/Campaign/{spring}")
    assert (told["raisedAmount"], told["raisedPercentage"]) == (TOLD[:-1] + "1", 100)
    assert told["raisedByCurrency"][0]["amount"] == WHOLE + Decimal("0.01")
    fund = await read(house.tenant.crm, "/crm/api/Project/Code/GENERAL")
    assert fund["lifeToDateGiving"] == fund["currentBalance"] == WHOLE + Decimal("0.01")
    contact = await read(house.tenant.crm, "/crm/api/Contact/Find?email=croesus@example.org")
    assert contact["lifeToDateGiving"] == TOLD[:-1] + "1"
    assert "Both sides agree to the cent." in (await console(house))["balance"]
    assert await wrong_figures(house.app.db, house.tenant.id) == []

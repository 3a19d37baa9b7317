"""What the page of a gift tells of what came with it, and the overview of a pause."""

from __future__ import annotations

import re

import pytest

from tests.api.console.conftest import Visit
from tests.integration.sync.reasons import campaign

pytestmark = pytest.mark.anyio


async def test_a_pause_may_say_why_and_the_overview_tells_it(browser: Visit) -> None:
    tenant = browser.house.tenant
    campaign_id = await campaign(tenant)
    token = await browser.sign_in()
    assert f'id="why-{campaign_id}"' in (await browser.get("/console/")).text
    path = f"/console/campaigns/{campaign_id}/sync"
    await browser.post(path, {"csrf_token": token, "canSync": "false", "reason": " Year end <close> "})
    page = (await browser.get("/console/")).text
    assert "Paused by console: Year end &lt;close&gt;" in page and f'id="why-{campaign_id}"' not in page
    await browser.post(path, {"csrf_token": token, "canSync": "true"})
    assert "Resumed by console<" in (await browser.get("/console/")).text.replace(", <time", "<")


async def test_the_page_of_a_gift_tells_what_came_with_it(browser: Visit) -> None:
    tenant = browser.house.tenant
    premium = await tenant.raise_.post("/raise/api/Premium", {"name": "Mug", "code": "MUG", "fairValue": 4})
    gift = await tenant.give(
        25,
        email="a.very.long.name.of.somebody@a-long-domain.example.org",
        premiumId=premium["id"],
        tribute={"type": "InMemoryOf", "name": "Grace Moss", "notifyName": "Bo Moss", "message": "With love"},
        billingAddress={"address1": "1 Main St", "city": "Reno", "country": "US"},
    )
    await browser.sign_in()
    page = (await browser.get(f"/console/gifts/{gift['id']}")).text
    told = await tenant.raise_.get(f"/raise/api/Gift/{gift['id']}")
    assert told["transactionId"] in page
    assert "Mug, worth $4.00" in page
    assert "In Memory Of Grace Moss: With love (to be told: Bo Moss)" in page
    assert "1 Main St, Reno" in page
    assert "somebody<wbr>@a-long-domain<wbr>.example<wbr>.org" in page


async def test_the_trace_tells_what_was_given_what_was_corrected_and_whose_it_became(
    browser: Visit,
) -> None:
    tenant = browser.house.tenant
    gift, other = await tenant.give(50, email="ada@example.org"), await tenant.give(5, email="bo@example.org")
    path, page = f"/raise/api/Gift/{gift['id']}", f"/console/gifts/{gift['id']}"
    await browser.sign_in()

    async def trace() -> list[tuple[str, str]]:
        text = (await browser.get(page)).text
        return re.findall(
            r"<strong>(Given|Corrected|Moved[^<]*)</strong>\s*(?:<span[^>]*>([^<]*)</span>)?", text
        )

    assert await trace() == [("Given", "$50.00")]
    await tenant.raise_.call("PATCH", path, json={"amount": 60})
    corrected = ("Corrected", "Amount (it was $50.00), split")
    assert await trace() == [("Given", "$50.00"), corrected]
    await tenant.raise_.post(
        f"{path}/transfer", {"donorId": other["donorId"], "reason": "Her card, his gift"}
    )
    whose = f"Moved from donor {gift['donorId']} to donor {other['donorId']}"
    moved = (whose, "by first key: Her card, his gift")
    assert await trace() == [("Given", "$50.00"), corrected, moved]
    await tenant.raise_.post(f"{path}/refund", {"amount": 10}, headers={"Idempotency-Key": "ten"})
    assert await trace() == [("Given", "$50.00"), corrected, moved], "money that went back is told apart"
    await tenant.raise_.call("PATCH", path, json={"comment": "For Ada"})
    assert set(await trace()) == {("Given", "$50.00"), corrected, moved, ("Corrected", "Comment")}

"""A gift goes back in part, and a pause says why, by somebody who has nothing but the console."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Watched
from tests.integration.sync.reasons import campaign

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def test_a_part_of_one_project_goes_back_and_stands_on_the_page(watched: Watched) -> None:
    tenant, page = watched.site.house.tenant, watched.page
    await tenant.raise_.post("/raise/api/Project", {"name": "Wells", "code": "WELLS"})
    split = [{"code": "GENERAL", "amount": 7}, {"code": "WELLS", "amount": 3}]
    gift = await tenant.give(10, projects=split)
    await watched.sign_in()
    await page.goto(f"{watched.site.url}/console/gifts/{gift['id']}")
    await page.get_by_role("link", name="Refund this gift").click()
    await page.get_by_label("Amounts of single projects").check()
    await page.get_by_label("Wells, of $3.00 left").fill("2")
    await page.get_by_label("Why").fill("Meant for the fund")
    await page.get_by_role("button", name="Send it back").dblclick()
    await expect(page.get_by_role("status").filter(has_text="The refund went.")).to_be_visible()
    assert "Meant" not in page.url
    await expect(page.locator("h1 .badge")).to_have_text("Refunded in part")
    await expect(page.locator(".card.back")).to_have_count(1)
    await expect(page.locator(".card.back")).to_contain_text("Meant for the fund")
    await page.get_by_role("navigation").get_by_role("link", name="Refunds").click()
    await expect(page.locator(".causes li")).to_have_count(1)
    watched.assert_quiet()


async def test_what_is_typed_beside_a_switch_outlasts_the_gifts_that_come(watched: Watched) -> None:
    tenant, page = watched.site.house.tenant, watched.page
    campaign_id = await campaign(tenant)
    await watched.sign_in()
    why = page.locator(f"#why-{campaign_id}")
    await why.fill("Year end")
    async with page.expect_response("**/console/arrivals*"):
        await tenant.give(10, campaignId=campaign_id)
    await expect(page.locator("#gifts")).to_contain_text("$10.00")
    await page.wait_for_timeout(4000)  # longer than the campaigns take to show themselves anew
    await expect(why).to_have_value("Year end")
    await page.get_by_role("button", name="Pause sync").click()
    await expect(page.locator(f"#campaign-{campaign_id}")).to_contain_text("Paused by console: Year end")
    await expect(page.locator(f"#campaign-{campaign_id}")).to_contain_text("$10.00")
    watched.assert_quiet()

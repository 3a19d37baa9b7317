"""The console's first page as a person sees it."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from almoner.cli.console import sign_in_link
from tests.browser.conftest import Site, Watched

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def _campaign(site: Site) -> int:
    made = await site.house.tenant.raise_.post(
        "/raise/api/Campaign", {"name": "Spring appeal", "startDate": "2025-01-01T00:00:00Z"}
    )
    return int(made["id"])


async def test_a_gift_appears_as_synced_with_a_way_to_the_crm(watched: Watched) -> None:
    await watched.sign_in()
    page = watched.page
    await expect(page.get_by_text("No gifts yet.")).to_be_visible()
    await expect(page.get_by_text("/raise/api/Raise/give")).to_be_visible()
    gift = await watched.site.house.tenant.give(125.5)
    row = page.locator(f"#gift-{gift['id']}")
    await expect(row).to_contain_text("Ada Example")
    await expect(row).to_contain_text("$125.50")
    await expect(row.locator(".badge")).to_have_text("In the CRM")
    await expect(page.locator("#announcement")).to_contain_text("$125.50 from Ada Example")
    await expect(page.locator("#balance .verdict")).to_have_text("Both sides agree to the cent.")
    await expect(page.locator("#balance .synced .sum")).to_have_text("$125.50")
    await expect(page.locator("[data-word=note]")).to_contain_text("1 gift went to the CRM directly")
    await expect(page.locator(".chart canvas")).to_be_visible()
    await row.get_by_role("link", name="View in CRM").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Ada Example")
    await page.get_by_role("link", name="contact and gifts").click()
    await expect(page.locator("tr:target")).to_contain_text("$125.50")
    watched.assert_quiet()


async def test_pausing_a_campaign_withholds_the_next_gift_and_says_why(watched: Watched) -> None:
    campaign_id = await _campaign(watched.site)
    tenant, page = watched.site.house.tenant, watched.page
    await watched.sign_in()
    campaign = page.locator(f"#campaign-{campaign_id}")
    await campaign.get_by_role("button", name="Pause sync").click()
    await expect(campaign).to_contain_text("Paused by console")
    held = await tenant.give(40, campaignId=campaign_id)
    row = page.locator(f"#gift-{held['id']}")
    await expect(row.locator(".badge")).to_have_text("Stays in giving")
    await expect(row).to_contain_text("Campaign was paused")
    await expect(row).to_contain_text("Turning it on is not retroactive.")
    await expect(row.get_by_role("link", name="Why?")).to_be_visible()
    await campaign.get_by_role("button", name="Resume sync").click()
    await expect(campaign).to_contain_text("Resumed by console")
    free = await tenant.give(60, campaignId=campaign_id)
    await expect(page.locator(f"#gift-{free['id']} .badge")).to_have_text("In the CRM")
    await expect(row.locator(".badge")).to_have_text("Stays in giving")
    await expect(page.locator("#balance .withheld .sum")).to_have_text("$40.00")
    await expect(page.locator("#balance .verdict")).to_have_text("Both sides agree to the cent.")
    watched.assert_quiet()


async def test_a_tab_left_open_follows_the_browsers_later_sign_in(watched: Watched) -> None:
    site = watched.site
    await watched.sign_in()
    other = await site.house.another_tenant("Larkspur Relief")
    app = site.house.app
    tab = await watched.page.context.new_page()
    await tab.goto(await sign_in_link(app.db, other.id, app.settings, site.url, app.clock.now()))
    await tab.get_by_role("button", name="Sign in").click()
    await expect(tab.locator(".organization")).to_have_text("Larkspur Relief")
    await watched.page.bring_to_front()
    await expect(watched.page.locator(".organization")).to_have_text("Larkspur Relief")


async def test_focus_stays_on_a_switch_while_regions_refresh(watched: Watched) -> None:
    campaign_id = await _campaign(watched.site)
    await watched.sign_in()
    switch = watched.page.locator(f"#switch-{campaign_id}")
    await switch.focus()
    await watched.site.house.tenant.give(70, campaignId=campaign_id)
    await expect(watched.page.locator(f"#campaign-{campaign_id}")).to_contain_text("$70.00")
    await expect(switch).to_be_focused()
    watched.assert_quiet()


async def test_everything_works_without_script(site: Site, browser: Browser) -> None:
    campaign_id = await _campaign(site)
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(await site.link())
    await page.get_by_role("button", name="Sign in").click()
    campaign = page.locator(f"#campaign-{campaign_id}")
    await campaign.get_by_role("button", name="Pause sync").click()
    await expect(campaign).to_contain_text("Paused by console")
    held = await site.house.tenant.give(40, campaignId=campaign_id)
    await site.house.tenant.settled("gift", held["id"])
    await page.get_by_role("link", name="Refresh it").click()
    await expect(page.locator(f"#gift-{held['id']} .badge")).to_have_text("Stays in giving")
    await page.get_by_role("button", name="Sign out").click()
    await page.goto(f"{site.url}/console/")
    await page.get_by_text("No password yet?").click()
    await expect(page.get_by_text("almoner console link")).to_be_visible()
    await context.close()


async def test_a_lost_session_leads_to_the_sign_in_page(watched: Watched) -> None:
    await watched.sign_in()
    await watched.page.context.clear_cookies()
    await watched.page.wait_for_url("**/console/sign-in")
    await expect(watched.page.get_by_role("heading", name="Sign in to Almoner")).to_be_visible()

"""A gift that failed long ago is found, explained and mended by somebody who has nothing but the console."""

from __future__ import annotations

import asyncpg
import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.conftest import Site, Watched
from tests.integration.sync.reasons import NOWHERE, contact, giving_project, reached
from tests.support.batches import give_batch, new_gift
from tests.support.house import Tenant

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

LATER, BATCH = 10_000, 500
CLICKS_MAX = 5


class Hand:
    """Presses things, and counts."""

    def __init__(self) -> None:
        self.clicks = 0

    async def click(self, what: Locator) -> None:
        """Press one thing."""
        self.clicks += 1
        await what.click()


async def _given_later(site: Site, tenant: Tenant) -> None:
    """Ten thousand gifts of two hundred donors, written in batches, as the writer of gives does."""
    for first in range(0, LATER, BATCH):
        gifts = [new_gift(100 + n, email=f"kim{n % 200}@example.org") for n in range(first, first + BATCH)]
        async with site.house.app.db.tenant(tenant.id) as tx:
            await give_batch(tx, *gifts)


async def _failed_gift(tenant: Tenant) -> int:
    await giving_project(tenant, "ROOF")
    gift = await tenant.give(10, projects=[{"code": "ROOF"}])
    await reached(tenant, "gift", gift["id"], "project_unknown")
    return int(gift["id"])


async def test_a_gift_that_failed_ten_thousand_gifts_ago_is_found_explained_and_mended(
    watched: Watched,
) -> None:
    tenant, page, hand = watched.site.house.tenant, watched.page, Hand()
    gift_id = await _failed_gift(tenant)
    await _given_later(watched.site, tenant)
    await watched.sign_in()
    await expect(page.locator(f"#gift-{gift_id}")).to_have_count(0)  # long gone from the newest
    await expect(page.locator("#balance .needs")).to_have_text("1 gift needs you")

    await hand.click(page.get_by_role("link", name="Needs you", exact=False).first)
    await expect(page.locator("#cause-1")).to_contain_text("Project not in the CRM: ROOF")
    await hand.click(page.locator("#cause-1").get_by_role("link", name="1 gift"))
    await hand.click(page.locator(f"#gift-{gift_id}").get_by_role("link", name="Mend it"))
    state = page.locator("#gift-state")
    await expect(state).to_contain_text("Needs attention")
    await expect(state).to_contain_text("The CRM has no project with the code ROOF.")
    await hand.click(state.get_by_role("button", name="Make project ROOF in the CRM"))

    await expect(page.locator(".said")).to_contain_text("The project is in the CRM")
    await expect(state.locator(".badge")).to_have_text("In the CRM", timeout=30_000)
    await expect(page.locator("#needs-sign")).to_have_text("Needs you", timeout=15_000)
    assert hand.clicks <= CLICKS_MAX
    await reached(tenant, "gift", gift_id, None)
    watched.assert_quiet()


async def test_a_gift_behind_its_donor_shows_the_donors_cause_and_is_mended_by_one_link(
    watched: Watched, dsn: str
) -> None:
    site, page = watched.site, watched.page
    tenant = site.house.tenant
    gift = await tenant.give(25, donor={"crmKey": NOWHERE})
    await reached(tenant, "donor", gift["donorId"], "contact_not_found")
    owner = await asyncpg.connect(dsn)
    meant = await contact(owner, tenant, "ada@example.org", "Ada", "Example")
    await owner.close()
    await watched.sign_in()
    await page.goto(f"{site.url}/console/gifts/{gift['id']}")
    state = page.locator("#gift-state")
    await expect(state).to_contain_text(
        f"The CRM key {NOWHERE} that was given for the donor names no contact"
    )
    await state.get_by_role("button", name=f"Link to contact {meant}").click()
    await page.get_by_role("button", name=f"Link Ada Example to contact {meant}").click()
    await expect(page.locator(".said")).to_contain_text("The donor is linked")
    await expect(state.locator(".badge")).to_have_text("In the CRM", timeout=15_000)
    watched.assert_quiet()


async def test_the_list_is_searched_filtered_and_paged_without_script(site: Site, browser: Browser) -> None:
    tenant = site.house.tenant
    async with site.house.app.db.tenant(tenant.id) as tx:
        await give_batch(tx, *(new_gift(100 + n, email=f"kim{n}@example.org") for n in range(30)))
    failed = await _failed_gift(tenant)
    page = await (await browser.new_context(java_script_enabled=False)).new_page()
    await page.goto(await site.link())
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name="Gifts", exact=True).click()
    await expect(page.locator("tbody tr")).to_have_count(25)
    await page.get_by_role("link", name="Older gifts").click()
    await expect(page.locator("tbody tr")).to_have_count(6)
    await page.get_by_label("Search").fill("kim7@example.org")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_label("Search").fill("")
    await page.get_by_label("Show").select_option("failed")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.locator(f"#gift-{failed}")).to_contain_text("Needs attention")
    await page.context.close()

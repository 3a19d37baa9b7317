"""What axe-core finds on each page, light and dark, on a phone and on a desk: nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page

from tests.browser.conftest import Site
from tests.integration.sync.reasons import NOWHERE, campaign, giving_project, reached
from tests.support.crm_scene import crm_scene
from tests.support.house import Tenant

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = {"runOnly": ["color-contrast"]}
WIDTHS = (390, 1280)


async def _furnished(tenant: Tenant) -> list[str]:
    """A house with a gift in each state; the addresses of pages to look at."""
    await giving_project(tenant, "ROOF")
    synced = await tenant.give(50, email="bo@example.org")
    euro = await tenant.give(20, email="cy@example.org", currencyCode="EUR")
    withheld = await tenant.give(30, email="di@example.org", isTestMode=True)
    failed = await tenant.give(10, projects=[{"code": "ROOF"}], email="ed@example.org")
    waiting = await tenant.give(25, donor={"crmKey": NOWHERE})
    await reached(tenant, "donor", waiting["donorId"], "contact_not_found")
    await reached(tenant, "gift", failed["id"], "project_unknown")
    await reached(tenant, "gift", euro["id"], None)
    crm_id = (await reached(tenant, "gift", synced["id"], None))["crmKey"]
    contact = await tenant.crm.get("/crm/api/Contact/Find", email="bo@example.org")
    scene = await crm_scene(tenant)
    gifts = (synced["id"], withheld["id"], failed["id"], waiting["id"])
    return [
        "/console/",
        "/console/gifts",
        "/console/gifts?show=failed",
        "/console/gifts?show=project_unknown&detail=ROOF",
        "/console/gifts?q=nobody",
        "/console/needs-you",
        "/console/needs-you?said=project",
        *(f"/console/gifts/{gift}" for gift in gifts),
        f"/console/gift/{crm_id}",
        f"/console/gift/{scene.entered}",
        f"/console/gift/{scene.reversal}",
        f"/console/contact/{contact['id']}",
        "/console/crm/gifts",
        "/console/crm/gifts?p1=Amuont&v1=5&p2=Amount&o2=GreaterThan&v2=100",
        "/console/crm/gifts?p1=Batch&o1=Is&v1=nothing",
        "/console/crm/campaigns",
        f"/console/crm/campaigns/{scene.campaign}",
        f"/console/donors/{waiting['donorId']}/contact",
        f"/console/donors/{waiting['donorId']}/contact?crmKey={contact['id']}",
        "/console/gifts/999999",
        "/console/sign-in",
        "/console/account",
    ]


async def went_back(tenant: Tenant) -> dict[str, int]:
    """Gifts of which money went back, may, or did not: by what became of it."""
    await tenant.raise_.post("/raise/api/Project", {"name": "Wells", "code": "WELLS"})
    split = [{"code": "GENERAL", "amount": 7}, {"code": "WELLS", "amount": 3}]
    given = {
        "whole": await tenant.give(10, email="fa@example.org"),
        "part": await tenant.give(10, email="gi@example.org", projects=split),
        "asked": await tenant.give(10, email="ha@example.org", paymentMethodId="tok_refund_pending"),
        "refused": await tenant.give(10, email="ia@example.org", paymentMethodId="tok_refund_refused"),
    }
    for name, gift in given.items():
        body = {"reason": "Given twice"} | ({"amount": 4} if name in ("part", "asked") else {})
        await tenant.raise_.call("POST", f"/raise/api/Gift/{gift['id']}/refund", json=body)
    return {name: gift["id"] for name, gift in given.items()}


async def _gone_back(tenant: Tenant) -> list[str]:
    """A house with refunds and receipts; the addresses of pages to look at."""
    back = await went_back(tenant)
    gift = await tenant.give(10, email="jo@example.org", campaignId=await campaign(tenant))
    receipt = await tenant.raise_.post(f"/raise/api/Receipt/gift/{gift['id']}")
    return [
        "/console/",
        "/console/gifts?show=money_back",
        "/console/refunds",
        "/console/refunds?state=lost",
        f"/console/gifts/{back['part']}",
        f"/console/gifts/{back['refused']}?said=refund-refused",
        *(f"/console/gifts/{back[name]}/refund" for name in ("part", "asked", "whole")),
        f"/console/gifts/{gift['id']}",
        "/console/receipts",
        f"/console/receipts/{receipt['id']}/void",
        "/console/needs-you",
    ]


async def _findings(page: Page, scheme: str) -> list[str]:
    """What axe finds on the page as it stands; in the dark only what colours decide."""
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    options = CONTRAST if scheme == "dark" else RULES
    found = (await Axe().run(page, options=options)).response["violations"]
    return [
        f"{page.url} at {page.viewport_size}, {scheme}: {one['id']}: {[node['target'] for node in one['nodes']]}"
        for one in found
    ]


@pytest.mark.parametrize("furnish", [_furnished, _gone_back])
async def test_axe_finds_nothing_on_any_page(
    site: Site, browser: Browser, furnish: Callable[[Tenant], Awaitable[list[str]]]
) -> None:
    addresses = await furnish(site.house.tenant)
    context = await browser.new_context(reduced_motion="reduce")  # or colours are still on their way
    page = await context.new_page()
    await page.goto(await site.link())
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/console/")
    found = []
    for address in addresses:
        await page.goto(site.url + address)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 800})
            for scheme in ("light", "dark"):
                found += await _findings(page, scheme)
            wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not wide, f"{address} scrolls sideways at {width} pixels"
    assert found == [], "\n".join(found)

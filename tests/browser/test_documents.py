"""The front page leads to the documents, and an operation is tried from them against the server they come from."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Watched
from tests.support.house import give_body

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("product", "title"), [("raise", "Almoner Raise API"), ("crm", "Almoner CRM API")])
async def test_the_front_page_leads_to_documents_that_name_each_operation(
    watched: Watched, product: str, title: str
) -> None:
    page = watched.page
    await page.goto(watched.site.url)
    await page.locator(f'a[href="/{product}/docs"]').click()
    await page.get_by_role("heading", name=title).wait_for()
    told = await watched.site.house.tenant.raise_.get(f"/{product}/openapi.json")
    operations = sum(len(item) for item in told["paths"].values())
    await page.locator(".opblock-tag").first.wait_for()
    shown = 0
    for tag in await page.locator(".opblock-tag").all():
        await tag.click()
        await page.locator(".opblock").first.wait_for()
        shown += await page.locator(".opblock").count()
        await tag.click()
        await expect(page.locator(".opblock")).to_have_count(0)
    assert shown == operations
    watched.assert_quiet()


async def test_a_gift_is_given_from_the_documents(watched: Watched) -> None:
    page, tenant = watched.page, watched.site.house.tenant
    await page.goto(f"{watched.site.url}/raise/docs#/Raise/give")
    await page.get_by_role("button", name="Authorize").first.click()
    await page.locator(".auth-container input").fill(tenant.organization.raise_token)
    await page.locator(".auth-btn-wrapper button.authorize").click()
    await page.locator(".auth-btn-wrapper button.btn-done").click()
    await page.locator("#operations-Raise-give .opblock-body textarea").fill(json.dumps(give_body(12.5)))
    await page.locator("#operations-Raise-give input[placeholder='Idempotency-Key']").fill("tried-once")
    await page.get_by_role("button", name="Execute").click()
    await page.locator(".live-responses-table .response-col_status", has_text="200").first.wait_for()
    (gift,) = (await tenant.raise_.get("/raise/api/Gift/list"))["items"]
    assert gift["formattedAmount"] == "$12.50"
    watched.assert_quiet()

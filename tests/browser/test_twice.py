"""What people do with buttons: press twice, go back, come late, come second. Each is told what became of it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Watched
from tests.integration.sync.reasons import NOWHERE, giving_project, reached

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def _lost_gift(watched: Watched) -> tuple[int, int]:
    tenant = watched.site.house.tenant
    gift = await tenant.give(25, email="lost@example.org", donor={"crmKey": NOWHERE})
    await reached(tenant, "donor", gift["donorId"], "contact_not_found")
    return int(gift["id"]), int(gift["donorId"])


async def _stranger(watched: Watched) -> str:
    tenant = watched.site.house.tenant
    gift = await tenant.give(5, email="bo@example.org", donor={"firstName": "Bo", "lastName": "Moss"})
    await reached(tenant, "gift", gift["id"], None)
    return str((await tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}"))["crmKey"])


async def test_a_stranger_is_shown_confirmed_linked_and_taken_back(watched: Watched) -> None:
    page, key = watched.page, await _stranger(watched)
    gift_id, donor_id = await _lost_gift(watched)
    await watched.sign_in()
    await page.goto(f"{watched.site.url}/console/gifts/{gift_id}")
    await page.get_by_label("Id of the contact in the CRM").fill(key)
    await page.get_by_role("button", name="Show it beside the donor").click()
    link = page.get_by_role("button", name=f"Link Ada Example to contact {key}")
    await link.click()  # the browser asks for the box first
    await expect(page).to_have_url(f"{watched.site.url}/console/donors/{donor_id}/contact?returnTo=%2Fconsole%2Fgifts%2F{gift_id}&crmKey={key}")  # fmt: skip
    await page.get_by_label("are one and the same").check()
    await link.dblclick()
    await expect(page.locator(".said")).to_contain_text("The donor is linked")
    state = page.locator("#gift-state")
    await expect(state.locator(".badge")).to_have_text("In the CRM", timeout=15_000)
    await expect(state).to_contain_text(f"Linked to contact {key} in the console")
    await page.reload()
    await page.get_by_role("link", name=f"In the CRM as contact {key}").click()
    await page.get_by_role("button", name=f"Take back the link to contact {key}").dblclick()
    await expect(page.locator(".said")).to_contain_text("The link is taken back")
    await expect(page.get_by_text(f"Link to contact {key} taken back in the console")).to_have_count(1)
    await expect(page.locator("#link")).not_to_contain_text(f"this donor is contact {key}.", timeout=15_000)
    await expect(page.locator("#link")).to_contain_text("In the CRM this donor is contact")
    watched.assert_quiet()


async def test_what_a_button_did_is_said_once_and_back_shows_the_page_as_it_is_now(watched: Watched) -> None:
    tenant, page = watched.site.house.tenant, watched.page
    await giving_project(tenant, "ROOF")
    gift = await tenant.give(10, projects=[{"code": "ROOF"}])
    await reached(tenant, "gift", gift["id"], "project_unknown")
    await watched.sign_in()
    address = f"{watched.site.url}/console/gifts/{gift['id']}"
    await page.goto(address)
    await page.get_by_role("button", name="Make project ROOF in the CRM").dblclick()
    await expect(page.locator(".said")).to_contain_text("The project is in the CRM")
    await expect(page).to_have_url(address)
    await expect(page.locator("#gift-state .badge")).to_have_text("In the CRM", timeout=15_000)
    await page.go_back()
    await expect(page.get_by_role("button", name="Make project ROOF in the CRM")).to_have_count(0)
    await page.go_forward()
    await expect(page.locator(".said")).to_have_count(0)
    watched.assert_quiet()


async def test_a_button_after_the_session_has_ended_says_that_nothing_was_changed(watched: Watched) -> None:
    page = watched.page
    _, donor_id = await _lost_gift(watched)
    await watched.sign_in()
    await page.goto(f"{watched.site.url}/console/needs-you")
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Forget the key").click()
    await expect(page.get_by_role("alert")).to_contain_text("Nothing was changed: you were signed out")
    await expect(page.get_by_role("link", name="Go on")).to_have_attribute("href", "/console/needs-you")
    donor = await watched.site.house.tenant.raise_.get(f"/raise/api/Donor/{donor_id}")
    assert donor["seededCrmKey"] == NOWHERE


async def test_what_is_being_typed_stays_while_the_page_follows_the_gift(watched: Watched) -> None:
    page = watched.page
    gift_id, _ = await _lost_gift(watched)
    await watched.sign_in()
    await page.goto(f"{watched.site.url}/console/gifts/{gift_id}")
    field = page.get_by_label("Id of the contact in the CRM")
    await field.fill("12")
    await page.wait_for_timeout(2_500)
    await expect(field).to_have_value("12")
    await expect(field).to_be_focused()
    watched.assert_quiet()

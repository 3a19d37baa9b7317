"""A user in a browser: the invitation, the sign-in, the account; what axe-core finds on those pages, and that nothing complains."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

from tests.browser.conftest import Watched
from tests.browser.test_accessibility import RULES, WIDTHS
from tests.support.people import PASSWORD, invited, new_email, person

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def looked_at(page: Page) -> list[str]:
    """What is wrong with the page, at each width."""
    found = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        violations = (await Axe().run(page, options=RULES)).response["violations"]
        found += [f"{page.url} {width}: {one['id']}" for one in violations]
        if await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{page.url} scrolls sideways at {width} pixels")
    return found


async def test_from_the_invitation_to_the_account_and_out_again(watched: Watched) -> None:
    page, site = watched.page, watched.site
    email, found = new_email(), list[str]()
    token = await invited(site.house, email)
    await page.goto(f"{site.url}/console/invitation?token={token}")
    found += await looked_at(page)
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_role("button", name="Set it and sign in").click()
    await page.wait_for_url("**/console/")
    await page.get_by_role("link", name="Signed in as Pat Doe").click()
    await page.wait_for_url("**/console/account")
    found += await looked_at(page)
    await page.locator("#proof").fill(PASSWORD)
    await page.get_by_role("button", name="Set up an app").click()
    await page.get_by_text("Add an account to your app").wait_for()
    found += await looked_at(page)
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/console/sign-in")
    found += await looked_at(page)
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/")
    assert found == [], "\n".join(found)
    watched.assert_quiet()


async def test_a_wrong_password_and_a_link_that_is_used_up_are_said_where_readers_hear_it(
    watched: Watched,
) -> None:
    page, site = watched.page, watched.site
    who = await person(site.house)
    await page.goto(f"{site.url}/console/sign-in")
    await page.get_by_label("E-mail address").fill(who.email)
    await page.get_by_label("Password", exact=True).fill("wrong horse battery")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("alert").wait_for()
    assert "is wrong" in await page.get_by_role("alert").inner_text()
    assert await page.get_by_label("E-mail address").input_value() == who.email
    found = await looked_at(page)
    await page.goto(f"{site.url}/console/invitation?token=inv_1_used")
    await page.get_by_role("alert").wait_for()
    found += await looked_at(page)
    assert found == [], "\n".join(found)

"""A link to somebody quite unlike the donor is shown as such, and is found right once or taken back."""

from __future__ import annotations

import html

import pytest

from tests.api.console.conftest import Visit
from tests.api.console.test_links import bo, key_of
from tests.api.console.test_mending import press, said
from tests.integration.sync.reasons import reached

pytestmark = pytest.mark.anyio

SAME = "Neither an e-mail address nor the last name of the two is the same."


async def test_a_strange_link_is_shown_and_found_right_once(browser: Visit) -> None:
    tenant = browser.house.tenant
    key = await bo(tenant)
    gift = await tenant.give(7, donor={"crmKey": key})
    await reached(tenant, "gift", gift["id"], None)
    token, path = await browser.sign_in(), f"/console/donors/{gift['donorId']}/contact"
    page = html.unescape((await browser.get(path)).text)
    assert SAME in page and "The link is right</button>" in page
    assert f"and contact {key}, Bo Moss (bo@example.org), are one and the same" in page
    told = (await browser.get(f"/console/gifts/{gift['id']}")).text
    assert f"linked to contact {key} by a key" in told
    assert (
        f'<a href="{path}?returnTo=/console/gifts/{gift["id"]}">See the donor beside the contact</a>' in told
    )
    for _ in range(2):
        answer = await press(browser, path, token, crmKey=key, confirmed=key)
        assert said(answer).startswith("The link is found right")
    page = (await browser.get(path)).text
    assert SAME not in page and page.count(f"Link to contact {key} found right in the console") == 1
    assert f"Take back the link to contact {key}" in page
    assert (await tenant.raise_.get(f"/raise/api/Sync/donor/{gift['donorId']}"))["warning"] is None


async def test_a_link_that_was_found_right_can_still_be_taken_back(browser: Visit) -> None:
    tenant = browser.house.tenant
    key = await bo(tenant)
    gift = await tenant.give(7, donor={"crmKey": key})
    await reached(tenant, "gift", gift["id"], None)
    token, path = await browser.sign_in(), f"/console/donors/{gift['donorId']}/contact"
    await press(browser, path, token, crmKey=key, confirmed=key)
    await press(browser, f"{path}/back", token, crmKey=key)
    await reached(tenant, "donor", gift["donorId"], None)
    linked, _ = await key_of(tenant, gift["donorId"])
    assert linked not in (None, key)


async def test_staff_who_link_strangers_are_not_asked_again(browser: Visit) -> None:
    tenant = browser.house.tenant
    key = await bo(tenant)
    gift = await tenant.give(7)
    await reached(tenant, "gift", gift["id"], None)
    token, path = await browser.sign_in(), f"/console/donors/{gift['donorId']}/contact"
    await press(browser, path, token, crmKey=key, confirmed=key)
    await reached(tenant, "donor", gift["donorId"], None, crmKey=key)
    assert SAME not in (await browser.get(path)).text

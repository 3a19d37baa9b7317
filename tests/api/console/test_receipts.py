"""The receipt on the page of its gift, and what failed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from almoner.platform.mail import Refused
from almoner.platform.mail.transport import FileOutbox
from tests.api.console.conftest import Visit
from tests.api.console.test_mending import press, said
from tests.support.desk import Desk, receipts

pytestmark = pytest.mark.anyio


class Refusing(FileOutbox):
    """Takes no message."""

    async def send(self, *_: object) -> None:
        raise Refused("the address was refused: 550 no such user")


async def test_a_receipt_is_written_sent_again_and_voided_from_the_page(
    browser: Visit, tmp_path: Path
) -> None:
    tenant = browser.house.tenant
    gift = await tenant.give(25)
    page = f"/console/gifts/{gift['id']}"
    token = await browser.sign_in()
    assert "This gift has no receipt." in (await browser.get(page)).text
    text = await press(browser, f"/console/receipts/gift/{gift['id']}", token, returnTo=page)
    assert "The receipt is written" in said(text) and "Waits to be sent" in text
    assert "Nothing was written" in said(await press(browser, f"/console/receipts/gift/{gift['id']}", token))
    (receipt,) = await receipts(tenant)
    assert receipt["number"] in text
    file = await browser.get(f"/console/receipts/{receipt['id']}/pdf")
    assert file.content[:5] == b"%PDF-" and receipt["number"] in file.headers["content-disposition"]
    await Desk(browser.house, tmp_path, transport=Refusing(tmp_path)).settle()
    failed = (await browser.get("/console/receipts")).text
    assert "550 no such user" in failed and receipt["number"] in failed
    assert ": 1 not written or not sent</span>" in failed, "the header counts it"
    assert ">1 receipt not written or not sent</a>" in (await browser.get("/console/needs-you")).text
    letter = re.search(r"/console/receipts/letter/(\d+)/resend", failed)
    assert letter is not None
    await press(browser, letter[0], token)
    assert "550" not in (await browser.get("/console/receipts")).text, "it is tried again"
    await Desk(browser.house, tmp_path).settle()
    assert "Sent" in (await browser.get(page)).text
    assert f'href="/console/receipts/{receipt["id"]}/void"' in (await browser.get(page)).text
    asked = (await browser.get(f"/console/receipts/{receipt['id']}/void")).text
    assert "This cannot be undone." in asked and "What is wrong with it" in asked
    assert [one["state"] for one in await receipts(tenant)] == ["issued"], "to look at it changes nothing"
    text = await press(
        browser, f"/console/receipts/{receipt['id']}/void", token, returnTo=page, reason="A wrong <name>"
    )
    assert "Void: A wrong &lt;name&gt;" in text
    assert [one["state"] for one in await receipts(tenant)] == ["void", "issued"]
    assert "nothing left to void" in (await browser.get(f"/console/receipts/{receipt['id']}/void")).text


async def test_the_first_page_says_how_far_receipts_are_behind(browser: Visit, tmp_path: Path) -> None:
    desk = Desk(browser.house, tmp_path)
    await desk.settle()
    await browser.sign_in()
    assert "No receipt waits." in (await browser.get("/console/")).text
    await browser.house.tenant.give(25)
    assert "Receipts behind: 1 gift, the longest by" in (await browser.get("/console/")).text
    await desk.issue()
    data = (await browser.get("/console/lag", headers={"Accept": "application/json"})).json()
    assert data["words"]["receipts"].startswith("Receipts behind: 1 letter, the longest by")
    await desk.settle()
    assert "No receipt waits." in (await browser.get("/console/")).text

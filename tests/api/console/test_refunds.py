"""A gift is refunded from its page: the page before says what is left, and the button pressed twice refunds once."""

from __future__ import annotations

import re

import pytest

from tests.api.console.conftest import Visit
from tests.api.console.test_mending import press, said

pytestmark = pytest.mark.anyio


async def test_a_part_goes_back_once_however_often_the_button_is_pressed(browser: Visit) -> None:
    gift = await browser.house.tenant.give(10)
    token = await browser.sign_in()
    page = f"/console/gifts/{gift['id']}"
    assert f'href="{page}/refund"' in (await browser.get(page)).text
    form = (await browser.get(f"{page}/refund")).text
    assert "10.00 USD is left of the gift." in form
    found = re.search(r'name="key" value="([0-9a-f-]{36})"', form)
    assert found is not None
    text = ""
    for _ in range(2):
        text = await press(browser, f"{page}/refund", token, key=found[1], amount="4", reason="Asked")
        assert said(text) == "The refund went."
    assert text.count("Refund of $4.00") == 1 and "(Asked): done." in text
    told = await browser.house.tenant.raise_.get(f"/raise/api/Gift/{gift['id']}")
    assert (told["statusText"], told["reversedAmount"]) == ("PartiallyRefunded", 4)


async def test_what_cannot_be_is_said_on_the_page_where_it_was_asked_for(browser: Visit) -> None:
    gift = await browser.house.tenant.give(10)
    token = await browser.sign_in()
    page = f"/console/gifts/{gift['id']}/refund"
    text = await press(browser, page, token, key="one", amount="11", reason="")
    assert "no more than is left of the gift" in said(text)
    assert 'value="11"' in text
    await browser.house.tenant.raise_.post(f"/raise/api/Gift/{gift['id']}/refund")
    text = (await browser.get(page)).text
    assert "Nothing of this gift can be refunded now: it is Refunded." in text

"""A list without gifts says what there is none of: the search, the donor and the state."""

from __future__ import annotations

import html

import pytest

from tests.api.console.conftest import Visit

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("?q=zzz", "Nothing was found for “zzz”."),
        (
            "?q=ada&show=failed",
            "Nothing was found for “ada” among gifts of which this is so: Needs attention.",
        ),
        ("?q=ada&show=test_mode", "Nothing was found for “ada” among gifts of which this is so: "),
        ("?donor={donor}&show=failed", "This donor has no gift of which this is so: Needs attention."),
        ("?show=failed", "No gift needs attention."),
    ],
)
async def test_an_empty_list_says_what_was_asked_for(browser: Visit, asked: str, said: str) -> None:
    tenant = browser.house.tenant
    gift = await tenant.give(5)
    await tenant.settled("gift", gift["id"])
    await browser.sign_in()
    page = await browser.get(f"/console/gifts{asked.format(donor=gift['donorId'])}")
    assert said in html.unescape(page.text)

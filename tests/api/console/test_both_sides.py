"""What the CRM has beyond giving is explained on the overview: entered there, taken back there, as it was before a change."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from tests.api.console.conftest import Visit
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

GIFT, REVERSE = "/crm/api/Gift", "/crm/api/Gift/ReversingTransaction"


async def told(browser: Visit) -> tuple[str, str]:
    """The verdict, and what the CRM has in all."""
    page = html.unescape((await browser.get("/console/")).text)
    verdict = re.search(r'<p class="verdict (?:agrees|differs)">(.*?)</p>', page)
    in_all = re.search(r'<p class="in-all">(.*?)</p>', page)
    assert verdict is not None
    return verdict[1], in_all[1] if in_all else ""


async def synced(house: House) -> dict[str, Any]:
    """A gift of 50 dollars from giving, as the CRM has it."""
    gift = await house.tenant.give(50)
    await house.tenant.settled("gift", gift["id"])
    key = (await house.tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}"))["crmKey"]
    found: dict[str, Any] = await house.tenant.crm.get(f"{GIFT}/{key}")
    return found


def on_paper(contact_id: int, amount: Any) -> dict[str, Any]:
    """A gift that staff enter."""
    return {"contactId": contact_id, "amount": amount, "giftDate": "2024-12-07", "giftType": "Check"}


async def test_a_gift_that_is_entered_changed_taken_back_and_deleted_is_explained_each_time(
    house: House, browser: Visit
) -> None:
    crm, was = house.tenant.crm, await synced(house)
    fund = await crm.post("/crm/api/Project", {"name": "Fund", "projectCode": "FUND"})
    body = on_paper(was["contactId"], 125) | {
        "giftDesignations": [{"projectId": fund["id"], "amountDesignated": 125}]
    }
    await browser.sign_in()
    assert await told(browser) == ("Both sides agree to the cent.", "")

    made = await crm.post(GIFT, body)
    agree, in_all = "Both sides agree to the cent.", "In the CRM in all: "
    assert await told(browser) == (
        agree,
        in_all + "$175.00 = $50.00 as giving has it + $125.00 entered in the CRM (1 gift).",
    )

    less = body | {"amount": 100, "giftDesignations": [{"projectId": fund["id"], "amountDesignated": 100}]}
    assert (await crm.call("PUT", f"{GIFT}/{made['id']}", json=less)).status_code == 200
    assert await told(browser) == (
        agree,
        in_all + "$150.00 = $50.00 as giving has it + $100.00 entered in the CRM (1 gift).",
    )

    back = await crm.post(REVERSE, {"reversedGiftId": was["id"], "giftDate": was["giftDate"], "amount": 10})
    assert await told(browser) == (
        agree,
        in_all
        + "$140.00 = $50.00 as giving has it + $100.00 entered in the CRM (1 gift) \N{MINUS SIGN} $10.00 taken back there"
        " (1 reversal).",
    )
    assert await wrong_figures(house.app.db, house.tenant.id) == []

    for gift_id in (back["id"], made["id"]):
        assert (await crm.call("DELETE", f"{GIFT}/{gift_id}")).status_code in (200, 204)
    assert await told(browser) == (agree, "")
    assert await wrong_figures(house.app.db, house.tenant.id) == []

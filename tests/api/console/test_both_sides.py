"""What the CRM has beyond giving is explained on the overview: entered there, taken back there, as it was before a change."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from almoner.sync.service import why
from almoner.sync.triage.service import taken_back
from tests.api.console.conftest import Visit
from tests.api.console.test_stuck_gifts import tile
from tests.integration.sync.reasons import reached
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


async def test_a_correction_below_what_was_taken_back_names_the_reversal_and_follows_when_it_is_deleted(
    house: House, browser: Visit
) -> None:
    gift = await house.tenant.give(50)
    await house.tenant.settled("gift", gift["id"])
    crm, key = (
        house.tenant.crm,
        (await house.tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}"))["crmKey"],
    )
    was = await crm.get(f"{GIFT}/{key}")
    body = {"reversedGiftId": was["id"], "giftDate": was["giftDate"], "amount": 45}
    back = await crm.post(REVERSE, body)
    await house.tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift['id']}", json={"amount": 40})
    stuck = await reached(house.tenant, "gift", gift["id"], "gift_reversed", detail=str(back["id"]))
    assert f"by the reversal {back['id']}" in stuck["explanation"]

    await browser.sign_in()
    overview = (await browser.get("/console/")).text
    assert tile(overview, "Needs attention") == ("$40.00", "1 gift")
    assert "1 gift needs you" in overview
    assert await told(browser) == (
        "Both sides agree to the cent.",
        (
            "In the CRM in all: $5.00 = $0.00 as giving has it + $50.00 as it was before a change that is not there yet (1 gift)"
            " \N{MINUS SIGN} $45.00 taken back there (1 reversal)."
        ),
    )
    for path in ("/console/needs-you", f"/console/gifts/{gift['id']}"):
        page = (await browser.get(path)).text
        assert f"by the reversal {back['id']}" in page
        assert "Try again" not in page

    assert (await crm.call("DELETE", f"{GIFT}/{back['id']}")).status_code in (200, 204)
    await reached(house.tenant, "gift", gift["id"], None)
    assert await told(browser) == ("Both sides agree to the cent.", "")


async def test_a_gift_that_was_taken_back_says_so_on_its_page_on_the_contacts_and_in_sync_why(
    house: House, browser: Visit
) -> None:
    gift = await house.tenant.give(50)
    await house.tenant.settled("gift", gift["id"])
    crm, key = (
        house.tenant.crm,
        (await house.tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}"))["crmKey"],
    )
    was = await crm.get(f"{GIFT}/{key}")
    back = await crm.post(REVERSE, {"reversedGiftId": was["id"], "giftDate": was["giftDate"]})
    await browser.sign_in()
    page = (await browser.get(f"/console/gifts/{gift['id']}")).text
    assert re.search(
        rf'<a href="/console/gift/{back["id"]}">\$50.00 taken back in the CRM on [^<]+, by gift {back["id"]} there</a>',
        page,
    )
    contact = (await browser.get(f"/console/contact/{was['contactId']}")).text
    assert "1 gift and 1 reversal" in contact
    assert f"Gift {back['id']} in the CRM" in contact
    async with house.app.db.tenant(house.tenant.id) as tx:
        (told_back,) = await taken_back(tx, await why(tx, "gift", gift["id"]))
    assert (told_back.id, told_back.minor, told_back.currency) == (back["id"], 5000, "USD")

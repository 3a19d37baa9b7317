"""Who may read one thing sees that on a page, and of other things that stand beside it nothing but their numbers."""

from __future__ import annotations

import pytest

from almoner.platform.organizations.groups import create_group
from tests.api.console.conftest import Visit, visit
from tests.api.console.test_users import enter
from tests.support.house import House
from tests.support.people import person

pytestmark = pytest.mark.anyio

DONOR = {"email": "ada.hidden@example.org", "firstName": "Ada", "lastName": "Hidden"}


async def visitor(house: House, *scopes: str) -> Visit:
    """Somebody signed in whose group holds these scopes alone."""
    name = " and ".join(scopes)
    async with house.app.db.tenant(house.tenant.id) as tx:
        await create_group(tx, name, scopes, "a test", house.app.clock.now())
    browser, who = visit(house), await person(house, name)
    assert (await enter(browser, who.email)).status_code == 303
    return browser


def shown(text: str) -> str:
    """A page without the places at which an address may be broken."""
    return text.replace("<wbr>", "")


async def given(house: House) -> tuple[int, int, int]:
    """A gift of Ada's that reached the CRM: its id in giving, its id there, and Ada's contact."""
    told = {"name": "Grace Moss", "notifyName": "Bo Hidden", "notifyEmail": "bo.hidden@example.org"}
    billed = {"billingName": "Ada Hidden", "billingAddress": {"address1": "1 Hidden St"}}
    gift = await house.tenant.give(61.25, DONOR["email"], donor=DONOR, tribute=told, **billed)
    record = await house.tenant.settled("gift", gift["id"])
    entered = await house.tenant.crm.get(f"/crm/api/Gift/{record['crmKey']}")
    return gift["id"], entered["id"], entered["contactId"]


async def test_who_may_read_gifts_alone_sees_no_donor(house: House) -> None:
    gift_id, _, _ = await given(house)
    browser = await visitor(house, "gift:read")
    for path in ("/console/", "/console/arrivals", "/console/gifts", f"/console/gifts/{gift_id}",
                 f"/console/gifts/{gift_id}/state"):  # fmt: skip
        page = await browser.get(path)
        assert page.status_code == 200, path
        assert "hidden@" not in shown(page.text) and "Hidden" not in page.text, path
    text = (await browser.get(f"/console/gifts/{gift_id}")).text
    assert "61.25" in text and "Grace Moss" in text
    for text in ("Hidden", DONOR["email"]):
        assert "61.25" not in (await browser.get("/console/gifts", params={"q": text})).text


async def test_who_may_read_contacts_alone_sees_no_gift(house: House) -> None:
    _, entered, contact = await given(house)
    browser = await visitor(house, "contact:read")
    page = await browser.get(f"/console/contact/{contact}")
    assert page.status_code == 200 and "Ada Hidden" in page.text
    assert f'id="gift-{entered}"' not in page.text and "lacks Read of Gift" in page.text
    assert (await browser.get(f"/console/gift/{entered}")).status_code == 403


async def test_who_may_read_both_sees_both(house: House) -> None:
    gift_id, entered, contact = await given(house)
    browser = await visitor(house, "gift:read", "contact:read", "donor:read")
    text = shown((await browser.get(f"/console/gifts/{gift_id}")).text)
    assert DONOR["email"] in text and "bo.hidden@example.org" in text and "1 Hidden St" in text
    assert "Ada Hidden" in (await browser.get("/console/gifts")).text
    assert f'id="gift-{entered}"' in (await browser.get(f"/console/contact/{contact}")).text

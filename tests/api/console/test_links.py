"""A donor is linked to the contact that is meant: both are shown first, strangers are confirmed, it is kept who did it, and there is a way back."""

from __future__ import annotations

import html
from typing import Any

import pytest

from tests.api.console.conftest import Visit
from tests.api.console.test_mending import lost_gift, press, said
from tests.integration.sync.reasons import NOWHERE, correct, reached
from tests.support.figures import wrong_figures
from tests.support.house import Tenant

pytestmark = pytest.mark.anyio


async def bo(tenant: Tenant, last_name: str = "Moss") -> str:
    """The contact of Bo, who gave 5 dollars twice."""
    person = {"firstName": "Bo", "lastName": last_name}
    gift, other = [await tenant.give(5, email="bo@example.org", donor=person) for _ in range(2)]
    await reached(tenant, "gift", gift["id"], None)
    await reached(tenant, "gift", other["id"], None)
    return str((await tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}"))["crmKey"])


async def key_of(tenant: Tenant, donor_id: int) -> tuple[Any, Any]:
    """The link and the seeded key of a donor, as the API tells them."""
    donor = await tenant.raise_.get(f"/raise/api/Donor/{donor_id}")
    return donor["crmKey"], donor["seededCrmKey"]


async def contact_of(tenant: Tenant, gift_id: int) -> int:
    """The contact that has a gift of giving."""
    return int((await tenant.crm.get(f"/crm/api/Gift/RaiseDonors/{gift_id}"))["contactId"])


async def test_the_number_that_is_typed_leads_to_both_side_by_side_and_changes_nothing(
    browser: Visit,
) -> None:
    tenant = browser.house.tenant
    key, gift = await bo(tenant), await lost_gift(tenant)
    await browser.sign_in()
    path = f"/console/donors/{gift['donorId']}/contact"
    for place in ("/console/needs-you", f"/console/gifts/{gift['id']}"):
        page = (await browser.get(place)).text
        assert f'<form class="mend" method="get" action="{path}">' in page, place
    page = html.unescape((await browser.get(f"{path}?crmKey={key}&returnTo=/console/needs-you")).text)
    assert "Ada Example" in page and "lost@example.org" in page
    assert "Bo Moss" in page and "bo@example.org" in page and "2 gifts, $10.00 in all" in page
    assert f"Link Ada Example to contact {key}" in page
    assert f"The key given is {NOWHERE}, which names no contact." in page
    assert await key_of(tenant, gift["donorId"]) == (None, NOWHERE)


async def test_who_has_nothing_in_common_is_linked_only_when_that_is_confirmed(browser: Visit) -> None:
    tenant = browser.house.tenant
    key, gift = await bo(tenant), await lost_gift(tenant)
    token, path = await browser.sign_in(), f"/console/donors/{gift['donorId']}/contact"
    page = await press(browser, path, token, crmKey=key)
    assert said(page).startswith("Nothing was changed: the two have neither address nor last name in common")
    question = "Ada Example (lost@example.org) and contact {}, Bo Moss (bo@example.org), are one and the same"
    assert question.format(key) in page and 'type="checkbox" name="confirmed"' in page
    assert await key_of(tenant, gift["donorId"]) == (None, NOWHERE)
    assert said(await press(browser, path, token, crmKey=key, confirmed="0")).startswith(
        "Nothing was changed"
    )
    assert said(await press(browser, path, token, crmKey=key, confirmed=key)).startswith(
        "The donor is linked"
    )
    await reached(tenant, "gift", gift["id"], None)
    assert await key_of(tenant, gift["donorId"]) == (key, None)


@pytest.mark.parametrize("same", ["address", "last name"])
async def test_who_has_the_address_or_the_last_name_is_linked_without_a_question(
    browser: Visit, same: str
) -> None:
    tenant = browser.house.tenant
    if same == "address":
        key, email = await bo(tenant), "BO@example.org"
    else:
        key, email = await bo(tenant, "EXAMPLE"), "lost@example.org"
    gift = await tenant.give(25, email=None, donor={"crmKey": NOWHERE, "sourceSystem": "x", "sourceKey": "1"})
    if same == "address":
        # The address is another donor's: this one has it in the CRM alone.
        await browser.house.settle()
        email = "ada2@example.org"
        moss = {"lastName": "Moss"}
        await tenant.raise_.call("PATCH", f"/raise/api/Donor/{gift['donorId']}", json=moss)
    await tenant.raise_.call("PATCH", f"/raise/api/Donor/{gift['donorId']}", json={"email": email})
    await browser.sign_in()
    path = f"/console/donors/{gift['donorId']}/contact"
    page = (await browser.get(f"{path}?crmKey={key}")).text
    assert 'name="confirmed"' not in page and f"to contact {key}</button>" in page


async def test_a_contact_that_is_not_there_is_told_where_it_was_typed(browser: Visit) -> None:
    gift = await lost_gift(browser.house.tenant)
    await browser.sign_in()
    for typed in ("424242", "x", "9" * 40):
        page = (await browser.get(f"/console/donors/{gift['donorId']}/contact?crmKey={typed}")).text
        assert f"There is no contact {typed} in the CRM." in page
    assert (await browser.get("/console/donors/424242/contact")).status_code == 404


async def test_the_trace_tells_who_linked_it_and_when(browser: Visit) -> None:
    tenant = browser.house.tenant
    key, gift = await bo(tenant), await lost_gift(tenant)
    token, path = await browser.sign_in(), f"/console/donors/{gift['donorId']}/contact"
    await press(browser, path, token, crmKey=key, confirmed=key)
    await reached(tenant, "gift", gift["id"], None)
    for place in (f"/console/gifts/{gift['id']}", path):
        assert f"Linked to contact {key} in the console" in (await browser.get(place)).text
    await tenant.raise_.call("PATCH", f"/raise/api/Donor/{gift['donorId']}", json={"crmKey": NOWHERE})
    page = (await browser.get(f"/console/gifts/{gift['id']}")).text
    assert f"Key {NOWHERE} given through the API, by API key first key" in page


async def test_a_link_is_taken_back_and_what_comes_or_changes_from_then_on_moves(browser: Visit) -> None:
    tenant = browser.house.tenant
    key, gift = await bo(tenant), await lost_gift(tenant)
    token, path = await browser.sign_in(), f"/console/donors/{gift['donorId']}/contact"
    await press(browser, path, token, crmKey=key, confirmed=key)
    await reached(tenant, "gift", gift["id"], None)
    page = (await browser.get(path)).text
    assert f"Take back the link to contact {key}" in page
    assert f"Gifts that are in the CRM with contact {key} stay there until each is changed" in page
    assert said(await press(browser, f"{path}/back", token, crmKey=key)).startswith("The link is taken back")
    assert said(await press(browser, f"{path}/back", token, crmKey=key)).startswith("There was no such link")
    await tenant.settled("donor", gift["donorId"])
    own, seeded = await key_of(tenant, gift["donorId"])
    assert own not in (None, key) and seeded is None
    assert await contact_of(tenant, gift["id"]) == int(key)
    page = (await browser.get(f"/console/gifts/{gift['id']}")).text
    assert f"In the CRM with contact {key}; the donor is contact {own} now." in page
    later = await tenant.give(7, email="lost@example.org")
    await reached(tenant, "gift", later["id"], None)
    assert await contact_of(tenant, later["id"]) == int(own)
    await correct(tenant, gift["id"], notes="for the well")
    await reached(tenant, "gift", gift["id"], None, syncedVersion=2)
    assert await contact_of(tenant, gift["id"]) == int(own)
    contact = await tenant.crm.get(f"/crm/api/Contact/{key}")
    assert contact["lifeToDateGiving"] == "$10.00" and contact["name"] == "Bo Moss"
    assert await wrong_figures(browser.house.app.db, tenant.id) == []


async def test_a_link_that_came_with_a_gift_is_not_taken_away_by_a_blank_key_but_in_the_console(
    browser: Visit,
) -> None:
    tenant = browser.house.tenant
    key = await bo(tenant)
    gift = await tenant.give(
        7, email="cy@example.org", donor={"firstName": "Cy", "lastName": "Roe", "crmKey": key}
    )
    await reached(tenant, "gift", gift["id"], None)
    path = f"/raise/api/Donor/{gift['donorId']}"
    refused = await tenant.raise_.call("PATCH", path, json={"crmKey": ""})
    assert refused.status_code == 409 and f"as contact {key}" in refused.text
    assert (await key_of(tenant, gift["donorId"]))[0] == key
    token, page = await browser.sign_in(), f"/console/donors/{gift['donorId']}/contact"
    assert f"Take back the link to contact {key}" in html.unescape((await browser.get(page)).text)
    await press(browser, f"{page}/back", token, crmKey=key)
    later = await tenant.give(9, email="cy@example.org")
    await reached(tenant, "gift", later["id"], None)
    own = (await key_of(tenant, gift["donorId"]))[0]
    assert own not in (None, key) and await contact_of(tenant, later["id"]) == int(own)


async def test_a_link_that_was_found_by_address_is_not_offered_to_be_taken_back(browser: Visit) -> None:
    tenant = browser.house.tenant
    gift = await tenant.give(7)
    await reached(tenant, "gift", gift["id"], None)
    await browser.sign_in()
    page = (await browser.get(f"/console/donors/{gift['donorId']}/contact")).text
    assert "Take back the link" not in page


async def test_a_link_in_place_of_a_right_one_is_taken_back_to_that(browser: Visit) -> None:
    tenant = browser.house.tenant
    key = await bo(tenant)
    gift = await tenant.give(25, email="ada@example.org")
    await reached(tenant, "gift", gift["id"], None)
    own, _ = await key_of(tenant, gift["donorId"])
    token, path = await browser.sign_in(), f"/console/donors/{gift['donorId']}/contact"
    await press(browser, path, token, crmKey=key, confirmed=key)
    await browser.house.settle()
    assert await key_of(tenant, gift["donorId"]) == (key, None)
    assert f"Taken back, the donor is contact {own} again." in (await browser.get(path)).text
    await press(browser, f"{path}/back", token, crmKey=key)
    await browser.house.settle()
    assert await key_of(tenant, gift["donorId"]) == (own, None)


async def test_a_key_that_differs_from_the_link_is_told_beside_it(browser: Visit) -> None:
    tenant = browser.house.tenant
    gift = await tenant.give(25, email="ada@example.org")
    await reached(tenant, "gift", gift["id"], None)
    own, _ = await key_of(tenant, gift["donorId"])
    await tenant.raise_.call("PATCH", f"/raise/api/Donor/{gift['donorId']}", json={"crmKey": NOWHERE})
    await reached(tenant, "donor", gift["donorId"], "contact_not_found")
    assert await key_of(tenant, gift["donorId"]) == (None, NOWHERE)
    await browser.sign_in()
    page = (await browser.get(f"/console/donors/{gift['donorId']}/contact")).text
    assert (
        f"In the CRM this donor is contact {own}. The key given is {NOWHERE}, which names no contact." in page
    )
    page = (await browser.get(f"/console/gifts/{gift['id']}")).text
    assert f"<dt>Key given</dt><dd>{NOWHERE}</dd>" in page
    assert f"In the CRM as contact {own}" in page


async def test_a_key_through_the_api_is_a_link_once_the_sync_found_it_right_and_can_be_forgotten_until_then(
    browser: Visit,
) -> None:
    tenant = browser.house.tenant
    key = await bo(tenant)
    gift = await tenant.give(25, email="ada@example.org")
    await reached(tenant, "gift", gift["id"], None)
    own, _ = await key_of(tenant, gift["donorId"])
    donor, path = f"/raise/api/Donor/{gift['donorId']}", f"/console/donors/{gift['donorId']}/contact"
    token = await browser.sign_in()
    await tenant.raise_.call("PATCH", donor, json={"crmKey": NOWHERE})
    for settled in (False, True):
        for place in (path, f"/console/gifts/{gift['id']}"):
            page = (await browser.get(place)).text
            assert f"Key {NOWHERE} given through the API" in page and "Linked to" not in page, place
            assert place == path or 0 < page.rfind("Reached the CRM") < page.rfind("given through the API")
            assert "Take back the link" not in page and f"contact {NOWHERE}" not in page, place
        page = (await browser.get(path)).text
        assert "Forget the key" in page
        assert ("has yet to find right" in page) != settled and ("which names no contact" in page) == settled
        await reached(tenant, "donor", gift["donorId"], "contact_not_found")
    assert said(await press(browser, f"{path}/back", token, crmKey=NOWHERE)).startswith(
        "There was no such link"
    )
    assert said(await press(browser, path, token, forget="true")).startswith("The key is forgotten")
    await browser.house.settle()
    assert await key_of(tenant, gift["donorId"]) == (own, None)
    await tenant.raise_.call("PATCH", donor, json={"crmKey": key})
    await browser.house.settle()
    page = (await browser.get(path)).text
    assert (
        f"Linked to contact {key} through the API" in page and f"Take back the link to contact {key}" in page
    )
    assert f"Key {NOWHERE} given through the API" in page and "Forget the key" not in page


async def test_of_two_who_look_at_once_the_second_is_told_and_overrides_nothing(browser: Visit) -> None:
    tenant = browser.house.tenant
    key, gift = await bo(tenant, "Example"), await lost_gift(tenant)
    other = await tenant.give(1, email="cy@example.org")
    await reached(tenant, "gift", other["id"], None)
    second = str((await key_of(tenant, other["donorId"]))[0])
    token, path = await browser.sign_in(), f"/console/donors/{gift['donorId']}/contact"
    await press(browser, path, token, crmKey=key, seen=NOWHERE)
    page = await press(browser, path, token, crmKey=second, seen=NOWHERE)
    assert said(page).startswith("Nothing was changed: somebody else gave the donor another key meanwhile")
    assert (await key_of(tenant, gift["donorId"]))[1] == key


async def test_another_organization_sees_and_takes_back_nothing(browser: Visit) -> None:
    tenant = browser.house.tenant
    key, gift = await bo(tenant), await lost_gift(tenant)
    token, path = await browser.sign_in(), f"/console/donors/{gift['donorId']}/contact"
    await press(browser, path, token, crmKey=key, confirmed=key)
    strange = await browser.sign_in(await browser.house.another_tenant())
    assert (await browser.get(f"{path}?crmKey={key}")).status_code == 404
    answer = await browser.post(f"{path}/back", {"csrf_token": strange, "crmKey": key})
    assert answer.status_code == 404
    assert (await key_of(tenant, gift["donorId"]))[1] == key

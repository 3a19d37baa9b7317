"""A gift's page in each state, what needs somebody, and the buttons: safe twice, with the form's token, and one's own only."""

from __future__ import annotations

import re
from typing import Any

import pytest

from almoner.console.needs.rules import NEXT_STEPS
from almoner.sync.rules import STATE_OF_REASON, Reason, State
from almoner.sync.triage import service as triage
from tests.api.console.conftest import Visit, visit
from tests.integration.sync.reasons import NOWHERE, campaign, correct, giving_project, reached, toggle
from tests.support.house import House, Tenant
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio


async def failed_gift(tenant: Tenant) -> int:
    """A gift for a project that the CRM has not, by the name Winter Shelter."""
    await tenant.raise_.post("/raise/api/Project", {"name": "Winter Shelter", "code": "ROOF"})
    gift = await tenant.give(10, projects=[{"code": "ROOF"}])
    await reached(tenant, "gift", gift["id"], "project_unknown")
    return int(gift["id"])


async def lost_gift(tenant: Tenant) -> Any:
    """A gift of a donor whose contact is not there."""
    gift = await tenant.give(25, email="lost@example.org", donor={"crmKey": NOWHERE})
    await reached(tenant, "donor", gift["donorId"], "contact_not_found")
    return gift


def said(text: str) -> str:
    """What a page says became of the button."""
    found = re.search(r'<p class="said(?: wrong)?" role="(?:status|alert)">(.*?)</p>', text)
    return found[1] if found else ""


async def press(browser: Visit, path: str, token: str, **fields: str) -> str:
    """Press a button, and read the page it leads to."""
    answer = await browser.post(path, {"csrf_token": token, "returnTo": "/console/needs-you", **fields})
    assert answer.status_code == 303, answer.text
    return (await browser.get(answer.headers["location"])).text


async def test_the_page_of_a_failed_gift_names_the_code_and_has_the_button(browser: Visit) -> None:
    gift_id = await failed_gift(browser.house.tenant)
    await browser.sign_in()
    text = (await browser.get(f"/console/gifts/{gift_id}")).text
    assert "The CRM has no project with the code ROOF." in text
    assert "Make project ROOF in the CRM" in text and "Try again" in text
    assert "$10.00 from Ada Example" in text and "Winter Shelter" in text


async def test_an_organization_of_before_has_the_project_of_covered_costs_made_with_one_press(
    browser: Visit,
) -> None:
    """Its CRM was there before gifts had costs."""
    tenant = browser.house.tenant
    async with as_owner(tenant.db, tenant.id) as tx:
        await tx.conn.execute(
            "UPDATE crm.project SET project_code = 'X', code_key = 'x' WHERE organization_id = $1 AND code_key = 'creditcardcosts'",
            tenant.id,
        )
    gift = await tenant.give(100, donorPaidCosts=True, costs=3)
    await reached(tenant, "gift", gift["id"], "project_unknown", detail="CREDITCARDCOSTS")
    token = await browser.sign_in()
    assert "Make project CREDITCARDCOSTS in the CRM" in (await browser.get("/console/needs-you")).text
    await press(browser, "/console/needs-you/project", token, code="CREDITCARDCOSTS")
    await reached(tenant, "gift", gift["id"], None)
    made = await tenant.crm.get("/crm/api/Project/Code/CREDITCARDCOSTS")
    assert (made["name"], made["lifeToDateGiving"]) == ("Processing Costs", 3)


async def test_a_gift_that_is_there_a_gift_that_stays_and_a_gift_not_seen_have_pages_too(
    browser: Visit,
) -> None:
    tenant = browser.house.tenant
    there, stays = await tenant.give(10), await tenant.give(20, isTestMode=True)
    state = await reached(tenant, "gift", there["id"], None)
    await reached(tenant, "gift", stays["id"], "test_mode")
    unseen = await tenant.give(30)
    await browser.sign_in()
    page = (await browser.get(f"/console/gifts/{there['id']}")).text
    assert "In the CRM" in page and f"/console/gift/{state['crmKey']}" in page and "Reached the CRM" in page
    page = (await browser.get(f"/console/gifts/{stays['id']}")).text
    assert (
        "Stays in giving" in page
        and "Test records never go to the CRM." in page
        and 'class="mend"' not in page
    )
    page = (await browser.get(f"/console/gifts/{unseen['id']}")).text
    assert "On its way" in page and "The sync has not looked at it yet" in page


async def test_making_the_project_takes_giving_s_name_and_heals_what_waited(browser: Visit) -> None:
    tenant = browser.house.tenant
    gift_id = await failed_gift(tenant)
    token = await browser.sign_in()
    page = await press(browser, "/console/needs-you/project", token, code="ROOF")
    assert said(page).startswith("The project is in the CRM") and "Nothing needs you." in page
    assert (await tenant.crm.get("/crm/api/Project/Code/ROOF"))["name"] == "Winter Shelter"
    await reached(tenant, "gift", gift_id, None)


async def test_each_button_may_be_pressed_twice(browser: Visit) -> None:
    tenant = browser.house.tenant
    gift_id = await failed_gift(tenant)
    token = await browser.sign_in()
    for _ in range(2):
        await press(browser, "/console/needs-you/project", token, code="ROOF")
    await reached(tenant, "gift", gift_id, None)
    project = await tenant.crm.get("/crm/api/Project/Code/ROOF")
    assert project["lifeToDateGiftCount"] == 1
    again = await press(browser, f"/console/gifts/{gift_id}/retry", token)
    assert said(again).startswith("There was nothing left to try again")
    cause = {"entity": "gift", "reason": "project_unknown", "detail": "ROOF"}
    assert "nothing left" in said(await press(browser, "/console/needs-you/retry", token, **cause))


async def test_a_project_that_is_closed_is_opened_and_not_made_again(browser: Visit) -> None:
    tenant = browser.house.tenant
    await giving_project(tenant, "WELL")
    made = await tenant.crm.post("/crm/api/Project", {"name": "Well", "projectCode": "WELL"})
    await tenant.crm.put(f"/crm/api/Project/{made['id']}/Active", active=False)
    gift = await tenant.give(10, projects=[{"code": "WELL"}])
    await reached(tenant, "gift", gift["id"], "project_inactive")
    token = await browser.sign_in()
    assert "Activate project WELL in the CRM" in (await browser.get(f"/console/gifts/{gift['id']}")).text
    await press(browser, "/console/needs-you/project", token, code="WELL")
    await reached(tenant, "gift", gift["id"], None)
    assert (await tenant.crm.get(f"/crm/api/Project/{made['id']}"))["isActive"]


async def test_trying_again_tells_that_it_does_and_the_cause_is_told_anew(browser: Visit) -> None:
    tenant = browser.house.tenant
    gift_id = await failed_gift(tenant)
    token = await browser.sign_in()
    assert said(await press(browser, f"/console/gifts/{gift_id}/retry", token)) == "It is tried again now."
    state = await reached(tenant, "gift", gift_id, "project_unknown")
    assert state["attempts"] == 0


async def test_a_gift_behind_its_donor_shows_the_donors_cause_and_its_retry_is_the_donors(
    browser: Visit,
) -> None:
    tenant = browser.house.tenant
    gift = await lost_gift(tenant)
    token = await browser.sign_in()
    page = (await browser.get(f"/console/gifts/{gift['id']}")).text
    assert f"The CRM key {NOWHERE} that was given for the donor names no contact" in page
    assert f"/console/donors/{gift['donorId']}/contact" in page
    assert said(await press(browser, f"/console/gifts/{gift['id']}/retry", token)) == "It is tried again now."
    donor = await tenant.raise_.get(f"/raise/api/Sync/donor/{gift['donorId']}")
    assert donor["reason"] == "queued"


async def test_a_donor_is_linked_to_a_contact_that_is_there_and_to_no_other(browser: Visit) -> None:
    tenant = browser.house.tenant
    meant = await tenant.give(5, email="bo@example.org", donor={"firstName": "Bo"})
    await reached(tenant, "gift", meant["id"], None)
    contact_id = (await tenant.raise_.get(f"/raise/api/Donor/{meant['donorId']}"))["crmKey"]
    gift = await lost_gift(tenant)
    token, path = await browser.sign_in(), f"/console/donors/{gift['donorId']}/contact"
    for key in ("424242", "x", "", "9" * 40):
        assert "no contact with this id" in said(await press(browser, path, token, crmKey=key))
    assert said(await press(browser, path, token, crmKey=contact_id)).startswith("The donor is linked")
    await reached(tenant, "gift", gift["id"], None)
    again = await press(browser, path, token, crmKey=contact_id)
    assert said(again).startswith("The donor is linked")


async def test_a_key_that_names_nobody_is_forgotten_and_the_contact_made(browser: Visit) -> None:
    """Where no contact is there yet, no number could be typed."""
    tenant = browser.house.tenant
    gift = await lost_gift(tenant)
    token, path = await browser.sign_in(), f"/console/donors/{gift['donorId']}/contact"
    for place in ("/console/needs-you", f"/console/gifts/{gift['id']}"):
        assert "Forget the key: find or make the contact" in (await browser.get(place)).text
    for _ in range(2):
        assert said(await press(browser, path, token, forget="true")).startswith("The key is forgotten")
    await reached(tenant, "gift", gift["id"], None)
    donor = await tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}")
    assert donor["crmKey"] and not donor.get("seededCrmKey")


async def test_a_donor_without_a_name_gets_one(browser: Visit) -> None:
    tenant = browser.house.tenant
    nameless = {"firstName": None, "lastName": None, "sourceSystem": "ledger", "sourceKey": "1"}
    gift = await tenant.give(email=None, donor=nameless)
    await reached(tenant, "donor", gift["donorId"], "missing_required_field")
    token, path = await browser.sign_in(), f"/console/donors/{gift['donorId']}/name"
    assert "A name is needed" in said(await press(browser, path, token, lastName="  "))
    assert "at most 75 letters" in said(await press(browser, path, token, lastName="x" * 76))
    assert not (await tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}"))["lastName"]
    for _ in range(2):
        assert said(await press(browser, path, token, lastName="Moss")).startswith("The donor has a name")
    other = await press(browser, path, token, lastName="Fern")
    assert said(other) == "Nothing was changed: the donor has a name by now."
    donor = await tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}")
    assert donor["lastName"] == "Moss"
    await reached(tenant, "gift", gift["id"], None)


async def test_the_header_counts_and_the_page_lists_what_needs_somebody(browser: Visit) -> None:
    tenant = browser.house.tenant
    await browser.sign_in()
    assert "Nothing needs you." in (await browser.get("/console/needs-you")).text
    await failed_gift(tenant)
    await lost_gift(tenant)
    for path in ("/console/", "/console/gifts", "/console/needs-you"):
        assert ": 2 gifts need you</span>" in (await browser.get(path)).text, path
    page = (await browser.get("/console/needs-you")).text
    assert "Project not in the CRM: ROOF" in page and "Contact not found: Ada Example" in page
    assert "/console/gifts?show=project_unknown&amp;detail=ROOF" in page
    assert "$10.00" in page and "$25.00" in page


async def test_a_change_that_waits_for_a_paused_campaign_goes_on_when_it_is_resumed_there(
    browser: Visit,
) -> None:
    tenant = browser.house.tenant
    campaign_id = await campaign(tenant)
    gift = await tenant.give(campaignId=campaign_id)
    await tenant.settled("gift", gift["id"])
    await toggle(tenant, campaign_id)
    await correct(tenant, gift["id"], notes="for the well")
    await reached(tenant, "gift", gift["id"], "held_campaign_paused")
    token = await browser.sign_in()
    page = (await browser.get(f"/console/gifts/{gift['id']}")).text
    assert "Resume the campaign&#39;s sync" in page and "as it was in version 1" in page
    page = await press(browser, f"/console/campaigns/{campaign_id}/sync", token, canSync="true")
    assert said(page).startswith("The campaign&#39;s sync is on")
    await reached(tenant, "gift", gift["id"], None)


@pytest.mark.parametrize("reason", [reason for reason, of in STATE_OF_REASON.items() if of is State.WITHHELD])
def test_whatever_stays_in_giving_has_a_next_step(reason: Reason) -> None:
    assert NEXT_STEPS[reason]


async def test_a_gift_that_a_pause_withheld_says_so_and_lets_the_next_ones_go(browser: Visit) -> None:
    tenant = browser.house.tenant
    campaign_id = await campaign(tenant, canSync=False)
    gift = await tenant.give(campaignId=campaign_id)
    await reached(tenant, "gift", gift["id"], "campaign_sync_off")
    token = await browser.sign_in()
    page = (await browser.get(f"/console/gifts/{gift['id']}")).text
    assert "Nothing brings this gift to the CRM by itself" in page
    assert "Resume the campaign&#39;s sync, for gifts from now on" in page
    await press(browser, f"/console/campaigns/{campaign_id}/sync", token, canSync="true")
    page = (await browser.get(f"/console/gifts/{gift['id']}")).text
    assert 'class="mend"' not in page and "Stays in giving" in page
    later = await tenant.give(campaignId=campaign_id)
    await reached(tenant, "gift", later["id"], None)


async def test_causes_beyond_a_page_are_told_and_lead_on(
    browser: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triage, "CAUSES_MAX", 1)
    await failed_gift(browser.house.tenant)
    await lost_gift(browser.house.tenant)
    await browser.sign_in()
    first = (await browser.get("/console/needs-you")).text
    assert '<a href="/console/needs-you?after=1">And 1 more</a>' in first
    second = (await browser.get("/console/needs-you?after=1")).text
    assert "more</a>" not in second and "Latest</a>" in second
    assert ("Winter" in first or "ROOF" in first) is not ("ROOF" in second)
    assert "No more causes" in (await browser.get("/console/needs-you?after=99")).text


BUTTONS = [
    "/console/needs-you/project",
    "/console/needs-you/retry",
    "/console/gifts/{gift}/retry",
    "/console/donors/{donor}/contact",
    "/console/donors/{donor}/name",
]
FIELDS = {
    "code": "ROOF",
    "entity": "gift",
    "reason": "project_unknown",
    "detail": "ROOF",
    "crmKey": "1",
    "lastName": "X",
}


async def _state_of(house: House, gift_id: int) -> Any:
    state = await house.tenant.raise_.get(f"/raise/api/Sync/gift/{gift_id}")
    return state["state"], state["reason"], state["changedDate"]


@pytest.mark.parametrize("path", BUTTONS)
async def test_no_button_works_without_the_forms_token(browser: Visit, path: str) -> None:
    gift_id = await failed_gift(browser.house.tenant)
    donor_id = (await browser.house.tenant.raise_.get(f"/raise/api/Gift/{gift_id}"))["donorId"]
    before = await _state_of(browser.house, gift_id)
    address = path.format(gift=gift_id, donor=donor_id)
    assert (await visit(browser.house).post(address, FIELDS)).status_code == 303  # to the sign-in page
    await browser.sign_in()
    assert (await browser.post(address, FIELDS)).status_code == 403
    assert (await browser.post(address, {**FIELDS, "csrf_token": "0" * 64})).status_code == 403
    assert await _state_of(browser.house, gift_id) == before
    assert (await browser.house.tenant.crm.call("GET", "/crm/api/Project/Code/ROOF")).status_code == 404


async def test_another_organization_neither_sees_nor_mends(browser: Visit) -> None:
    gift = await lost_gift(browser.house.tenant)
    gift_id, donor_id = gift["id"], gift["donorId"]
    before = await _state_of(browser.house, gift_id)
    token = await browser.sign_in(await browser.house.another_tenant())
    for path in (f"/console/gifts/{gift_id}", f"/console/gifts/{gift_id}/state"):
        assert (await browser.get(path)).status_code == 404
    for path in BUTTONS[2:]:
        address = path.format(gift=gift_id, donor=donor_id)
        assert (await browser.post(address, {**FIELDS, "csrf_token": token})).status_code == 404, path
    assert f"/console/gifts/{gift_id}" not in (await browser.get(f"/console/gifts?q={gift_id}")).text
    assert "Nothing needs you." in (await browser.get("/console/needs-you")).text
    assert await _state_of(browser.house, gift_id) == before


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "/raise/api"])
async def test_a_button_leads_nowhere_else(browser: Visit, target: str) -> None:
    token = await browser.sign_in()
    form = {"csrf_token": token, "code": "ROOF", "returnTo": target}
    answer = await browser.post("/console/needs-you/project", form)
    assert answer.headers["location"] == "/console/?said=no-project"


async def test_only_what_the_console_says_is_said(browser: Visit) -> None:
    await browser.sign_in()
    page = (await browser.get("/console/needs-you", params={"said": "<b>Pay here</b>"})).text
    assert "Pay here" not in page and said(page) == ""


async def test_an_unknown_state_is_refused_and_an_unknown_cause_too(browser: Visit) -> None:
    token = await browser.sign_in()
    assert (await browser.get("/console/gifts?show=lost")).status_code == 400
    form = {"csrf_token": token, "entity": "gift", "reason": "lost"}
    assert (await browser.post("/console/needs-you/retry", form)).status_code == 400


async def test_a_switch_says_which_key_flipped_it(browser: Visit) -> None:
    tenant = browser.house.tenant
    campaign_id = await campaign(tenant)
    await tenant.raise_.put(f"/raise/api/Campaign/{campaign_id}/toggle-sync")
    await browser.sign_in()
    page = (await browser.get("/console/")).text
    assert "Paused by first key" in page
    assert "API key" not in page


async def test_a_contact_has_its_gifts_by_day_with_project_campaign_and_the_gift_as_given(
    browser: Visit,
) -> None:
    tenant = browser.house.tenant
    campaign_id = await campaign(tenant, "Spring appeal")
    late = await tenant.give(10, date="2025-03-23", campaignId=campaign_id)
    early = await tenant.give(20, date="2025-01-14")
    await reached(tenant, "gift", early["id"], None)
    crm_id = (await reached(tenant, "gift", late["id"], None))["crmKey"]
    await browser.sign_in()
    contact = (await tenant.crm.get(f"/crm/api/Gift/{crm_id}"))["contactId"]
    assert (
        f'href="/console/contact/{contact}#gift-{crm_id}"'
        in (await browser.get(f"/console/gift/{crm_id}")).text
    )
    page = (await browser.get(f"/console/contact/{contact}")).text
    assert page.index("Mar 23, 2025") < page.index("Jan 14, 2025")
    assert "Spring appeal" in page and "General Fund" in page and f"/console/gifts/{late['id']}" in page
    assert "Donor number in giving" in page and "RaiseDonors" not in page and "Batch" not in page
    assert ">Person</span>" in page

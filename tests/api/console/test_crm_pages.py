"""Staff who use the CRM find its gifts and campaigns in the console: by the query language, page after page, as far as they may."""

from __future__ import annotations

import html
import re

import pytest

from almoner.console.asking import TAKE
from tests.api.console.conftest import Visit
from tests.api.console.test_single_rights import visitor
from tests.support.crm_scene import CrmScene, crm_scene
from tests.support.house import House
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio

LIST, CAMPAIGNS = "/console/crm/gifts", "/console/crm/campaigns"


@pytest.fixture
async def scene(browser: Visit) -> CrmScene:
    """Gifts and a campaign, and somebody who is signed in."""
    made = await crm_scene(browser.house.tenant)
    await browser.sign_in()
    return made


async def shown(browser: Visit, path: str, /, **conditions: str) -> str:
    """A page as it is read."""
    answer = await browser.get(path, params=conditions or None)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def rows(page: str) -> list[int]:
    """The gifts of a list, in their order."""
    return [int(found) for found in re.findall(r'<tr id="gift-(\d+)">', page)]


async def test_the_list_has_gifts_of_every_way_the_last_entered_first(
    browser: Visit, scene: CrmScene
) -> None:
    page = await shown(browser, LIST)
    assert rows(page) == [scene.reversal, scene.entered, scene.sent]
    assert "$500.00" in page and "-$50.00" in page and "Clean Water, General Fund" in page
    assert "Batch December" in page and "Major donors" in page and "Taken back here" in page


async def test_a_project_of_two_parts_of_a_gift_is_named_once(browser: Visit, scene: CrmScene) -> None:
    parts = [{"projectCode": "WATER", "amountDesignated": minor} for minor in (3, 4)]
    gift = {"contactId": scene.contact, "amount": 7, "giftDesignations": parts}
    await browser.house.tenant.crm.post("/crm/api/Gift", gift)
    for path in (LIST, f"/console/contact/{scene.contact}"):
        assert "Clean Water, Clean Water" not in await shown(browser, path)


async def test_conditions_narrow_it_all_of_them_or_any(browser: Visit, scene: CrmScene) -> None:
    amount = {"p1": "Amount", "o1": "GreaterThan", "v1": "100"}
    day = {"p2": "gift date", "o2": "Between", "v2": "2024-12-15; 2024-12-31"}
    assert rows(await shown(browser, LIST, **amount)) == [scene.entered]
    assert rows(await shown(browser, LIST, **amount, **day)) == []
    assert rows(await shown(browser, LIST, **amount, **day, match="any")) == [scene.reversal, scene.entered]
    several = {"p1": "Gift Id", "o1": "IsAnyOf", "v1": f"{scene.sent};{scene.entered}"}
    assert rows(await shown(browser, LIST, **several)) == [scene.entered, scene.sent]
    assert "No gift in the CRM fits." in await shown(browser, LIST, p1="Batch", o1="Is", v1="May")
    untouched = {"p1": "Contact Name", "o1": "Contains", "v1": ""}
    assert len(rows(await shown(browser, LIST, **untouched))) == 3


async def test_fields_of_ones_own_are_among_the_conditions(browser: Visit, scene: CrmScene) -> None:
    field = {"recordType": "Gift", "name": "Appeal note", "dataType": "Text"}
    await browser.house.tenant.crm.post("/crm/api/CustomField", field)
    (name,) = re.findall(r"<option>([^<]*Appeal note[^<]*)</option>", await shown(browser, LIST))
    assert rows(await shown(browser, LIST, p1=name, o1="IsKnown")) == []
    assert len(rows(await shown(browser, LIST, p1=name, o1="IsNotKnown"))) == 3


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"p1": "Amuont", "v1": "5"}, "A gift has no parameter 'Amuont'. Did you mean 'Amount'"),
        ({"p1": "Amount", "o1": "Contains", "v1": "5"}, "Amount: Contains is no operator of it."),
        ({"p1": "Gift Date", "v1": "soon"}, "'soon' is no day such as 2024-12-31."),
        ({"p1": "Gift Date", "o1": "Between", "v1": "2024-01-01"}, "Gift Date Between needs a value here."),
        ({"v1": "5"}, "Choose what the value is of."),
        ({"cursor": "nonsense"}, "The cursor is not of this query."),
    ],
)
async def test_a_condition_that_is_wrong_is_told_at_its_line_and_kept(
    browser: Visit, scene: CrmScene, said: dict[str, str], told: str
) -> None:
    answer = await browser.get(LIST, params=said)
    assert answer.status_code == 400
    page = html.unescape(answer.text)
    problem = re.search(r'<p class="problem" role="alert"( id="problem-1")?>([^<]*)</p>', page)
    assert problem is not None and told in problem[2]
    assert ("cursor" in said) == (problem[1] is None)
    assert rows(page) == [] and f'value="{said.get("v1", "")}"' in page


async def test_pages_follow_each_other_without_skip_or_repeat(browser: Visit, scene: CrmScene) -> None:
    split = [{"projectCode": "GENERAL", "amountDesignated": 1}]
    gift = {"contactId": scene.contact, "amount": 1, "giftDate": "2025-01-02", "giftDesignations": split}
    made = await browser.house.tenant.crm.post("/crm/api/Gift/Bulk", [gift] * TAKE)
    assert len(made) == TAKE
    conditions = {"p1": "Contact Id", "o1": "Is", "v1": str(scene.contact)}
    first = await shown(browser, LIST, **conditions)
    following = re.search(r'<a class="next" href="([^"]+)"', first)
    assert following is not None
    await browser.house.tenant.crm.post("/crm/api/Gift", gift)
    second = await shown(browser, following[1])
    assert rows(second) == [scene.reversal, scene.entered, scene.sent]
    assert len(rows(first)) == TAKE and not {*rows(first)} & {*rows(second)}
    assert "Back to the newest" in second and 'rel="next"' not in second


async def test_a_gift_tells_its_parts_what_it_pays_what_was_taken_back_and_its_campaigns(
    browser: Visit, scene: CrmScene
) -> None:
    page = await shown(browser, f"/console/gift/{scene.entered}")
    assert (
        "$500.00 from Ada Example" in page
        and f'href="/console/contact/{scene.contact}#gift-{scene.entered}"' in page
    )
    assert "Clean Water<small>WATER" in page and "$300.00</td>" in page
    assert "A pledge: of 400.00 expected on Dec 31, 2024," in page
    assert (
        f'<a href="/console/gift/{scene.reversal}">$50.00 on Dec 20, 2024, by gift {scene.reversal}</a>'
        in page
    )
    assert f'<a href="/console/crm/campaigns/{scene.campaign}">Year-End 2024</a>' in page
    assert "$300.00 through its projects" in page and "$500.00 by its segment" in page
    assert "Check number</dt><dd>1044" in page and "Thank her by telephone" in page
    back = await shown(browser, f"/console/gift/{scene.reversal}")
    assert f'<a href="/console/gift/{scene.entered}">of gift {scene.entered}</a>' in back


async def test_a_gift_that_was_sent_leads_to_the_gift_as_it_was_given(
    browser: Visit, scene: CrmScene
) -> None:
    page = await shown(browser, f"/console/gift/{scene.sent}")
    assert f'<a href="/console/gifts/{scene.given}">Gift {scene.given} in giving</a>' in page
    assert '<span class="badge synced">In the CRM</span>' in page
    there = await shown(browser, f"/console/gifts/{scene.given}/state")
    assert f'href="/console/gift/{scene.sent}"' in there


async def test_what_a_refund_took_back_leads_to_the_gift_that_was_refunded(
    browser: Visit, scene: CrmScene
) -> None:
    tenant = browser.house.tenant
    await tenant.raise_.post(f"/raise/api/Gift/{scene.given}/refund", {"amount": 5})
    await tenant.settled("gift", scene.given)
    (refund,) = (await tenant.raise_.get(f"/raise/api/Gift/{scene.given}/reversals"))["items"]
    reversal = int((await tenant.settled("reversal", refund["id"]))["crmKey"])
    page = await shown(browser, f"/console/gift/{reversal}")
    assert f'<a href="/console/gifts/{scene.given}">Gift {scene.given} in giving</a>' in page
    assert "is not there any more" not in page


async def test_a_gift_does_not_lead_to_another_that_has_its_id_in_giving_and_was_not_sent(
    browser: Visit, scene: CrmScene
) -> None:
    """As after giving was set up anew: the number is a gift's that the CRM does not have."""
    tenant, test = browser.house.tenant, {"isTestMode": True}
    other = await tenant.give(7, email="bo@example.org", **test)
    assert (await tenant.settled("gift", other["id"]))["crmKey"] is None
    origin = "UPDATE crm.gift SET origin = jsonb_set(origin::jsonb, '{raiseGiftId}', $2::text::jsonb) WHERE id = $1"
    async with as_owner(browser.house.app.db, tenant.id) as tx:
        await tx.conn.execute(origin, scene.sent, str(other["id"]))
    page = await shown(browser, f"/console/gift/{scene.sent}")
    assert f"/console/gifts/{other['id']}" not in page
    assert "is another gift by now" in page


async def test_a_campaign_tells_how_far_it_has_come_and_what_belongs_to_it(
    browser: Visit, scene: CrmScene
) -> None:
    listed = await shown(browser, CAMPAIGNS, p1="Name", o1="StartsWith", v1="year")
    assert f'id="campaign-{scene.campaign}"' in listed and "of $1,000.00" in listed
    page = await shown(browser, f"{CAMPAIGNS}/{scene.campaign}")
    assert '<td class="number">$270.00</td>' in page
    for text in (
        "Clean Water",
        "WATER",
        "Letter",
        "Thank you",
        "Fall letter",
        "Direct Mail",
        "Major donors",
        "MD-24",
    ):
        assert text in page, text
    assert "USD" in page and "its segments" in page and "25 % of 4" in page
    its_gifts = re.search(r'<a href="(/console/crm/gifts[^"]+)">Its gifts</a>', page)
    assert its_gifts is not None
    assert scene.entered in rows(await shown(browser, its_gifts[1]))
    assert (await browser.get(f"{CAMPAIGNS}/{scene.campaign + 999}")).status_code == 404


async def test_without_gifts_and_campaigns_the_pages_say_where_they_come_from(browser: Visit) -> None:
    await browser.sign_in(await browser.house.another_tenant())
    assert "No gift is in the CRM yet." in await shown(browser, LIST)
    assert "campaign create NAME" in await shown(browser, CAMPAIGNS)


async def test_an_organization_sees_none_of_anothers(browser: Visit, scene: CrmScene) -> None:
    await browser.sign_in(await browser.house.another_tenant())
    assert rows(await shown(browser, LIST)) == []
    for path in (f"/console/gift/{scene.entered}", f"{CAMPAIGNS}/{scene.campaign}"):
        assert (await browser.get(path)).status_code == 404


async def test_each_sees_what_the_group_may_read(house: House) -> None:
    scene = await crm_scene(house.tenant)
    pages = (LIST, f"/console/gift/{scene.entered}", CAMPAIGNS, f"{CAMPAIGNS}/{scene.campaign}")
    of_gifts = await visitor(house, "gift:read")
    answers = {path: await of_gifts.get(path) for path in pages}
    assert [each.status_code for each in answers.values()] == [200, 200, 403, 403]
    assert not any("Ada Example" in each.text for each in answers.values())
    assert (
        "Year-End 2024" not in answers[pages[1]].text
        and 'href="/console/crm/campaigns"' not in answers[LIST].text
    )
    of_campaigns = await visitor(house, "campaign:read")
    answers = {path: await of_campaigns.get(path) for path in pages}
    assert [each.status_code for each in answers.values()] == [403, 403, 200, 200]
    page = html.unescape(answers[pages[3]].text)
    assert "your permission group lacks Read of Segment." in page and "Major donors" not in page
    assert "Fall letter" not in page and "Its gifts" not in page

"""Give with a form, a segment, a premium, covered costs and what comes along: what a gift is then, and what refuses it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.api.giving.campaigns.sample import body as campaign_body
from tests.api.giving.give.sample import all_of
from tests.api.giving.premiums.sample import body as premium_body
from tests.support.figures import wrong_figures
from tests.support.house import House, Tenant, give_body

pytestmark = pytest.mark.anyio

RAISE = "/raise/api"


async def post(tenant: Tenant, path: str, **said: Any) -> Any:
    """A new record."""
    return await tenant.raise_.post(f"{RAISE}/{path}", said)


async def campaign(tenant: Tenant, **more: Any) -> Any:
    """A new campaign."""
    return await post(tenant, "Campaign", **{**campaign_body("spring"), **more})


async def refused(tenant: Tenant, **more: Any) -> Any:
    """The broken fields of a gift that is refused, with what is said of each; nothing is stored and nothing stays paid."""
    answer = await tenant.raise_.call("POST", f"{RAISE}/Raise/give", json=give_body(10, **more))
    assert answer.status_code == 400, answer.text
    return answer.json()["errors"]


def parts(gift: Any) -> list[tuple[str, str]]:
    """The split of a gift, by names."""
    return [(part["name"], part["amount"]) for part in gift["projects"]]


@pytest.fixture
async def wells(house: House) -> Any:
    """A project that forms offer."""
    return await post(house.tenant, "Project", name="Wells", code="WELLS")


@pytest.fixture
async def roofs(house: House) -> Any:
    """Another one."""
    return await post(house.tenant, "Project", name="Roofs", code="ROOFS")


@pytest.fixture
async def form(house: House, wells: Any, roofs: Any) -> Any:
    """A form in euros that offers two projects, and splits 2 to 1."""
    made = await campaign(house.tenant, segments=[{"name": "Friends", "code": "fr-1"}])
    (segment,) = (await house.tenant.raise_.get(f"{RAISE}/Segment/list"))["items"]
    split = [{"projectId": wells["id"], "weight": 2}, {"projectId": roofs["id"], "weight": 1}]
    return await post(
        house.tenant,
        "Form",
        name="Home page",
        campaignId=made["id"],
        segmentId=segment["id"],
        currencyCode="eur",
        motivationCode="radio",
        offeredProjectIds=[wells["id"], roofs["id"]],
        defaultSplit=split,
    )


async def test_a_form_says_what_the_gift_does_not(house: House, form: Any) -> None:
    gift = await house.tenant.give("10.00", formId=form["id"])
    assert (gift["currency"], gift["formId"], gift["formName"]) == ("EUR", form["id"], "Home page")
    assert (gift["campaignId"], gift["campaignName"]) == (form["campaignId"], "spring campaign")
    assert (gift["segment"], gift["segmentName"], gift["motivation"]) == ("fr-1", "Friends", "radio")
    assert parts(gift) == [("Wells", "EUR 6.67"), ("Roofs", "EUR 3.33")]
    exchange = gift["projects"][0]["currencyExchange"]
    assert (exchange["nativeAmount"], exchange["baseCurrencyCode"]) == ("EUR 6.67", "USD")
    assert (exchange["isDifferentCurrency"], exchange["baseAmount"]) == (True, None)
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_what_the_gift_says_itself_stands(house: House, form: Any, roofs: Any) -> None:
    own = [{"projectId": roofs["id"]}]
    gift = await house.tenant.give(
        10, formId=form["id"], currencyCode="USD", projects=own, motivationCode="tv"
    )
    assert (gift["currency"], gift["motivation"], parts(gift)) == ("USD", "tv", [("Roofs", "$10.00")])
    assert gift["projects"][0]["currencyExchange"] is None


async def test_a_form_refuses_what_it_does_not_offer_and_names_what_it_does(house: House, form: Any) -> None:
    told = await refused(house.tenant, formId=form["id"], projects=[{"code": "general"}])
    (text,) = told["projects[0].code"]
    assert text.startswith("The form does not offer this project. It offers: WELLS (")
    assert "ROOFS" in text


async def test_a_form_offers_no_project_whose_twin_is_not_online(house: House, form: Any, wells: Any) -> None:
    twin = {"name": "Wells", "code": "WELLS", "isAvailableOnline": False}
    await house.tenant.crm.post("/crm/api/Project", twin)
    told = await refused(house.tenant, formId=form["id"], projects=[{"projectId": wells["id"]}])
    assert "WELLS" not in told["projects[0].projectId"][0]


async def test_a_form_that_is_closed_or_of_another_campaign_takes_nothing(house: House, form: Any) -> None:
    other = await campaign(house.tenant)
    assert set(await refused(house.tenant, formId=form["id"], campaignId=other["id"])) >= {"campaignId"}
    assert set(await refused(house.tenant, formId=10**9)) == {"formId"}
    first = give_body(10, formId=form["id"])
    keyed = {"headers": {"Idempotency-Key": "closing"}}
    given = await house.tenant.raise_.call("POST", f"{RAISE}/Raise/give", json=first, **keyed)
    closed = {"name": "Home page", "campaignId": form["campaignId"], "isActive": False, "coversCosts": False}
    await house.tenant.raise_.put(f"{RAISE}/Form/{form['id']}", closed)
    assert set(await refused(house.tenant, formId=form["id"], costs=1)) == {"formId", "costs"}
    again = await house.tenant.raise_.call("POST", f"{RAISE}/Raise/give", json=first, **keyed)
    assert (again.status_code, again.json()["id"]) == (200, given.json()["id"])


async def test_a_segment_brings_its_campaign_and_agrees_with_it(house: House) -> None:
    made = await campaign(house.tenant, segments=[{"name": "Friends", "code": "fr-1"}])
    other = await campaign(house.tenant)
    (segment,) = (await house.tenant.raise_.get(f"{RAISE}/Segment/list"))["items"]
    by_code = await house.tenant.give(10, segmentCode=" FR-1 ")
    assert (by_code["campaignId"], by_code["segmentId"], by_code["segment"]) == (
        made["id"],
        segment["id"],
        "fr-1",
    )
    await house.tenant.give(30, segmentId=segment["id"], campaignId=made["id"], email="bo@example.org")
    await house.tenant.give(99, segmentId=segment["id"], isTestMode=True)
    assert set(await refused(house.tenant, segmentId=segment["id"], campaignId=other["id"])) == {"segmentId"}
    assert set(await refused(house.tenant, segmentId=segment["id"], segmentCode="x")) == {"segmentCode"}
    told = await house.tenant.raise_.get(f"{RAISE}/Segment/{segment['id']}")
    assert (told["totalGifts"], told["totalDonors"], told["totalGiftAmount"]) == (2, 2, "$40.00")
    assert (told["averageGiftAmount"], told["medianGiftAmount"], told["highestGiftAmount"]) == (
        "$20.00",
        "$10.00",
        "$30.00",
    )
    unknown = await house.tenant.give(5, segmentCode="Old-7")
    assert (unknown["segment"], unknown["segmentId"], unknown["campaignId"]) == ("Old-7", None, None)


async def test_a_corrected_code_moves_the_gift_to_the_segment_of_that_code(house: House) -> None:
    friends = [{"name": "Friends", "code": "fr-1"}, {"name": "New", "code": "nw"}]
    made = await campaign(house.tenant, segments=friends)
    gift = await house.tenant.give(10, campaignId=made["id"], segmentCode="fr-1")
    path = f"{RAISE}/Gift/{gift['id']}"
    moved = await house.tenant.raise_.call("PATCH", path, json={"segmentCode": "NW"})
    assert (moved.json()["segment"], moved.json()["segmentName"]) == ("nw", "New")
    loose = await house.tenant.give(10)
    answer = await house.tenant.raise_.call(
        "PATCH", f"{RAISE}/Gift/{loose['id']}", json={"segmentCode": "nw"}
    )
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"segmentCode"})


async def test_covered_costs_are_a_part_of_their_own_on_top(house: House, wells: Any, roofs: Any) -> None:
    split = [{"projectId": wells["id"], "amount": 60}, {"projectId": roofs["id"], "amount": 40}]
    gift = await house.tenant.give(100, projects=split, donorPaidCosts=True, costs="3.20")
    assert (gift["amount"], gift["costs"], gift["donorPaidCosts"]) == (103.2, 3.2, True)
    assert parts(gift) == [("Wells", "$60.00"), ("Roofs", "$40.00"), ("Processing Costs", "$3.20")]
    payments = (await house.tenant.raise_.get(f"{RAISE}/Payment/list"))["items"]
    assert [payment["amount"] for payment in payments] == [103.2]
    assert set(await refused(house.tenant, donorPaidCosts=True)) == {"costs"}
    assert set(await refused(house.tenant, donorPaidCosts=False, costs=1)) == {"costs"}
    assert set(await refused(house.tenant, costs="1.001")) == {"costs"}
    none = await house.tenant.give(10, donorPaidCosts=True, costs=0)
    assert (none["amount"], none["costs"], none["donorPaidCosts"]) == (10, None, False)
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_all_that_comes_with_a_gift_is_told_with_it(house: House) -> None:
    premium = await post(house.tenant, "Premium", **premium_body("mug"))
    said = all_of({"premium": premium})
    gift = await house.tenant.give(10, **said)
    assert gift == await house.tenant.raise_.get(f"{RAISE}/Gift/{gift['id']}")
    same = ("billingName", "shippingName", "submissionUrl", "browserInfo", "googleGclid", "giftAidRequested")
    marks = ("utmSource", "utmMedium", "utmCampaign", "utmTerm", "utmContent")
    assert {name: gift[name] for name in (*same, *marks)} == {name: said[name] for name in (*same, *marks)}
    assert gift["shippingAddress"]["address2"] == "Flat 2" and gift["billingAddress"]["state"] == "Illinois"
    assert gift["tribute"].items() >= said["tribute"].items()
    worth = gift["premium"]
    assert (worth["name"], worth["fairValue"], worth["quantity"]) == ("mug mug", 12.5, 1)
    plain = await house.tenant.give(10)
    assert (plain["premium"], plain["tribute"], plain["billingAddress"]) == (None, None, None)


async def test_premiums_never_run_short_however_many_give_at_once(house: House) -> None:
    premium = await post(house.tenant, "Premium", **premium_body("mug", inventoryCount=5))
    bodies = [give_body(10, f"donor{n}@example.org", premiumId=premium["id"]) for n in range(40)]
    answers = await asyncio.gather(
        *(house.tenant.raise_.call("POST", f"{RAISE}/Raise/give", json=body) for body in bodies)
    )
    codes = [answer.status_code for answer in answers]
    assert (codes.count(200), codes.count(400)) == (5, 35)
    told = next(answer.json()["errors"] for answer in answers if answer.status_code == 400)
    assert told["premiumId"][0].startswith("Nothing is left of this premium")
    assert (await house.tenant.raise_.get(f"{RAISE}/Premium/{premium['id']}"))["inventoryCount"] == 0
    assert (await house.tenant.raise_.get(f"{RAISE}/Gift/list"))["total"] == 5
    donors = (await house.tenant.raise_.get(f"{RAISE}/Donor/list"))["total"]
    assert donors == 5, "a gift that is refused makes no donor"
    await house.tenant.raise_.put(f"{RAISE}/Premium/Increment/{premium['id']}")
    assert (await house.tenant.give(10, premiumId=premium["id"]))["premium"]["premiumId"] == premium["id"]


async def test_an_unknown_or_inactive_premium_is_refused_and_a_form_s_own_is_not_missed(house: House) -> None:
    assert set(await refused(house.tenant, premiumId=10**9)) == {"premiumId"}
    old = await post(house.tenant, "Premium", **premium_body("old", isActive=False))
    assert set(await refused(house.tenant, premiumId=old["id"])) == {"premiumId"}
    made = await campaign(house.tenant)
    form = await post(house.tenant, "Form", name="Home", campaignId=made["id"], premiumId=old["id"])
    assert (await house.tenant.give(10, formId=form["id"]))["premium"] is None


async def test_a_list_tells_the_records_behind_its_gifts_when_asked(house: House, form: Any) -> None:
    await house.tenant.give(10, formId=form["id"])
    (plain,) = (await house.tenant.raise_.get(f"{RAISE}/Gift/list"))["items"]
    (gift,) = (await house.tenant.raise_.get(f"{RAISE}/Gift/list", IncludeDetails="true"))["items"]
    assert plain["details"] is None
    details = gift["details"]
    assert details["donor"]["email"] == "ada@example.org" and details["form"] == form
    assert details["campaign"]["id"] == form["campaignId"] and details["segment"]["code"] == "fr-1"


async def test_a_code_of_a_segment_says_where_the_gift_belongs_and_a_repeat_finds_it_there(
    house: House,
) -> None:
    made = await campaign(house.tenant, segments=[{"name": "Friends", "code": "fr-1"}])
    said, headers = give_body(10, segmentCode="FR-1"), {"Idempotency-Key": "once"}
    answers = [
        await house.tenant.raise_.call("POST", f"{RAISE}/Raise/give", json=body, headers=headers)
        for body in (said, said, {**said, "segmentCode": "fr-2"})
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 409]
    gift, again = (answer.json() for answer in answers[:2])
    assert (gift["segment"], gift["segmentName"], gift["campaignId"]) == ("fr-1", "Friends", made["id"])
    assert again == gift
    other = await campaign(house.tenant, name="autumn")
    assert "segmentCode" in await refused(house.tenant, segmentCode="fr-1", campaignId=other["id"])
    payments = await house.tenant.raise_.get(f"{RAISE}/Payment/list")
    assert len(payments["items"]) == 1

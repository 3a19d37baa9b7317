"""What gifts tell beside their money: what belongs to a type, through whom they came, where those go that name no project."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from almoner.crm.gifts.settings import choose_default_project, default_project_code
from almoner.main import app
from tests.api.crm.accepted import problem, project
from tests.api.crm.gifts import sample
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

GIFT = "/crm/api/Gift"


async def enter(house: House, contact_id: int, amount: Any = 50, **more: Any) -> Any:
    """A gift for the general fund."""
    parts = [{"projectCode": "GENERAL", "amountDesignated": amount}]
    return await house.tenant.crm.post(
        GIFT, {"contactId": contact_id, "amount": amount, "giftDesignations": parts, **more}
    )


@pytest.fixture
async def giver(house: House) -> int:
    """A contact who gave."""
    return int((await sample.make(house.tenant, "ada"))["contactId"])


@pytest.mark.parametrize(
    ("gift_type", "said", "told"),
    [
        ("Check", {"checkNumber": " 0042 "}, {"checkNumber": "0042"}),
        ("Credit", {"creditCardType": "Visa", "checkNumber": "", "coinSoldForCash": False}, {"creditCardType": "Visa"}),
        ("Stock", {"tickerSymbol": "ABC", "numberOfShares": "1.5", "stockSoldForCash": True, "dateStockWasSold": "1/2/2024"},
         {"tickerSymbol": "ABC", "numberOfShares": 1.5, "stockSoldForCash": True,
          "dateStockWasSold": "2024-01-02T00:00:00"}),
        ("NonCash", {"nonCashGiftType": "boat", "description": "A dinghy"},
         {"nonCashGiftTypeId": 2, "nonCashGiftType": "Boat", "description": "A dinghy"}),
        ("Non-Cash", {"nonCashGiftTypeId": 11}, {"nonCashGiftTypeId": 11, "nonCashGiftType": "RV"}),
        ("Cryptocoin", {"cryptocoinType": "BTC", "coinAmount": 0.25}, {"cryptocoinType": "BTC", "coinAmount": 0.25}),
        ("Qualified Charitable Distribution", {"iraCustodian": "Bank"}, {"iraCustodian": "Bank"}),
    ],
)  # fmt: skip
async def test_what_belongs_to_a_type_is_kept(
    house: House, giver: int, gift_type: str, said: dict[str, Any], told: dict[str, Any]
) -> None:
    gift = await enter(house, giver, giftType=gift_type, **said)
    assert {name: value for name, value in gift["typeDetails"].items() if value} == told


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"giftType": "Cash", "checkNumber": "1"}, {"checkNumber"}),
        ({"giftType": "NonCash", "nonCashGiftType": "Boot"}, {"nonCashGiftType"}),
        ({"giftType": "NonCash", "nonCashGiftTypeId": 12}, {"nonCashGiftTypeId"}),
        ({"giftType": "NonCash", "nonCashGiftTypeId": 1, "nonCashGiftType": "Boat"}, {"nonCashGiftType"}),
        ({"giftType": "Stock", "numberOfShares": -1}, {"numberOfShares"}),
        (
            {"giftType": "Stock", "dateStockWasSold": "x", "receiptDate": "y"},
            {"dateStockWasSold", "receiptDate"},
        ),
    ],
)
async def test_what_does_not_fit_is_named(
    house: House, giver: int, body: dict[str, Any], fields: set[str]
) -> None:
    parts = [{"projectCode": "GENERAL", "amount": 5}]
    whole = {"contactId": giver, "amount": 5, "giftDesignations": parts, **body}
    status, _, named = await problem(house.tenant, "POST", "Gift", json=whole)
    assert (status, set(named)) == (422, fields)


async def test_gifts_are_found_by_what_they_tell(house: House, giver: int) -> None:
    other = int((await sample.make(house.tenant, "bea"))["contactId"])
    more = {
        "giftType": "Check",
        "checkNumber": "77",
        "receiptDate": "2024-12-31",
        "contactPassthroughId": other,
    }
    gift = await enter(house, giver, **more)
    for parameter, value in {
        "Check Number": "77",
        "Receipt Date": "12/31/2024",
        "Passthrough Contact Id": other,
    }.items():
        condition = {"parameter": parameter, "operator": "Is", "value": value}
        body = {"groups": [{"conditions": [condition]}]}
        found = await house.tenant.crm.post(f"{GIFT}/Query", body)
        assert [row["id"] for row in found["list"]] == [gift["id"]], parameter
        found = await house.tenant.crm.post("/crm/api/GiftDesignation/Query", body)
        assert [row["giftId"] for row in found["list"]] == [gift["id"]], parameter


async def test_gifts_come_through_contacts(house: House, giver: int) -> None:
    first, second = [int((await sample.make(house.tenant, name))["contactId"]) for name in ("bea", "cat")]
    whole = await enter(house, giver, contactPassthroughId=first)
    assert (whole["contactPassthroughId"], whole["giftPassthroughs"][0]["amount"]) == (first, 50)
    shares = [{"contactId": second, "amount": 10}, {"contactId": first, "amount": 20}]
    split = await enter(house, giver, giftPassthroughs=shares, contactPassthroughId=first)
    assert split["contactPassthroughId"] == second
    for contact_id, gifts in ((first, [split, whole]), (second, [split]), (giver, [])):
        page = await house.tenant.crm.get(
            f"{GIFT}/Passthrough/ByContact/{contact_id}", sortBy="Id", descending="true"
        )
        assert [row["id"] for row in page["list"]] == [gift["id"] for gift in gifts]
        assert page["total"] == len(gifts)


@pytest.mark.parametrize(
    ("shares", "fields"),
    [
        ([(1, 30), (2, 30)], {"giftPassthroughs"}),
        ([(1, 10), (1, 10)], {"giftPassthroughs[1].contactId"}),
        ([(1, None), (2, 10)], {"giftPassthroughs", "giftPassthroughs[0].amount"}),
        ([(0, 10)], {"giftPassthroughs[0].contactId"}),
    ],
)
async def test_passthroughs_name_each_contact_once_and_no_more_than_the_gift(
    house: House, giver: int, shares: list[Any], fields: set[str]
) -> None:
    ids = [giver]
    for name in ("bea", "cat"):
        other = await sample.make(house.tenant, name)
        ids += [int(other["contactId"])]
    passed = [{"contactId": ids[n], "amount": amount} for n, amount in shares]
    parts = [{"projectCode": "GENERAL", "amount": 50}]
    body = {"contactId": giver, "amount": 50, "giftDesignations": parts, "giftPassthroughs": passed}
    status, _, named = await problem(house.tenant, "POST", "Gift", json=body)
    assert (status, set(named)) == (422, fields)


async def test_non_cash_types_are_there_from_the_start(house: House) -> None:
    page = await house.tenant.crm.get(f"{GIFT}/NonCashGiftTypes", take="100")
    assert page["total"] == len(page["list"]) == 11
    assert page["list"][3] == {"id": 4, "name": "Car", "isEnabled": True}
    page = await house.tenant.crm.get(
        f"{GIFT}/NonCashGiftTypes", skip="1", take="2", sortBy="name", descending="true"
    )
    assert [each["name"] for each in page["list"]] == ["RV", "Other"]


async def test_gifts_are_listed_by_the_reference_of_their_contact(house: House) -> None:
    made = await sample.make(house.tenant, "ada")
    page = await house.tenant.crm.get(f"{GIFT}/ByReference/{made['donorId']}", sortBy="id")
    assert [row["id"] for row in page["list"]] == [made["id"], made["entered"]["id"]]
    assert page["list"][0]["giftDesignations"] == made["giftDesignations"]
    assert await house.tenant.crm.get(f"{GIFT}/ByReference/nobody") == {"list": [], "total": 0}


async def test_gifts_without_designations_go_to_the_default_project_once_there_is_one(
    house: House, giver: int
) -> None:
    body = {"contactId": giver, "amount": 12.5, "giftDate": "2024-12-07T10:00:00"}
    assert (await problem(house.tenant, "POST", "Gift", json=body))[0] == 400
    fund = await project(house.tenant, "Unsorted", projectCode="UNSORTED")
    async with house.app.db.tenant(house.tenant.id) as tx:
        await choose_default_project(tx, "unsorted")
    gift = await house.tenant.crm.post(GIFT, body)
    assert [part["projectCode"] for part in gift["giftDesignations"]] == ["UNSORTED"]
    (bulk,) = await house.tenant.crm.post(f"{GIFT}/Bulk", [body])
    assert bulk["giftDesignations"][0]["amountDesignated"] == 12.5
    gone = [{"id": bulk["giftDesignations"][0]["id"], "state": "Delete"}]
    since = await house.tenant.crm.put(f"{GIFT}/{bulk['id']}", {"amount": 7, "giftDesignations": gone})
    assert [part["amountDesignated"] for part in since["giftDesignations"]] == [7]
    await house.tenant.crm.put(f"/crm/api/Project/{fund['id']}/Active", None, active="false")
    status, _, fields = await problem(house.tenant, "POST", "Gift", json=body)
    assert (status, fields) == (400, ["giftDesignations"])
    async with house.app.db.tenant(house.tenant.id) as tx:
        await choose_default_project(tx, None)
        assert await default_project_code(tx) is None
    assert await wrong_figures(house.app.db, house.tenant.id) == []


@pytest.mark.parametrize(
    ("parts", "more", "fields"),
    [
        ([("A", 31)], {}, {"giftDesignations[0].amountDesignated"}),
        ([("A", 20), ("A", 11)], {}, {"giftDesignations[1].amountDesignated"}),
        ([("GENERAL", 1)], {}, {"giftDesignations[0].projectCode"}),
        ([("A", 5)], {"amount": 6}, {"giftDesignations"}),
        ([("A", -5)], {}, {"giftDesignations[0].amountDesignated"}),
    ],
)
async def test_a_split_of_what_is_taken_back_is_within_what_is_left(
    house: House, giver: int, parts: list[Any], more: dict[str, Any], fields: set[str]
) -> None:
    for code in ("A", "B"):
        await project(house.tenant, f"Fund {code}", projectCode=code)
    split = [{"projectCode": "A", "amount": 30}, {"projectCode": "B", "amount": 20}]
    gift = await enter(house, giver, giftDesignations=split)
    asked = [{"projectCode": code, "amountDesignated": amount} for code, amount in parts]
    body = {"reversedGiftId": gift["id"], "giftDesignations": asked, **more}
    status, _, named = await problem(house.tenant, "POST", "Gift/ReversingTransaction", json=body)
    assert (status, set(named)) == (422, fields)
    body = {
        "reversedGiftId": gift["id"],
        "giftDesignations": [{"projectCode": "a", "amount": 10}],
        "amount": 10,
    }
    told = await house.tenant.crm.post(f"{GIFT}/ReversingTransaction", body)
    assert [(each["projectCode"], each["amountDesignated"]) for each in told["giftDesignations"]] == [
        ("A", -10)
    ]
    rest = await house.tenant.crm.post(f"{GIFT}/ReversingTransaction", {"reversedGiftId": gift["id"]})
    assert rest["amount"] == -40
    assert await wrong_figures(house.app.db, house.tenant.id) == []


def test_the_default_project_is_chosen_by_command(dsn: str) -> None:
    def almoner(*words: str) -> Any:
        return CliRunner().invoke(app, words, env={"ALMONER_DATABASE_URL": dsn})

    assert almoner("org", "create", "Example House").exit_code == 0
    assert "are refused" in almoner("org", "default-project").output
    assert "go to GENERAL" in almoner("org", "default-project", "general").output
    assert '"GENERAL"' in almoner("org", "default-project", "--json").output
    assert almoner("org", "default-project", "nothing").exit_code == 1
    assert almoner("org", "default-project", "general", "--none").exit_code == 2
    assert "are refused" in almoner("org", "default-project", "--none").output

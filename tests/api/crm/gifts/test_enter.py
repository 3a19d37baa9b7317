"""Partners enter gifts: one fund or a split, by any of a project's three names; what is wrong is named, and nothing is doubled."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.crm.gifts import sample
from tests.api.refusals import assert_refused
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

GIFT, REVERSE = "/crm/api/Gift", "/crm/api/Gift/ReversingTransaction"
NOBODY = 999_999_999


@pytest.fixture
async def giver(house: House) -> int:
    """A contact who gave once, and two funds, one of which shares its accounting code with a third."""
    made = await sample.make(house.tenant, "ada")
    for name, code, account in (
        ("Clean Water", "CLEAN-WATER", "5101-001"),
        ("Education", "EDUCATION", "5200"),
        ("Books", "BOOKS", "5200"),
    ):
        body = {"name": name, "projectCode": code, "externalAccountingCode": account}
        await house.tenant.crm.post("/crm/api/Project", body)
    return int(made["contactId"])


def gift(contact_id: int, *parts: dict[str, Any], amount: Any = 500, **more: Any) -> dict[str, Any]:
    """A gift as the seed page has it."""
    return {
        "contactId": contact_id,
        "amount": amount,
        "giftDate": "2024-12-07",
        "giftDesignations": list(parts),
        **more,
    }


def part(code: str, amount: Any) -> dict[str, Any]:
    """A designation as the seed page has it."""
    return {"projectCode": code, "amountDesignated": amount}


async def entered(house: House, body: Any) -> httpx.Response:
    """The answer to a new gift."""
    return await house.tenant.crm.call("POST", GIFT, json=body)


async def test_the_split_of_the_seed_page_is_two_designations(house: House, giver: int) -> None:
    answer = await entered(
        house, gift(giver, part("CLEAN-WATER", 300.00), part("EDUCATION", 200.00), giftType="Check")
    )
    told = answer.json()
    assert answer.status_code == 200, answer.text
    assert (told["amount"], told["giftType"], told["giftDateFormatted"]) == (500.0, "Check", "12/7/2024")
    assert [(each["project"], each["amountDesignated"]) for each in told["giftDesignations"]] == [
        ("Clean Water", 300.0),
        ("Education", 200.0),
    ]
    assert told == await house.tenant.crm.get(f"{GIFT}/{told['id']}")
    water = await house.tenant.crm.get("/crm/api/Project/Code/CLEAN-WATER")
    assert (water["lifeToDateGiving"], water["lifeToDateGiftCount"]) == (300.0, 1)
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_the_single_fund_of_the_seed_page_is_one(house: House, giver: int) -> None:
    told = (await entered(house, gift(giver, part("clean-water", 500.00)))).json()
    (only,) = told["giftDesignations"]
    assert (only["projectCode"], only["externalAccountingCode"]) == ("CLEAN-WATER", "5101-001")


async def test_the_accounting_code_is_a_bridge(house: House, giver: int) -> None:
    body = gift(giver, {"externalAccountingCode": "5101-001", "amount": "500"})
    (only,) = (await entered(house, body)).json()["giftDesignations"]
    assert only["projectCode"] == "CLEAN-WATER"
    answer = await entered(house, gift(giver, {"externalAccountingCode": "5200", "amount": 500}))
    assert_refused("crm", answer, 400, "BAD_REQUEST", {"giftDesignations[0].externalAccountingCode"})
    assert "EDUCATION, BOOKS" in answer.text


@pytest.mark.parametrize(
    ("change", "status", "fields"),
    [
        ({"giftDesignations": []}, 400, {"giftDesignations"}),
        ({"giftDesignations": [part("CLEAN-WATER", 499.99)]}, 400, {"giftDesignations"}),
        ({"giftDesignations": [part("NOTHING", 500)]}, 400, {"giftDesignations[0].projectCode"}),
        ({"giftDesignations": [{"projectId": NOBODY, "amount": 500}]}, 400, {"giftDesignations[0].projectId"}),
        ({"giftDesignations": [{"amount": 500}]}, 400, {"giftDesignations[0].projectId"}),
        ({"giftDesignations": [{"projectCode": "CLEAN-WATER"}]}, 400, {"giftDesignations[0].amountDesignated"}),
        ({"amount": -5}, 422, {"amount"}),
        ({"contactId": NOBODY}, 422, {"contactId"}),
        ({"contactIndividualId": NOBODY}, 422, {"contactIndividualId"}),
        ({"giftType": "Barter"}, 422, {"giftType"}),
        ({"giftDate": "2999-01-01"}, 422, {"giftDate"}),
        ({"transactionSource": "Shop"}, 422, {"transactionId"}),
        ({"amount": "x", "contactId": NOBODY, "giftType": "Barter"}, 422, {"amount", "contactId", "giftType"}),
        (
            {"contactId": NOBODY, "giftDesignations": [part("NOTHING", 5)], "currencyCode": "XXZ"},
            400,
            {"contactId", "giftDesignations", "giftDesignations[0].projectCode", "currencyCode"},
        ),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_named_and_nothing_is_kept(
    house: House, giver: int, change: dict[str, Any], status: int, fields: set[str]
) -> None:
    before = (await house.tenant.crm.call("POST", f"{GIFT}/Query", json={})).json()["total"]
    answer = await entered(house, {**gift(giver, part("CLEAN-WATER", 500)), **change})
    assert_refused("crm", answer, status, "BAD_REQUEST" if status == 400 else "VALIDATION_FAILED", fields)
    assert (await house.tenant.crm.call("POST", f"{GIFT}/Query", json={})).json()["total"] == before


async def test_an_inactive_project_takes_nothing_new_and_keeps_what_it_has(house: House, giver: int) -> None:
    old = (await entered(house, gift(giver, part("CLEAN-WATER", 500)))).json()
    project = old["giftDesignations"][0]["projectId"]
    await house.tenant.crm.call("PUT", f"/crm/api/Project/{project}/Active", params={"active": "false"})
    answer = await entered(house, gift(giver, part("CLEAN-WATER", 500)))
    assert_refused("crm", answer, 400, "BAD_REQUEST", {"giftDesignations[0].projectCode"})
    assert "inactive" in answer.text
    assert (await house.tenant.crm.get(f"{GIFT}/{old['id']}"))["giftDesignations"][0][
        "project"
    ] == "Clean Water"


async def test_the_same_transaction_again_is_answered_with_the_first(house: House, giver: int) -> None:
    body = gift(giver, part("CLEAN-WATER", 500), transactionSource="Shop", transactionId="A-1")
    first, again = (await entered(house, body)).json(), (await entered(house, body)).json()
    assert first == again
    other = await entered(house, {**body, "amount": 400, "giftDesignations": [part("CLEAN-WATER", 400)]})
    assert_refused("crm", other, 409, "CONFLICT")
    assert str(first["id"]) in other.text
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_key_of_the_request_is_answered_once(house: House, giver: int) -> None:
    body = gift(giver, part("CLEAN-WATER", 500))
    answers = [
        await house.tenant.crm.call("POST", GIFT, json=body, headers={"Idempotency-Key": "k1"})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    water = await house.tenant.crm.get("/crm/api/Project/Code/CLEAN-WATER")
    assert water["lifeToDateGiftCount"] == 1


async def test_texts_for_numbers_are_what_clients_send(house: House, giver: int) -> None:
    body = gift(
        giver,
        {"projectCode": "EDUCATION", "amount": "12.5", "state": "Added"},
        amount="12.5",
        contactId=str(giver),
    )
    told = (await entered(house, {**body, "giftDate": "12/7/2024 10:30 PM", "frequency": "Monthly"})).json()
    assert (told["amount"], told["giftDate"]) == (12.5, "2024-12-07T00:00:00")


async def test_the_gift_of_others_contact_is_refused(house: House, giver: int) -> None:
    other = await house.another_tenant()
    answer = await other.crm.call("POST", GIFT, json=gift(giver, {"projectCode": "GENERAL", "amount": 500}))
    assert_refused("crm", answer, 422, "VALIDATION_FAILED", {"contactId"})


async def test_several_are_entered_together_or_none(house: House, giver: int) -> None:
    async def bulk(*bodies: Any) -> httpx.Response:
        return await house.tenant.crm.call("POST", f"{GIFT}/Bulk", json=list(bodies))

    one, two = gift(giver, part("CLEAN-WATER", 500)), gift(giver, part("EDUCATION", 20), amount=20)
    made = (await bulk(one, two)).json()
    assert [each["amount"] for each in made] == [500.0, 20.0]
    assert made[1] == await house.tenant.crm.get(f"{GIFT}/{made[1]['id']}")
    before = (await house.tenant.crm.call("POST", f"{GIFT}/Query", json={})).json()["total"]
    broken = await bulk(one, {**two, "amount": 21}, {**one, "contactId": NOBODY})
    assert_refused("crm", broken, 400, "BAD_REQUEST", {"[1].giftDesignations", "[2].contactId"})
    keyed = {**one, "transactionSource": "Shop", "transactionId": "B-1"}
    assert_refused("crm", await bulk(keyed, two, keyed), 422, "VALIDATION_FAILED", {"[2].transactionId"})
    assert_refused("crm", await bulk(*[one] * 101), 422, "VALIDATION_FAILED", {"[100]"})
    assert (await bulk()).json() == []
    assert (await house.tenant.crm.call("POST", f"{GIFT}/Query", json={})).json()["total"] == before
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_part_is_named_by_its_place_beside_one_to_leave_out(house: House, giver: int) -> None:
    left_out = {**part("BOOKS", 100), "state": "Delete"}
    answer = await entered(house, gift(giver, left_out, part("NOTHING", 500)))
    assert_refused("crm", answer, 400, "BAD_REQUEST", {"giftDesignations[1].projectCode"})


@pytest.mark.parametrize(
    ("parts", "more", "fields"),
    [
        ([{"projectCode": 5, "amount": 500}], {}, {"giftDesignations[0].projectCode"}),
        ([{"projectCode": "BOOKS", "amount": "x"}], {}, {"giftDesignations[0].amount"}),
        ([{**part("BOOKS", 499), "state": 5}], {}, {"giftDesignations[0].state"}),
        ([part("BOOKS", "500.005")], {"amount": "500.005", "currencyCode": 5}, {"currencyCode"}),
        ([7], {}, {"giftDesignations[0]"}),
    ],
)
async def test_what_hangs_on_a_field_that_cannot_be_read_is_not_accused(
    house: House, giver: int, parts: list[Any], more: dict[str, Any], fields: set[str]
) -> None:
    answer = await entered(house, {**gift(giver, *parts), **more})
    assert_refused("crm", answer, 422, "VALIDATION_FAILED", fields)


async def test_a_gift_has_a_written_number_of_parts_at_most(house: House, giver: int) -> None:
    answer = await entered(house, gift(giver, *[part("BOOKS", 1)] * 51, amount=51))
    assert_refused("crm", answer, 400, "BAD_REQUEST", {"giftDesignations"})


async def test_one_key_asked_for_two_givers_at_once_is_one_gift(house: House, giver: int) -> None:
    other = int((await sample.make(house.tenant, "bo"))["contactId"])
    key = {"transactionSource": "Shop", "transactionId": "C-1"}
    bodies = [gift(one, part("BOOKS", 500), **key) for one in (giver, other)] * 8
    answers = await asyncio.gather(*(entered(house, body) for body in bodies))
    assert {answer.status_code for answer in answers} <= {200, 409, 503}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 200}) == 1
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def reversed_(house: House, gift_id: int, **more: Any) -> httpx.Response:
    """The answer to taking a gift back."""
    return await house.tenant.crm.call("POST", REVERSE, json={"reversedGiftId": gift_id, **more})


async def test_a_gift_is_taken_back_whole(house: House, giver: int) -> None:
    made = (await entered(house, gift(giver, part("CLEAN-WATER", 300), part("EDUCATION", 200)))).json()
    back = (await reversed_(house, made["id"], notes="Charge came back")).json()
    assert (back["amount"], back["giftType"], back["notes"]) == (
        -500.0,
        "Reversing Transaction",
        "Charge came back",
    )
    assert [each["amountDesignated"] for each in back["giftDesignations"]] == [-300.0, -200.0]
    assert await house.tenant.crm.get(f"{GIFT}/{made['id']}") == made
    water = await house.tenant.crm.get("/crm/api/Project/Code/CLEAN-WATER")
    assert water["lifeToDateGiving"] == 0.0
    assert_refused("crm", await reversed_(house, made["id"]), 422, "VALIDATION_FAILED", {"reversedGiftId"})
    assert_refused("crm", await reversed_(house, back["id"]), 422, "VALIDATION_FAILED", {"reversedGiftId"})
    assert await wrong_figures(house.app.db, house.tenant.id) == []
    body = {
        "groups": [
            {"conditions": [{"parameter": "Gift Type", "operator": "Is", "value": "Reversing Transaction"}]}
        ]
    }
    assert (await house.tenant.crm.call("POST", f"{GIFT}/Query", json=body)).json()["total"] == 1


async def test_a_part_of_a_gift_is_taken_back_in_proportion(house: House, giver: int) -> None:
    made = (await entered(house, gift(giver, part("CLEAN-WATER", 300), part("EDUCATION", 200)))).json()
    back = (await reversed_(house, made["id"], amount=0.05)).json()
    assert [each["amountDesignated"] for each in back["giftDesignations"]] == [-0.03, -0.02]
    assert_refused(
        "crm", await reversed_(house, made["id"], amount=500), 422, "VALIDATION_FAILED", {"amount"}
    )
    rest = (await reversed_(house, made["id"])).json()
    assert rest["amount"] == -499.95
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_what_is_wrong_with_a_reversal_is_named(house: House, giver: int) -> None:
    made = (await entered(house, gift(giver, part("EDUCATION", 500)))).json()
    answer = await reversed_(house, NOBODY, giftDate="never")
    assert_refused("crm", answer, 422, "VALIDATION_FAILED", {"reversedGiftId", "giftDate"})
    answer = await reversed_(house, made["id"], giftDate="2024-12-06", amount=501)
    assert_refused("crm", answer, 422, "VALIDATION_FAILED", {"giftDate", "amount"})


async def test_several_names_of_a_project_have_to_agree_in_a_new_gift(house: House, giver: int) -> None:
    """An id from one table and a code from another are two funds: nobody knows which was meant."""
    water = await house.tenant.crm.get("/crm/api/Project/Code/CLEAN-WATER")
    names = {"projectId": water["id"], "projectCode": " clean-water", "externalAccountingCode": "5101-001"}
    made = (await entered(house, gift(giver, {**names, "amountDesignated": 500}))).json()
    for said in ({"projectCode": "EDUCATION"}, {"projectCode": "NOBODY"}, {"externalAccountingCode": "5200"}):
        answer = await entered(house, gift(giver, {**names, **said, "amountDesignated": 500}))
        assert_refused("crm", answer, 400, "BAD_REQUEST")
        (told,) = answer.json()["error"]["details"]
        assert (told["field"], told["code"]) == ("giftDesignations[0].projectId", "INCONSISTENT")
        assert "is CLEAN-WATER, and is called otherwise here" in told["message"]
    arts = {"name": "Arts", "projectCode": "ARTS", "externalAccountingCode": " Acct-9"}
    made_there = await house.tenant.crm.post("/crm/api/Project", arts)
    other_case = {"projectId": made_there["id"], "externalAccountingCode": "ACCT-9", "amountDesignated": 500}
    assert (await entered(house, gift(giver, other_case))).status_code == 200
    general = await house.tenant.crm.get("/crm/api/Project/Code/GENERAL")
    read_back = {**made["giftDesignations"][0], "projectId": general["id"]}
    moved = await house.tenant.crm.put(f"{GIFT}/{made['id']}", {**made, "giftDesignations": [read_back]})
    assert [each["projectCode"] for each in moved["giftDesignations"]] == ["GENERAL"]

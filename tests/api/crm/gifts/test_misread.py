"""What a body of gifts says under another name, in a misspelt one, or as an untouched form does: never other money than was meant."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.crm.gifts.settings import choose_default_project
from tests.api.crm.accepted import project
from tests.api.crm.gifts import sample
from tests.support.house import House

pytestmark = pytest.mark.anyio

GIFT = "/crm/api/Gift"


@pytest.fixture
async def made(house: House) -> Any:
    """A synced gift of a contact (`sample.make`), and two funds."""
    for code in ("A", "B"):
        await project(house.tenant, f"Fund {code}", projectCode=code)
    return await sample.make(house.tenant, "ada")


def said(made: Any, **more: Any) -> dict[str, Any]:
    """A gift of 50 by the contact."""
    return {
        "contactId": made["contactId"],
        "giftType": "Check",
        "giftDate": "2024-12-07",
        "amount": 50,
        **more,
    }


PARTS = [{"projectCode": "A", "amountDesignated": 30}, {"projectCode": "B", "amountDesignated": 20}]


async def broken(house: House, method: str, path: str, body: Any) -> dict[str, str]:
    """The broken fields of a refused request, by what is said of each."""
    answer = await house.tenant.crm.call(method, f"/crm/api/{path}", json=body)
    assert answer.status_code in (400, 422)
    return {detail["field"]: detail["message"] for detail in answer.json()["error"]["details"]}


async def test_designations_is_another_name_of_the_parts(house: House, made: Any) -> None:
    gift = await house.tenant.crm.post(GIFT, said(made, designations=PARTS))
    assert [part["amountDesignated"] for part in gift["giftDesignations"]] == [30, 20]
    (bulk,) = await house.tenant.crm.post(f"{GIFT}/Bulk", [said(made, designations=PARTS)])
    assert [part["amountDesignated"] for part in bulk["giftDesignations"]] == [30, 20]
    swapped = [{"projectCode": "B", "amountDesignated": 50}]
    since = await house.tenant.crm.put(f"{GIFT}/{gift['id']}", {"designations": swapped})
    assert [part["projectCode"] for part in since["giftDesignations"]] == ["B"]


async def test_a_reversal_takes_back_what_designations_say(house: House, made: Any) -> None:
    gift = await house.tenant.crm.post(GIFT, said(made, giftDesignations=PARTS))
    part = {"reversedGiftId": gift["id"], "designations": [{"projectCode": "A", "amount": 10}]}
    back = await house.tenant.crm.post(f"{GIFT}/ReversingTransaction", part)
    assert [(part["projectCode"], part["amountDesignated"]) for part in back["giftDesignations"]] == [
        ("A", -10)
    ]
    assert back["amount"] == -10


async def test_two_names_with_two_contents_are_refused(house: House, made: Any) -> None:
    both = said(made, designations=PARTS, giftDesignations=PARTS[:1])
    assert "giftDesignations" in await broken(house, "POST", "Gift", both)
    same = await house.tenant.crm.post(GIFT, said(made, designations=PARTS, giftDesignations=PARTS))
    assert len(same["giftDesignations"]) == 2


@pytest.mark.parametrize("name", ["parts", "giftDesignation", "splits"])
async def test_a_reversal_with_a_strange_list_is_refused(house: House, made: Any, name: str) -> None:
    body = {"reversedGiftId": made["id"], name: [{"projectCode": "GENERAL", "amount": 1}]}
    assert name in await broken(house, "POST", "Gift/ReversingTransaction", body)


async def test_a_misspelt_amount_takes_back_nothing(house: House, made: Any) -> None:
    fields = await broken(
        house, "POST", "Gift/ReversingTransaction", {"reversedGiftId": made["id"], "amout": 1}
    )
    assert "amount is meant" in fields["amout"]


@pytest.mark.parametrize("name", ["giftDesignation", "giftDesignatons", "Designation"])
async def test_misspelt_parts_do_not_go_to_the_default_project(house: House, made: Any, name: str) -> None:
    async with house.app.db.tenant(house.tenant.id) as tx:
        await choose_default_project(tx, "GENERAL")
    fields = await broken(house, "POST", "Gift", said(made, **{name: PARTS}))
    assert "giftDesignations is meant" in fields[name]


UNTOUCHED = {
    "segmentId": 0, "contactIndividualId": 0, "tributeId": 0, "acknowledgeeId": 0, "acknowledgeeIndividualId": 0, "giftAskId": 0,
    "grantId": 0, "plannedGiftId": 0, "nonCashGiftTypeId": 0, "mediaOutletId": 0, "contactPassthroughId": 0, "exchangeRate": 0,
    "transactionId": "", "transactionSource": " ", "currencyCode": "", "giftType": "", "segmentCode": "", "tributeType": "", "batch": "",
    "isPrivate": "", "nonCashGiftType": "", "coinAmount": "", "giftPremiums": [],
}  # fmt: skip


@pytest.mark.parametrize("name", UNTOUCHED)
async def test_what_an_untouched_form_sends_says_nothing(house: House, made: Any, name: str) -> None:
    body = {**said(made, giftDesignations=PARTS), name: UNTOUCHED[name]}
    gift = await house.tenant.crm.post(GIFT, body)
    assert await house.tenant.crm.put(f"{GIFT}/{gift['id']}", {name: UNTOUCHED[name]}) == gift
    blank = {**body, name: "0" if UNTOUCHED[name] == 0 else UNTOUCHED[name]}
    assert (await house.tenant.crm.post(GIFT, blank))["amount"] == 50


async def test_blank_ids_say_nothing(house: House, made: Any) -> None:
    gift = await house.tenant.crm.post(GIFT, said(made, giftDesignations=PARTS, segmentId="", tributeId=" "))
    patch = [{"id": gift["id"], "segmentId": 0, "notes": "x"}]
    assert (await house.tenant.crm.call("PATCH", GIFT, json=patch)).status_code == 200


@pytest.mark.parametrize(
    ("name", "meant"), [("note", "notes"), ("receiptDate", "receiptDateUtc"), ("amount", "What can be")]
)
async def test_a_patch_of_nothing_known_is_refused(house: House, made: Any, name: str, meant: str) -> None:
    fields = await broken(house, "PATCH", "Gift", [{"id": made["id"], name: "2024-12-07"}])
    (place,) = fields
    assert place == f"[0].{name}" and meant in fields[place]


async def test_a_replacement_names_what_is_unknown_and_not_what_was_read(house: House, made: Any) -> None:
    gift = made["entered"]
    answer = await house.tenant.crm.call("PUT", f"{GIFT}/{gift['id']}", json={**gift, "bach": "B-7"})
    assert answer.headers["x-ignored-fields"] == "bach"

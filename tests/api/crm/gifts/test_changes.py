"""Gifts that are replaced, patched and deleted: what was read can be put back, ids stay, totals follow."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.crm.accepted import problem, project
from tests.api.crm.gifts import sample
from tests.api.refusals import assert_refused
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

GIFT = "/crm/api/Gift"
NOBODY = 999_999_999


@pytest.fixture
async def made(house: House) -> Any:
    """A synced gift of a contact (`sample.make`), and two funds."""
    for code in ("A", "B"):
        await project(house.tenant, f"Fund {code}", projectCode=code)
    return await sample.make(house.tenant, "ada")


def parts(**minor: Any) -> list[dict[str, Any]]:
    """Designations by code."""
    return [{"projectCode": code, "amountDesignated": amount} for code, amount in minor.items()]


async def enter(house: House, made: Any, **more: Any) -> Any:
    """A gift of 30 for A and 20 for B by the same contact."""
    plain = {
        "amount": 50,
        "giftDate": "2024-12-07",
        "giftType": "Check",
        "giftDesignations": parts(A=30, B=20),
    }
    return await house.tenant.crm.post(GIFT, {"contactId": made["contactId"], **plain, **more})


async def put(house: House, gift: Any, body: Any) -> Any:
    """The gift as it is since."""
    return await house.tenant.crm.put(f"{GIFT}/{gift['id']}", body)


async def refused(house: House, gift: Any, body: Any) -> tuple[int, set[str]]:
    """Status and broken fields of a replacement; the gift stays as it was."""
    before = await house.tenant.crm.get(f"{GIFT}/{gift['id']}")
    status, _, fields = await problem(house.tenant, "PUT", f"Gift/{gift['id']}", json=body)
    assert await house.tenant.crm.get(f"{GIFT}/{gift['id']}") == before
    return status, set(fields)


async def events(rows: OwnRows, gift: Any) -> list[tuple[str, int, Any]]:
    """The kinds, versions and data of a gift's events."""
    sql = """SELECT kind, version, data::text FROM crm.event WHERE organization_id = $1 AND record_id = $2 AND kind LIKE 'gift.%'
        ORDER BY id"""
    found = await rows.fetch(sql, gift["id"])
    return [(row["kind"], row["version"], row["data"] and json.loads(row["data"])) for row in found]


async def given(house: House, code: str) -> tuple[float, int]:
    """What a fund was given, and by how many gifts."""
    told = await house.tenant.crm.get(f"/crm/api/Project/Code/{code}")
    return told["lifeToDateGiving"], told["lifeToDateGiftCount"]


WHOLE = {
    "batch": "B-1",
    "notes": "Thanks",
    "isPrivate": True,
    "isTaxDeductible": False,
    "receiptDate": "12/31/2024",
    "cashAccountingCode": "1000",
    "mediaOutlet": "Radio",
    "mediaOutletId": 7,
    "checkNumber": "0042",
    "isAcknowledgedGift": True,
    "acknowledgementDate": "2025-01-02",
    "acknowledgementNotes": "By letter",
}


async def passing(house: House, made: Any) -> int:
    """Another contact, through whom gifts come."""
    other = await sample.make(house.tenant, "bea")
    return int(other["contactId"])


@pytest.mark.parametrize("nulls", ["as read", "without nulls"])
async def test_what_was_read_and_is_put_back_changes_nothing(
    house: House, made: Any, rows: OwnRows, nulls: str
) -> None:
    other = await passing(house, made)
    gifts = [
        await enter(house, made, **WHOLE, giftPassthroughs=[{"contactId": other, "amount": 20}]),
        await enter(house, made, currencyCode="EUR", exchangeRate=1.0815, contactPassthroughId=other),
        await house.tenant.crm.get(f"{GIFT}/{made['id']}"),
    ]
    reversal = {"reversedGiftId": gifts[0]["id"], "amount": 10, "notes": "Back"}
    gifts.append(await house.tenant.crm.post(f"{GIFT}/ReversingTransaction", reversal))
    for gift in gifts:
        body = (
            gift
            if nulls == "as read"
            else {name: value for name, value in gift.items() if value not in (None, "", [])}
        )
        assert await put(house, gift, body) == gift
        assert [kind for kind, _, _ in await events(rows, gift)] == ["gift.created"]


async def test_what_is_left_out_is_cleared_and_money_stays(house: House, made: Any, rows: OwnRows) -> None:
    gift = await enter(house, made, **WHOLE)
    since = await put(house, gift, {})
    cleared = (
        "batch",
        "receiptDate",
        "cashAccountingCode",
        "mediaOutlet",
        "acknowledgementDate",
        "typeDetails",
    )
    assert not any(since[name] for name in (*cleared, "notes", "isPrivate", "isAcknowledgedGift"))
    assert since["isTaxDeductible"]
    kept = ("amount", "giftDate", "giftType", "giftDesignations", "contactId", "currencyCode")
    assert [since[name] for name in kept] == [gift[name] for name in kept]
    _, (kind, version, old) = await events(rows, gift)
    assert (kind, version, old["batch"], old["notes"]) == ("gift.updated", 2, "B-1", "Thanks")


async def test_designations_keep_their_ids_and_totals_follow(house: House, made: Any) -> None:
    gift = await enter(house, made)
    of_a, of_b = (part["id"] for part in gift["giftDesignations"])
    body = {"amount": 60, "giftDesignations": [*parts(B=25), {"projectCode": "A", "amount": "35"}]}
    told = (await put(house, gift, body))["giftDesignations"]
    assert [(each["id"], each["amountDesignated"]) for each in told] == [(of_b, 25), (of_a, 35)]
    assert (await given(house, "A"), await given(house, "B")) == ((35, 1), (25, 1))
    body = {
        "amount": 40,
        "giftDate": "2023-01-01",
        "giftDesignations": [
            {"id": of_a, "projectCode": "B", "amount": 15, "state": "Updated"},
            {"id": of_b, "state": "Ignored"},
        ],
    }
    told = (await put(house, gift, body))["giftDesignations"]
    assert [(each["id"], each["projectCode"]) for each in told] == [(of_a, "B"), (of_b, "B")]
    body = {
        "amount": 15,
        "giftDesignations": [{"id": of_a, "state": "Update"}, {"id": of_b, "state": "Delete"}],
    }
    (told,) = (await put(house, gift, body))["giftDesignations"]
    assert (told["id"], told["amountDesignated"]) == (of_a, 15)
    assert (await given(house, "A"), await given(house, "B")) == ((0, 0), (15, 1))
    assert await wrong_figures(house.app.db, house.tenant.id) == []


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"amount": 60}, 400, {"giftDesignations"}),
        ({"giftDesignations": parts(A=30)}, 400, {"giftDesignations"}),
        ({"giftDesignations": parts(A=30, NOTHING=20)}, 400, {"giftDesignations[1].projectCode"}),
        ({"giftDesignations": [{"id": NOBODY, "projectCode": "A", "amount": 50}]}, 400, {"giftDesignations[0].id"}),
        ({"giftType": "Cash"}, 422, {"giftType"}),
        ({"contactId": NOBODY}, 422, {"contactId"}),
        ({"transactionSource": "Shop", "transactionId": "1"}, 422, {"transactionSource", "transactionId"}),
        ({"giftDate": "2999-01-01"}, 422, {"giftDate"}),
        ({"creditCardType": "Visa"}, 422, {"creditCardType"}),
        ({"typeDetails": {"tickerSymbol": "X"}}, 422, {"typeDetails.tickerSymbol"}),
        ({"exchangeRate": 1.5}, 422, {"exchangeRate"}),
        ({"contactIndividualId": NOBODY, "contactPassthroughId": NOBODY}, 422,
         {"contactIndividualId", "contactPassthroughId"}),
        ({"giftPassthroughs": [{"contactId": NOBODY, "amount": 60}]}, 422,
         {"giftPassthroughs", "giftPassthroughs[0].contactId"}),
        ({"receiptDate": "never", "amount": "x", "customFields": {"No": 1}}, 422,
         {"receiptDate", "amount", "customFields.No"}),
    ],
)  # fmt: skip
async def test_all_that_is_wrong_is_named(
    house: House, made: Any, body: dict[str, Any], status: int, fields: set[str]
) -> None:
    gift = await enter(house, made)
    assert await refused(house, gift, body) == (status, fields)


async def test_an_inactive_project_keeps_what_it_has_and_takes_nothing_new(house: House, made: Any) -> None:
    gift, other = await enter(house, made), await enter(house, made, amount=5, giftDesignations=parts(B=5))
    of_a = gift["giftDesignations"][0]["projectId"]
    await house.tenant.crm.put(f"/crm/api/Project/{of_a}/Active", None, active="false")
    since = await put(house, gift, {"amount": 60, "giftDesignations": parts(A=40, B=20)})
    assert since["amount"] == 60
    assert await refused(house, other, {"giftDesignations": parts(A=5)}) == (
        400,
        {"giftDesignations[0].projectCode"},
    )


async def test_what_was_taken_back_stays_with_its_project(house: House, made: Any) -> None:
    gift = await enter(house, made)
    body = {"reversedGiftId": gift["id"], "giftDesignations": parts(B=15), "giftDate": "2024-12-20"}
    reversal = await house.tenant.crm.post(f"{GIFT}/ReversingTransaction", body)
    assert await refused(house, gift, {"giftDesignations": parts(A=40, B=10)}) == (400, {"giftDesignations"})
    assert await refused(house, gift, {"giftDate": "2024-12-21"}) == (422, {"giftDate"})
    assert (await refused(house, gift, {"currencyCode": "EUR"}))[1] == {"currencyCode"}
    await put(house, gift, {"giftDesignations": parts(A=35, B=15), "giftDate": "2024-12-20"})
    assert await refused(house, reversal, {"amount": -10}) == (422, {"amount"})
    assert await refused(house, reversal, {"giftDesignations": parts(A=-15)}) == (400, {"giftDesignations"})
    assert (await put(house, reversal, {"notes": "Said"}))["notes"] == "Said"
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_gift_that_was_sent_keeps_its_money_and_takes_the_rest(house: House, made: Any) -> None:
    gift = await house.tenant.crm.get(f"{GIFT}/{made['id']}")
    body = {"amount": 1, "giftDate": "2020-01-01", "currencyCode": "EUR", "giftDesignations": parts(A=1)}
    assert await refused(house, gift, body) == (
        400,
        {"amount", "giftDate", "currencyCode", "giftDesignations"},
    )
    since = await put(house, gift, {**gift, "batch": "B-9", "receiptDate": "2024-12-31"})
    assert (since["batch"], since["receiptDateFormatted"]) == ("B-9", "12/31/2024")


async def test_a_patch_changes_what_it_names(house: House, made: Any, rows: OwnRows) -> None:
    await house.tenant.crm.post(
        "/crm/api/CustomField", {"recordType": "Gift", "name": "Colour", "dataType": "Text"}
    )
    gift, other = await enter(house, made, **WHOLE), await enter(house, made)
    body = [
        {"id": gift["id"], "notes": None, "customFields": [{"name": "colour", "value": "red"}]},
        {"id": other["id"], "receiptDateUtc": "2025-01-31T10:00:00Z"},
    ]
    answer = await house.tenant.crm.call("PATCH", GIFT, json=body)
    assert (answer.status_code, answer.json()) == (200, "2 gifts are as asked.")
    first, second = [await house.tenant.crm.get(f"{GIFT}/{each['id']}") for each in (gift, other)]
    assert (first["notes"], first["batch"], first["receiptDateFormatted"]) == ("", "B-1", "12/31/2024")
    assert [each["value"] for each in first["customFields"]] == ["red"]
    assert second["receiptDateFormatted"] == "1/31/2025"
    (_, _, old) = (await events(rows, gift))[-1]
    assert old == {"notes": "Thanks", "customFields": {}}
    await house.tenant.crm.call("PATCH", GIFT, json=body)
    assert len(await events(rows, gift)) == 2


async def test_all_that_is_broken_in_any_element_is_named_and_nothing_changes(
    house: House, made: Any
) -> None:
    gift = await enter(house, made)
    body = [
        {"id": gift["id"], "notes": "New"},
        {"id": NOBODY, "receiptDateUtc": "soon"},
        {"id": gift["id"], "customFields": {"No": 1}},
        {"id": "x"},
    ]
    status, _, fields = await problem(house.tenant, "PATCH", "Gift", json=body)
    assert (status, set(fields)) == (422, {"[1].id", "[2].id", "[2].customFields.No", "[3].id"})
    assert (await house.tenant.crm.get(f"{GIFT}/{gift['id']}"))["notes"] == ""


async def test_a_deleted_gift_is_gone_from_reads_and_totals_and_can_come_again(
    house: House, made: Any, rows: OwnRows
) -> None:
    source = {"transactionSource": "Shop", "transactionId": "A-1"}
    gift = await enter(house, made, **source, **WHOLE)
    answer = await house.tenant.crm.call("DELETE", f"{GIFT}/{gift['id']}")
    assert answer.status_code in (200, 204)
    for path in (f"{GIFT}/{gift['id']}", f"{GIFT}/Shop/A-1"):
        assert (await house.tenant.crm.call("GET", path)).status_code == 404
    assert (await house.tenant.crm.call("DELETE", f"{GIFT}/{gift['id']}")).status_code == 404
    assert await given(house, "A") == (0, 0)
    kind, version, image = (await events(rows, gift))[-1]
    assert (kind, version) == ("gift.deleted", 2)
    assert {**image, "contactUrl": "", "amount": 50} == {**image, "contactUrl": "", "amount": 50}
    assert (image["id"], image["giftDesignations"][0]["project"]) == (gift["id"], "Fund A")
    again = await enter(house, made, **source)
    assert again["id"] != gift["id"]
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_what_was_taken_back_or_sent_is_not_deleted(house: House, made: Any) -> None:
    answer = await house.tenant.crm.call("DELETE", f"{GIFT}/{made['id']}")
    assert_refused("crm", answer, 409, "CONFLICT")
    assert "take it back here by a reversing transaction" in answer.text
    gift = await enter(house, made)
    reversal = await house.tenant.crm.post(f"{GIFT}/ReversingTransaction", {"reversedGiftId": gift["id"]})
    answer = await house.tenant.crm.call("DELETE", f"{GIFT}/{gift['id']}")
    assert_refused("crm", answer, 409, "CONFLICT")
    assert str(reversal["id"]) in answer.text
    for each in (reversal, gift):
        answer = await house.tenant.crm.call("DELETE", f"{GIFT}/{each['id']}")
        assert answer.status_code in (200, 204), answer.text
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_what_came_from_giving_is_mended_there_though_it_was_taken_back(house: House) -> None:
    """Nobody is sent round in a circle: to delete a reversal first, which is not deleted either, and takes no reversal."""
    given = await house.tenant.give(10)
    gift = (await house.tenant.settled("gift", given["id"]))["crmKey"]
    await house.tenant.raise_.post(f"/raise/api/Gift/{given['id']}/refund", {"amount": 4})
    (refund,) = (await house.tenant.raise_.get(f"/raise/api/Gift/{given['id']}/reversals"))["items"]
    reversal = (await house.tenant.settled("reversal", refund["id"]))["crmKey"]
    told = {}
    for each in (gift, reversal):
        answer = await house.tenant.crm.call("DELETE", f"{GIFT}/{each}")
        assert_refused("crm", answer, 409, "CONFLICT")
        told[each] = answer.json()["message"]
    assert told == {
        gift: f"Gift {gift} came from RaiseDonors: mend it there, or take it back here by a reversing transaction.",
        reversal: f"Gift {reversal} came from RaiseDonors: mend it there.",
    }

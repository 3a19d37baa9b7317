"""A partner's importer asks Raise for gifts, as real clients do (client-facts.md, row 39)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import House, give_body

pytestmark = pytest.mark.anyio

COLUMNS = [
    "Id",
    "Date",
    "Project(s)",
    "Amount",
    "Tender Type Info",
    "Donor Id",
    "Donor First Name",
    "Donor Last Name",
    "Donor Email",
    "Donor Phone",
    "Billing Address Line 1",
    "Billing Address Line 2",
    "Billing Address City",
    "Billing Address State",
    "Billing Address Postal",
    "Billing Address Country",
    "Status",
    "Transaction Id",
]
DONOR = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "phone": "555-0100",
    "address1": "1 Main St",
    "city": "Mobile",
    "state": "AL",
    "postal": "36602",
    "country": "US",
}


def asks(*conditions: tuple[str, str, Any], **more: Any) -> dict[str, Any]:
    """A query as the importer sends it: every property of a condition is there."""
    written = [
        {
            "parameter": parameter,
            "operator": operator,
            "value": None if isinstance(value, list) else value,
            "secondaryValue": None,
            "values": value if isinstance(value, list) else [],
        }
        for parameter, operator, value in conditions
    ]
    return {"groups": [{"conditions": written}], "queryType": 3, "skip": 0, "take": 100, **more}


async def test_the_check_of_a_key_finds_no_gift_of_the_future(house: House) -> None:
    body = asks(("Create Date", "GreaterThanOrEqual", "2099-01-01"), sortBy="createdate", descending=False)
    assert await house.tenant.raise_.post("/raise/api/Gift/query", body) == {"items": [], "total": 0}


async def test_an_import_reads_each_gift_with_its_columns(house: House) -> None:
    given = await house.tenant.raise_.post(
        "/raise/api/Raise/give", give_body(60, "ada@example.org", donor=DONOR, isAnonymous=True)
    )
    conditions = (("Create Date", "GreaterThanOrEqual", "2020-01-01"), ("Status", "IsAnyOf", ["Approved"]))
    page = await house.tenant.raise_.post(
        "/raise/api/Gift/query", asks(*conditions, selectedColumns=COLUMNS, sortBy="createdate")
    )
    (gift,) = page["items"]
    assert page["total"] == 1
    assert (gift["id"], gift["isAnonymous"], gift["projects"][0]["amount"]) == (given["id"], True, "$60.00")
    told = dict(zip(COLUMNS, gift["metadata"], strict=True))
    assert told == {
        "Id": str(given["id"]),
        "Date": given["date"],
        "Project(s)": "General Fund",
        "Amount": "$60.00",
        "Tender Type Info": given["paymentInfo"] or "",
        "Donor Id": str(given["donorId"]),
        "Donor First Name": "Ada",
        "Donor Last Name": "Lovelace",
        "Donor Email": "ada@example.org",
        "Donor Phone": "555-0100",
        "Billing Address Line 1": "1 Main St",
        "Billing Address Line 2": "",
        "Billing Address City": "Mobile",
        "Billing Address State": "Alabama",
        "Billing Address Postal": "36602",
        "Billing Address Country": "US",
        "Status": "Approved",
        "Transaction Id": given["transactionId"],
    }
    by_state = asks(("Billing Address State", "Is", "alabama"))
    assert (await house.tenant.raise_.post("/raise/api/Gift/query", by_state))["total"] == 1


async def test_what_is_wrong_is_named_and_never_looks_like_a_page(shared_house: House) -> None:
    body = asks(
        ("Create Dat", "GreaterThanOrEqual", "2099-01-01"),
        ("Status", "IsAnyOf", ["Aproved"]),
        ("Date", "Resembles", "2024-01-01"),
        selectedColumns=["Id", "Doner Email"],
        take=5000,
    )
    answer = await shared_house.tenant.raise_.call("POST", "/raise/api/Gift/query", json=body)
    told = answer.json()
    assert answer.status_code == 400
    assert not {"items", "list"} & told.keys()
    at = "groups[0].conditions"
    assert set(told["errors"]) == {
        f"{at}[0].parameter",
        f"{at}[1].values[0]",
        f"{at}[2].operator",
        "selectedColumns[1]",
        "take",
    }
    assert "Did you mean 'Create Date'" in told["errors"][f"{at}[0].parameter"][0]
    assert "Did you mean 'Approved'" in told["errors"][f"{at}[1].values[0]"][0]
    assert "'Donor Email'" in told["errors"]["selectedColumns[1]"][0]


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer nobody"}])
async def test_a_refused_key_has_no_items_either(shared_house: House, headers: dict[str, str]) -> None:
    answer = await shared_house.tenant.raise_.call(
        "POST", "/raise/api/Gift/query", json=asks(), headers=headers
    )
    assert answer.status_code == 401
    assert not {"items", "list"} & answer.json().keys()


async def test_a_list_is_filtered_by_donor_id_and_payment(house: House) -> None:
    raise_ = house.tenant.raise_
    ada = await raise_.post("/raise/api/Raise/give", give_body(60, "ada@example.org", donor=DONOR))
    bob = await raise_.post(
        "/raise/api/Raise/give", give_body(70, "bob@example.org", donor={"firstName": "Bob"})
    )

    async def found(text: str) -> list[int]:
        page = await raise_.get("/raise/api/Gift/list", Filter=text, SortBy="amount")
        assert page["total"] == len(page["items"])
        return [gift["id"] for gift in page["items"]]

    assert await found("ada love") == [ada["id"]]
    assert await found("@example.org") == [ada["id"], bob["id"]]
    assert bob["id"] in await found(str(bob["id"]))
    assert await found(bob["transactionId"].upper()) == [bob["id"]]
    assert await found("nobody") == []
    queried = await raise_.post("/raise/api/Gift/query", {"filter": "bob", **asks(("Amount", "Is", "70"))})
    assert [gift["id"] for gift in queried["items"]] == [bob["id"]]


async def test_a_refunded_gift_leaves_the_first_pass_and_stands_in_the_second(house: House) -> None:
    raise_ = house.tenant.raise_
    kept, gone = await house.tenant.give(60), await house.tenant.give(70)
    await raise_.post(f"/raise/api/Gift/{gone['id']}/refund", {})

    async def found(*labels: str) -> list[int]:
        page = await raise_.post("/raise/api/Gift/query", asks(("Status", "IsAnyOf", list(labels))))
        return [gift["id"] for gift in page["items"]]

    assert await found("Approved") == [kept["id"]]
    assert await found("ChargeBack", "Refunded") == [gone["id"]]


@pytest.mark.parametrize(
    ("token", "brand"),
    [("tok_visa", "Visa "), ("tok_mastercard", "MasterCard "), ("tok_ach", "ACH Checking ")],
)
async def test_what_a_gift_was_paid_with_begins_with_the_brand(house: House, token: str, brand: str) -> None:
    await house.tenant.give(paymentMethodId=token, paymentMethodType=1 if token == "tok_ach" else 0)
    body = asks(selectedColumns=["Tender Type Info"])
    (gift,) = (await house.tenant.raise_.post("/raise/api/Gift/query", body))["items"]
    (told,) = gift["metadata"]
    assert told.startswith(brand)
    assert told.removeprefix(brand)[:1] == "x"

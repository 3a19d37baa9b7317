"""What money a give may name, and how: one amount, one project, one kind of payment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.house import House, give_body

pytestmark = pytest.mark.anyio

GIVE = "/raise/api/Raise/give"


async def refused(house: House, body: dict[str, Any] | str) -> dict[str, list[str]]:
    """The broken fields of a give that must be refused, which leaves nothing behind."""
    text = body if isinstance(body, str) else json.dumps(body)
    answer = await house.tenant.raise_.call("POST", GIVE, content=text)
    assert answer.status_code == 400, answer.text
    assert (await house.tenant.raise_.get("/raise/api/Gift/list"))["total"] == 0
    return dict(answer.json()["errors"])


@pytest.mark.parametrize("amount", ["1_000", "\uff11\uff12", "\u0661\u0662", "1." + "0" * 5000])
async def test_an_amount_in_odd_writing_is_refused(house: House, amount: str) -> None:
    assert set(await refused(house, give_body(amount))) == {"amount"}


async def test_an_endless_number_is_refused(house: House) -> None:
    text = json.dumps(give_body("AMOUNT")).replace('"AMOUNT"', "1." + "0" * 5000)
    assert set(await refused(house, text)) == {"amount"}


@pytest.mark.parametrize("more", ['"amount":40', '"Amount":20', '"AMOUNT":30,"amount":10'])
async def test_two_amounts_in_one_body_are_refused(house: House, more: str) -> None:
    text = json.dumps(give_body("AMOUNT")).replace('"amount": "AMOUNT"', f'"amount":10,{more}')
    assert set(await refused(house, text)) == {"amount"}


async def test_a_currency_is_written_in_ascii(house: House) -> None:
    assert set(await refused(house, give_body(10, currencyCode="u\u017fd"))) == {"currencyCode"}


async def test_two_names_of_one_project_must_be_of_one_project(house: House) -> None:
    wells = await house.tenant.raise_.post("/raise/api/Project", {"name": "Wells", "code": "WELLS"})
    both = {"projectId": wells["id"], "code": "GENERAL"}
    assert set(await refused(house, give_body(10, projects=[both]))) == {"projects[0].code"}
    nobody = {"projectId": 999_999, "code": "WELLS"}
    assert set(await refused(house, give_body(10, projects=[nobody]))) == {"projects[0].code"}
    gift = await house.tenant.give(10, projects=[{"projectId": wells["id"], "code": "wells"}])
    assert [part["projectId"] for part in gift["projects"]] == [wells["id"]]


@pytest.mark.parametrize(
    ("token", "code", "stored"),
    [
        ("tok_visa", None, "Credit"),
        ("tok_ach", None, "EFT"),
        ("tok_ach", 1, "EFT"),
        ("tok_offline", 2, "Check"),
        ("tok_offline", None, "Other"),
    ],
)
async def test_a_gift_is_paid_with_what_the_gateway_says(
    house: House, token: str, code: int | None, stored: str
) -> None:
    body = give_body(10, paymentMethodId=token, paymentMethodType=code)
    assert (await house.tenant.raise_.post(GIVE, body))["paymentType"] == stored


async def test_a_token_that_pays_with_something_else_is_refused(house: House) -> None:
    body = give_body(10, paymentMethodId="tok_visa", paymentMethodType=1)
    assert set(await refused(house, body)) == {"paymentMethodType"}

"""A refusal names what is wrong and what would be right, so that nobody has to look it up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import House, give_body

pytestmark = pytest.mark.anyio


async def told(house: House, method: str, path: str, body: Any) -> dict[str, str]:
    """What is said of each field of a body that is refused."""
    answer = await house.tenant.raise_.call(method, f"/raise/api{path}", json=body)
    assert answer.status_code == 400, answer.text
    return {field: texts[0] for field, texts in answer.json()["errors"].items()}


async def test_an_entry_of_a_map_is_named_by_its_key(house: House) -> None:
    donor = (await house.tenant.give())["donorId"]
    for path, method, more in (
        (f"/Donor/{donor}", "PATCH", {}),
        ("/Campaign", "POST", {"name": "Spring", "startDate": "2026-01-01"}),
    ):
        words = await told(house, method, path, {**more, "crmKeys": {"VirtuousCRM": 5}})
        assert words == {"crmKeys.VirtuousCRM": "Expected text, got a whole number."}
        shown = {"VirtuousCRM": {"crmKey": "VirtuousCRM_12", "url": "https://crm.example.org/Contact/12"}}
        words = await told(house, method, path, {**more, "crmKeys": shown})
        assert words["crmKeys.VirtuousCRM"].endswith('Write the text alone: {"VirtuousCRM": "..."}.')


async def test_what_else_is_wrong_is_told_beside_an_entry(house: House) -> None:
    donor = (await house.tenant.give())["donorId"]
    words = await told(
        house, "PATCH", f"/Donor/{donor}", {"email": "nobody", "crmKeys": {"A": 5, "B": "7", "C": None}}
    )
    assert set(words) == {"email", "crmKeys.A", "crmKeys.C"}
    said = give_body(email="nobody", browserInfo={"name": 5, "version": "1"})
    assert set(await told(house, "POST", "/Raise/give", said)) == {"donor.email", "browserInfo.name"}


async def test_a_word_of_few_is_refused_with_all_of_them(house: House) -> None:
    donor = (await house.tenant.give())["donorId"]
    words = await told(house, "POST", f"/Donor/{donor}/contact-methods", {"value": "a@example.org"})
    assert words["kind"] == "This field is required. It is one of: Email, Phone."
    words = await told(house, "POST", "/Raise/give", give_body(tribute={"type": 1, "name": "Bo"}))
    assert words["tribute.type"].endswith("It is one of: InHonorOf, InMemoryOf.")
    for wrong in ("Credit", 15, -1):
        words = await told(house, "POST", "/Raise/give", give_body(paymentMethodType=wrong))
        assert words["paymentMethodType"].endswith(
            "It is one of: 0 Credit, 1 EFT, 2 Check, 3 Cash, 4 to 14 Other."
        )


async def test_a_text_of_receipts_that_there_is_not_is_refused_with_those_that_there_are(
    house: House,
) -> None:
    words = await told(house, "PATCH", "/Receipt/setting", {"templates": {"bogus": "x"}})
    setting = await house.tenant.raise_.get("/raise/api/Receipt/setting")
    assert all(name in words["templates.bogus"] for name in setting["templates"])


async def test_why_a_gift_can_have_no_receipt_is_one_reason(house: House) -> None:
    async def why(gift: Any) -> str:
        answer = await house.tenant.raise_.call("POST", f"/raise/api/Receipt/gift/{gift['id']}")
        assert answer.status_code == 409, answer.text
        detail: str = answer.json()["detail"]
        return detail

    gift = await house.tenant.give()
    receipt = await house.tenant.raise_.post(f"/raise/api/Receipt/gift/{gift['id']}")
    assert (await why(gift)).endswith(f"It has one, {receipt['number']}: void that one to have another.")
    pretended = await house.tenant.give(isTestMode=True)
    assert (await why(pretended)).endswith("It was made in test mode.")
    refunded = await house.tenant.give()
    await house.tenant.raise_.post(f"/raise/api/Gift/{refunded['id']}/refund", {})
    assert (await why(refunded)).endswith("The gift was given back.")

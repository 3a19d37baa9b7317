"""Amounts sort by what they are worth, as conditions compare them, whatever the digits of their currencies."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.contacts import sample as contacts
from tests.support.house import House

pytestmark = pytest.mark.anyio

AMOUNTS = [("60", "USD"), ("5000", "JPY"), ("55", "KWD"), ("5001", "USD"), ("54.999", "KWD")]
THAT_OF_THE_CONTACT = 500
ORDER = [54.999, 55, 60, 5000, 5001]


def _number(told: Any) -> float:
    return float("".join(letter for letter in str(told) if letter in "0123456789."))


async def _sorted(house: House, path: str, name: str, sort: str, *, down: bool) -> list[float]:
    above = {"parameter": sort, "operator": "GreaterThan", "value": 51}
    body = {"sortBy": sort, "descending": down, "groups": [{"conditions": [above]}]}
    page = await house.tenant.crm.post(f"/crm/api/{path}/Query", body)
    told = [_number(row[name]) for row in page["list"]]
    return [amount for amount in told if amount != THAT_OF_THE_CONTACT]


@pytest.mark.parametrize("down", [False, True])
async def test_gifts_and_their_parts(house: House, *, down: bool) -> None:
    giver = (await contacts.make(house.tenant, "ada"))["id"]
    for amount, currency in AMOUNTS:
        parts = [{"projectCode": "GENERAL", "amount": amount}]
        gift = {"contactId": giver, "amount": amount, "currencyCode": currency, "giftDesignations": parts}
        await house.tenant.crm.post("/crm/api/Gift", gift)
    order = ORDER[::-1] if down else ORDER
    assert await _sorted(house, "Gift", "amount", "Amount", down=down) == order
    assert await _sorted(house, "GiftDesignation", "amountDesignated", "Amount", down=down) == order


async def test_recurring_gifts(house: House) -> None:
    giver = (await contacts.make(house.tenant, "ada"))["id"]
    for amount, currency in AMOUNTS:
        parts = [{"projectCode": "GENERAL", "amount": amount}]
        said = {"contactId": giver, "amount": amount, "currencyCode": currency, "frequency": "Monthly"}
        schedule = {**said, "startDate": "2024-01-31", "designations": parts}
        await house.tenant.crm.post("/crm/api/RecurringGift", schedule)
    assert await _sorted(house, "RecurringGift", "amount", "Amount", down=False) == ORDER

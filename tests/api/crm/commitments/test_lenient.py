"""What real clients send of promises: frequencies in capitals, amounts as texts, keys that nobody has (client-facts.md 25, 27, 31)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.contacts import sample as contacts
from tests.support.house import House

pytestmark = pytest.mark.anyio

SPLIT = [{"projectCode": "general", "amountDesignated": "25"}]
SENT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "RecurringGift": (
        {"startDate": "1/31/2024", "frequency": "BIENNUALLY", "amount": "25.00", "designations": SPLIT},
        {"startDate": "2024-01-31T00:00:00", "frequency": "Biennially", "amount": 25},
    ),
    "v2/Pledge": (
        {"amountPledged": "1100.00", "frequency": "monthly", "pledgeDate": "1/15/2024", "isPrivate": "true"},
        {"amountPledged": 1100, "frequency": "Monthly", "isPrivate": True},
    ),
    "GiftAsk": (
        {"askAmount": "1200.50", "askDate": "2024-03-01", "askType": "RecurringAsk", "frequency": "MONTHLY", "status": "asked"},
        {"frequency": "Monthly", "status": "asked"},
    ),
    "PlannedGift": (
        {"anticipatedAmount": "$20.00", "plannedGiftDate": "3/1/2024", "plannedGiftType": "Annuity", "frequency": "Once",
         "transactionSource": "x", "transactionId": "y", "currencyCode": "USD", "notes": "ignored"},
        {"anticipatedAmount": "$20.00", "plannedGiftDate": "3/1/2024", "frequency": "Once"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SENT)
async def test_what_clients_send_is_read(house: House, kind: str) -> None:
    contact = await contacts.make(house.tenant, "lenient")
    sent, read = SENT[kind]
    made = await house.tenant.crm.post(f"/crm/api/{kind}", {**sent, "contactId": str(contact["id"])})
    assert {name: made[name] for name in read} == read

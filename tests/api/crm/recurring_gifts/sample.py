"""How the walks ask for recurring gifts."""

from __future__ import annotations

from typing import Any

from tests.api.crm.contacts import sample as contacts
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word

QUERY = {"groups": [{"conditions": [{"parameter": "Status", "operator": "Is", "value": "PastDue"}]}]}


def body(text: str, **more: Any) -> dict[str, Any]:
    """A monthly gift since the end of a January, with `text` as its key."""
    return {
        "startDate": "2024-01-31",
        "nextExpectedPaymentDate": "2024-02-29",
        "frequency": "Monthly",
        "amount": 25,
        "transactionSource": "Elsewhere",
        "transactionId": text,
        "designations": [{"projectCode": "general", "amountDesignated": 25}],
        **more,
    }


def changed() -> dict[str, Any]:
    """The same four times a year; a source's key stays."""
    told = body(word(), frequency="Quarterly")
    return {name: told[name] for name in told if not name.startswith("transaction")}


async def make(tenant: Tenant, text: str) -> Any:
    """A monthly gift of a contact that came from giving, with its payments."""
    contact = await contacts.make(tenant, text)
    made = await tenant.crm.post("/crm/api/RecurringGift", body(text, contactId=contact["id"]))
    payments = await tenant.crm.get(f"/crm/api/RecurringGiftPayment/{made['id']}")
    return {**made, "payments": payments["list"]}


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"recurringGiftId": made["id"]})]


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/RecurringGift": lambda made: [Ask(body=body(word(), contactId=made["contactId"]))],
        "GET /api/RecurringGift/{recurringGiftId}": one,
        "PUT /api/RecurringGift/{recurringGiftId}": lambda made: [
            Ask({"recurringGiftId": made["id"]}, body=changed())
        ],
        "PUT /api/RecurringGift/Cancel/{recurringGiftId}": lambda made: [
            Ask({"recurringGiftId": made["id"]}, body={"cancelReason": "Moved away", "categoryId": 1})
        ],
        "GET /api/RecurringGift/ByContact/{contactId}": lambda made: [Ask({"contactId": made["contactId"]})],
        "GET /api/RecurringGift/QueryOptions": lambda _: [Ask(names_record=False)],
        "GET /api/RecurringGift/CustomFields": lambda _: [Ask(names_record=False)],
        "POST /api/RecurringGift/Query": lambda _: [Ask(body=QUERY, names_record=False)],
        "GET /api/RecurringGiftPayment/{recurringGiftId}": one,
        "GET /api/RecurringGift/Payment/{recurringGiftId}": one,
        "POST /api/RecurringGiftPayment/{recurringGiftId}": lambda made: [
            Ask(
                {"recurringGiftId": made["id"]},
                body={"amount": 25, "giftDate": "2024-03-01", "notes": word()},
            )
        ],
        "PUT /api/RecurringGiftPayment/Dismiss/{paymentId}": lambda made: [
            Ask({"paymentId": made["payments"][0]["id"]}, body={"dismissed": True})
        ],
    },
)

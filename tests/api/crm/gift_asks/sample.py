"""How the walks ask for gift asks."""

from __future__ import annotations

from typing import Any

from tests.api.crm.contacts import sample as contacts
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word

QUERY = {"groups": [{"conditions": [{"parameter": "Ask Amount", "operator": "GreaterThan", "value": 1}]}]}


def body(text: str, **more: Any) -> dict[str, Any]:
    """An ask with `text` in its words."""
    return {
        "askAmount": 1200.5,
        "askDate": "2024-03-01",
        "expectedFulfillmentDate": "6/1/2024",
        "notes": text,
        "askType": "RecurringAsk",
        "frequency": "Monthly",
        "status": f"{text} asked",
        **more,
    }


async def make(tenant: Tenant, text: str) -> Any:
    """An ask of a contact that came from giving, with a gift that answers it."""
    contact = await contacts.make(tenant, text)
    made = await tenant.crm.post("/crm/api/GiftAsk", body(text, contactId=contact["id"]))
    gift = {"contactId": contact["id"], "amount": 25, "giftAskId": made["id"], "notes": text}
    split = [{"projectCode": "GENERAL", "amountDesignated": 25}]
    await tenant.crm.post("/crm/api/Gift", {**gift, "giftDesignations": split})
    return made


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"giftAskId": made["id"]})]


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/GiftAsk": lambda made: [Ask(body=body(word(), contactId=made["contactId"]))],
        "GET /api/GiftAsk/{giftAskId}": one,
        "PUT /api/GiftAsk/{giftAskId}": lambda made: [Ask({"giftAskId": made["id"]}, body=body(word()))],
        "GET /api/GiftAsk/{giftAskId}/Gifts": one,
        "GET /api/GiftAsk/ByContact/{contactId}": lambda made: [Ask({"contactId": made["contactId"]})],
        "GET /api/GiftAsk/QueryOptions": lambda _: [Ask(names_record=False)],
        "GET /api/GiftAsk/CustomFields": lambda _: [Ask(names_record=False)],
        "POST /api/GiftAsk/Query": lambda _: [Ask(body=QUERY, names_record=False)],
    },
)

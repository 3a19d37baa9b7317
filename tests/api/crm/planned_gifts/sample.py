"""How the walks ask for planned gifts."""

from __future__ import annotations

from typing import Any

from tests.api.crm.contacts import sample as contacts
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample

QUERY = {
    "groups": [{"conditions": [{"parameter": "Anticipated Amount", "operator": "GreaterThan", "value": 1}]}]
}


def body(**more: Any) -> dict[str, Any]:
    """A planned gift."""
    return {
        "anticipatedAmount": 10,
        "plannedGiftDate": "2024-03-01",
        "plannedGiftType": "Annuity",
        "frequency": "Once",
        "anticipatedStartDate": "2030-01-31",
        "numberOfOccurrences": 1,
        "currentValue": 12.5,
        **more,
    }


async def make(tenant: Tenant, text: str) -> Any:
    """A planned gift of a contact that came from giving, with a gift that came of it."""
    contact = await contacts.make(tenant, text)
    made = await tenant.crm.post("/crm/api/PlannedGift", body(contactId=contact["id"]))
    gift = {"contactId": contact["id"], "amount": 25, "plannedGiftId": made["id"], "notes": text}
    split = [{"projectCode": "GENERAL", "amountDesignated": 25}]
    await tenant.crm.post("/crm/api/Gift", {**gift, "giftDesignations": split})
    return made


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"plannedGiftId": made["id"]})]


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/PlannedGift": lambda made: [Ask(body=body(contactId=made["contactId"]))],
        "GET /api/PlannedGift/{plannedGiftId}": one,
        "PUT /api/PlannedGift/{plannedGiftId}": lambda made: [
            Ask({"plannedGiftId": made["id"]}, body=body(anticipatedAmount=20))
        ],
        "GET /api/PlannedGift/{plannedGiftId}/Gifts": one,
        "GET /api/PlannedGift/GiftsApplied/{plannedGiftId}": one,
        "GET /api/PlannedGift/ByContact/{contactId}": lambda made: [Ask({"contactId": made["contactId"]})],
        "GET /api/PlannedGift/QueryOptions": lambda _: [Ask(names_record=False)],
        "GET /api/PlannedGift/CustomFields": lambda _: [Ask(names_record=False)],
        "POST /api/PlannedGift/Query": lambda _: [Ask(body=QUERY, names_record=False)],
    },
)

"""How the walks ask for pledges."""

from __future__ import annotations

from typing import Any

from tests.api.crm.contacts import sample as contacts
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample

QUERY = {"groups": [{"conditions": [{"parameter": "Status", "operator": "Is", "value": "Active"}]}]}


def body(**more: Any) -> dict[str, Any]:
    """A pledge of three payments of its own."""
    payments = [
        {"expectedPaymentDate": day, "expectedAmount": amount}
        for day, amount in (("2024-01-31", 40), ("2024-02-29", 40), ("2024-06-30", 20))
    ]
    return {
        "amountPledged": 100,
        "frequency": "Custom",
        "pledgeDate": "2024-01-15",
        "expectedFulfillmentDate": "2024-06-30",
        "payments": payments,
        **more,
    }


async def make(tenant: Tenant, text: str) -> Any:
    """A pledge of a contact that came from giving, which a gift paid in part."""
    contact = await contacts.make(tenant, text)
    made = await tenant.crm.post("/crm/api/v2/Pledge", body(contactId=contact["id"]))
    gift = {
        "contactId": contact["id"],
        "amount": 25,
        "notes": text,
        "pledgePayments": [{"pledgeId": made["id"]}],
    }
    split = [{"projectCode": "GENERAL", "amountDesignated": 25}]
    await tenant.crm.post("/crm/api/Gift", {**gift, "giftDesignations": split})
    return made


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"pledgeId": made["id"]})]


def options(_: Any) -> list[Ask]:
    """What can be asked."""
    return [Ask(names_record=False)]


def queries(_: Any) -> list[Ask]:
    """The active ones."""
    return [Ask(body=QUERY, names_record=False)]


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/v2/Pledge": lambda made: [Ask(body=body(contactId=made["contactId"]))],
        "GET /api/v2/Pledge/{pledgeId}": one,
        "GET /api/Pledge/{pledgeId}": one,
        "PUT /api/v2/Pledge/{pledgeId}": lambda made: [
            Ask({"pledgeId": made["id"]}, body=body(frequency="Monthly", isPrivate=True))
        ],
        "PUT /api/v2/Pledge/WriteOff/{pledgeId}": lambda made: [
            Ask({"pledgeId": made["id"]}, body={"reason": "Moved away"})
        ],
        "GET /api/v2/Pledge/ByContact/{contactId}": lambda made: [Ask({"contactId": made["contactId"]})],
        "GET /api/v2/Pledge/QueryOptions": options,
        "GET /api/v2/Pledge/CustomFields": options,
        "GET /api/Pledge/QueryOptions": options,
        "POST /api/v2/Pledge/Query": queries,
        "POST /api/Pledge/Query": queries,
    },
)

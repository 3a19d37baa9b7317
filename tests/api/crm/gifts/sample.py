"""How the walks ask for the CRM's gifts."""

from __future__ import annotations

from typing import Any

from almoner.sync.entities.donor import SOURCE
from tests.api.giving.gifts import sample as giving
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample


async def make(tenant: Tenant, text: str) -> Any:
    """A gift that came from giving, as the CRM has it, with another of the same contact that was entered here (`entered`)."""
    gift = await giving.make(tenant, text)
    state = await tenant.settled("gift", gift["id"])
    made = await tenant.crm.get(f"/crm/api/Gift/{state['crmKey']}")
    own = await tenant.crm.post("/crm/api/Gift", {**entered(made), "notes": text})
    return {**made, "entered": own, "donorId": gift["donorId"]}


def the_one(made: Any) -> dict[str, Any]:
    """A query for a gift by its id, among what was given lately."""
    conditions = [
        {"parameter": "Gift Id", "operator": "Is", "value": str(made["id"])},
        {"parameter": "Gift Date", "operator": "Is On Or After", "value": "One Year Ago"},
    ]
    return {"groups": [{"conditions": conditions}], "sortBy": "Gift Date", "descending": True}


def entered(made: Any) -> dict[str, Any]:
    """A further gift of the same contact, split over one project twice: the example of the documents."""
    return {
        "contactId": made["contactId"],
        "giftType": "Check",
        "giftDate": "2024-12-07",
        "amount": 500,
        "giftDesignations": [
            {"projectCode": "GENERAL", "amountDesignated": 300},
            {"projectCode": "general", "amountDesignated": 200},
        ],
        "batch": "2024-12-07",
    }


def replaced(gift: Any) -> dict[str, Any]:
    """What a gift is from now on: split otherwise, with the number of its check."""
    first, second = gift["giftDesignations"]
    return {
        "giftDate": gift["giftDate"],
        "amount": 450,
        "giftDesignations": [
            {"id": first["id"], "projectCode": "GENERAL", "amountDesignated": 300, "state": "Update"},
            {"projectCode": "GENERAL", "amountDesignated": 150, "state": "Add"},
            {"id": second["id"], "state": "Delete"},
        ],
        "batch": gift["batch"],
        "checkNumber": "1234",
        "receiptDate": "2024-12-31",
    }


SAMPLE = Sample(
    "crm",
    make,
    {
        "GET /api/Gift/{giftId}": lambda made: [Ask({"giftId": made["id"]})],
        "GET /api/Gift/{transactionSource}/{transactionId}": lambda made: [
            Ask({"transactionSource": SOURCE, "transactionId": made["transactionId"]})
        ],
        "POST /api/Gift": lambda made: [Ask(body=entered(made))],
        "POST /api/Gift/Bulk": lambda made: [Ask(body=[entered(made), entered(made)])],
        "POST /api/Gift/ReversingTransaction": lambda made: [
            Ask(body={"reversedGiftId": made["id"], "amount": 0.01, "notes": "Refund"})
        ],
        "PUT /api/Gift/{giftId}": lambda made: [
            Ask({"giftId": made["entered"]["id"]}, body=replaced(made["entered"])),
            Ask({"giftId": made["entered"]["id"]}, body={"batch": "2024-12-08"}),
        ],
        "PATCH /api/Gift": lambda made: [
            Ask(body=[{"id": made["entered"]["id"], "receiptDateUtc": "2024-12-31", "notes": "Thanked"}]),
            Ask(body=[{"id": made["entered"]["id"], "notes": None, "customFields": None}]),
        ],
        "DELETE /api/Gift/{giftId}": lambda made: [Ask({"giftId": made["entered"]["id"]})],
        "GET /api/Gift/NonCashGiftTypes": lambda _: [Ask(names_record=False)],
        "GET /api/Gift/Passthrough/ByContact/{contactId}": lambda made: [
            Ask({"contactId": made["contactId"]})
        ],
        "GET /api/Gift/ByReference/{referenceId}": lambda made: [Ask({"referenceId": made["donorId"]})],
        "GET /api/Gift/QueryOptions": lambda _: [Ask(names_record=False)],
        "POST /api/Gift/Query": lambda made: [
            Ask(body=the_one(made)),
            Ask(query={"take": "5"}, body=the_one(made)),
        ],
        "POST /api/Gift/Query/FullGift": lambda made: [Ask(body=the_one(made))],
        "GET /api/Gift/ByContact/{contactId}": lambda made: [Ask({"contactId": made["contactId"]})],
    },
)

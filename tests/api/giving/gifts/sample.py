"""How the walks ask for gifts that were given."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant, give_body
from tests.support.samples import Ask, Sample


def body(text: str, **more: Any) -> dict[str, Any]:
    """A gift with `text` wherever a text may be, under a source key."""
    names = {"firstName": text, "lastName": text, "phone": text, "address1": text, "city": text}
    keys = {"transactionSource": f"{text}-system", "transactionId": f"{text}-gift"}
    donor = {**names, "sourceSystem": f"{text}-system", "sourceKey": f"{text}-donor"}
    return give_body(500, f"{text}@example.org", notes=text, donor=donor, **{**keys, **more})


async def make(tenant: Tenant, text: str) -> Any:
    """A gift."""
    return await tenant.raise_.post("/raise/api/Raise/give", body(text))


def queried(made: Any) -> dict[str, Any]:
    """A query for a gift by its id, with columns beside it: the example of the documents."""
    conditions = [
        {"parameter": "Id", "operator": "Is", "value": str(made["id"])},
        {"parameter": "Create Date", "operator": "GreaterThanOrEqual", "value": "2024-01-01"},
        {"parameter": "Status", "operator": "IsAnyOf", "values": ["Approved"]},
    ]
    return {
        "groups": [{"conditions": conditions}],
        "selectedColumns": ["Id", "Date", "Project(s)", "Amount", "Tender Type Info", "Donor Email"],
        "sortBy": "createdate",
        "descending": True,
        "skip": 0,
        "take": 100,
        "queryType": 3,
    }


SAMPLE = Sample(
    "raise",
    make,
    {
        "GET /api/Gift/list": lambda made: [
            Ask(names_record=False),
            Ask(query={"includeDetails": "true"}, names_record=False),
            Ask(query={"filter": str(made["id"])}, names_record=False),
        ],
        "POST /api/Gift/query": lambda made: [Ask(body=queried(made), names_record=False)],
        "GET /api/Gift/QueryOptions": lambda _: [Ask(names_record=False)],
        "GET /api/Gift/{giftId}": lambda made: [Ask({"giftId": made["id"]})],
        "PATCH /api/Gift/{giftId}": lambda made: [Ask({"giftId": made["id"]}, body={"notes": "Changed"})],
    },
)

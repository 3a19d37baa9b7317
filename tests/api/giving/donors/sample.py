"""How the walks ask for donors."""

from __future__ import annotations

from typing import Any

from tests.api.giving.gifts.sample import make
from tests.support.samples import Ask, Sample, word


def one(gift: Any) -> list[Ask]:
    """By the id of the donor of a gift."""
    return [Ask({"donorId": gift["donorId"]})]


def queried(gift: Any) -> dict[str, Any]:
    """A query for the donor of a gift, with columns beside it: the example of the documents."""
    conditions = [
        {"parameter": "Id", "operator": "Is", "value": str(gift["donorId"])},
        {"parameter": "Is Archived", "operator": "IsFalse"},
    ]
    columns = ["Name", "Email", "Lifetime Giving", "Last Gift Date"]
    return {"groups": [{"conditions": conditions}], "selectedColumns": columns, "sortBy": "name", "take": 25}


SAMPLE = Sample(
    "raise",
    make,
    {
        "GET /api/Donor/list": lambda gift: [
            Ask(names_record=False),
            Ask(query={"filter": str(gift["donorId"])}, names_record=False),
        ],
        "GET /api/Donor/search": lambda gift: [
            Ask(query={"filter": str(gift["donorId"])}, names_record=False)
        ],
        "POST /api/Donor/query": lambda gift: [Ask(body=queried(gift), names_record=False)],
        "GET /api/Donor/QueryOptions": lambda _: [Ask(names_record=False)],
        "GET /api/Donor/{donorId}": one,
        "GET /api/Donor/{donorId}/gifts": one,
        "PATCH /api/Donor/{donorId}": lambda gift: [
            Ask({"donorId": gift["donorId"]}, body={"lastName": "Changed"})
        ],
        "POST /api/Donor/{donorId}/archive": one,
        "PUT /api/Donor/{donorId}": lambda gift: [
            Ask(
                {"donorId": gift["donorId"]},
                body={"firstName": "Ada", "lastName": "Replaced", "email": f"{word()}@example.org".lower()},
            )
        ],
    },
)

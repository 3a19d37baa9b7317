"""How the walks ask for designations."""

from __future__ import annotations

from typing import Any

from tests.api.crm.gifts import sample as gifts
from tests.support.samples import Ask, Sample


def of_gift(made: Any) -> dict[str, Any]:
    """A query for the designations of a gift."""
    condition = {"parameter": "Gift Id", "operator": "Is", "value": made["id"]}
    return {"groups": [{"conditions": [condition]}], "sortBy": "GiftDate"}


SAMPLE = Sample(
    "crm",
    gifts.make,
    {
        "GET /api/GiftDesignation/QueryOptions": lambda _: [Ask(names_record=False)],
        "POST /api/GiftDesignation/Query": lambda made: [Ask(body=of_gift(made))],
    },
)

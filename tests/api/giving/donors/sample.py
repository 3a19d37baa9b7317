"""How the walks ask for donors."""

from __future__ import annotations

from typing import Any

from tests.api.giving.gifts.sample import make
from tests.support.samples import Ask, Sample


def one(gift: Any) -> list[Ask]:
    """By the id of the donor of a gift."""
    return [Ask({"donor_id": gift["donorId"]})]


SAMPLE = Sample(
    "raise",
    make,
    {
        "GET /api/Donor/list": lambda _: [Ask(names_record=False)],
        "GET /api/Donor/{donor_id}": one,
        "GET /api/Donor/{donor_id}/gifts": one,
        "PATCH /api/Donor/{donor_id}": lambda gift: [
            Ask({"donor_id": gift["donorId"]}, body={"lastName": "Changed"})
        ],
    },
)

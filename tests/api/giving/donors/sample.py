"""How the walks ask for donors."""

from __future__ import annotations

from typing import Any

from tests.api.giving.gifts.sample import make
from tests.support.samples import Ask, Sample, word


def one(gift: Any) -> list[Ask]:
    """By the id of the donor of a gift."""
    return [Ask({"donorId": gift["donorId"]})]


SAMPLE = Sample(
    "raise",
    make,
    {
        "GET /api/Donor/list": lambda _: [Ask(names_record=False)],
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

"""How the walks ask for merges of donors."""

from __future__ import annotations

from typing import Any

from tests.api.giving.gifts import sample as gifts
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample


async def make(tenant: Tenant, text: str) -> Any:
    """A donor, one who was merged into it, and a third who may be."""
    gift = await gifts.make(tenant, text)
    merged, other = [
        (await tenant.give(10, f"{text}.{which}@example.org".lower()))["donorId"]
        for which in ("merged", "other")
    ]
    path = f"/raise/api/Donor/{gift['donorId']}"
    await tenant.raise_.post(f"{path}/merge", {"duplicateId": merged, "reason": f"{text} twice"})
    return {"donorId": gift["donorId"], "mergedId": merged, "otherId": other}


SAMPLE = Sample(
    "raise",
    make,
    {
        "GET /api/Donor/{donorId}/merge-preview/{duplicateId}": lambda made: [
            Ask({"donorId": made["donorId"], "duplicateId": made["otherId"]})
        ],
        "POST /api/Donor/{donorId}/merge": lambda made: [
            Ask({"donorId": made["donorId"]}, body={"duplicateId": made["otherId"], "reason": "twice"})
        ],
        "POST /api/Donor/{donorId}/unmerge": lambda made: [
            Ask({"donorId": made["mergedId"]}, body={"reason": "a mistake"})
        ],
        "GET /api/Donor/{donorId}/merges": lambda made: [Ask({"donorId": made["donorId"]})],
    },
)

"""How the walks ask for campaigns."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str) -> dict[str, Any]:
    """A campaign with `text` in its name."""
    return {"name": f"{text} campaign", "startDate": "2024-01-01T00:00:00Z", "givingGoal": 1000.5}


async def make(tenant: Tenant, text: str) -> Any:
    """A campaign that was paused once."""
    made = await tenant.raise_.post("/raise/api/Campaign", body(text))
    await tenant.raise_.put(f"/raise/api/Campaign/{made['id']}/toggle-sync", reason=text)
    return made


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"campaignId": made["id"]})]


SAMPLE = Sample(
    "raise",
    make,
    {
        "POST /api/Campaign": lambda _: [Ask(body=body(word()), names_record=False)],
        "GET /api/Campaign/list": lambda _: [Ask(names_record=False)],
        "GET /api/Campaign/{campaignId}": one,
        "GET /api/Campaign/{campaignId}/sync-history": one,
        "PUT /api/Campaign/{campaignId}/toggle-sync": lambda made: [
            Ask({"campaignId": made["id"]}, {"reason": "cleaning up"})
        ],
    },
)

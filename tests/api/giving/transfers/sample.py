"""How the walks ask for moves of gifts."""

from __future__ import annotations

from typing import Any

from tests.api.giving.gifts import sample as gifts
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample


async def make(tenant: Tenant, text: str) -> Any:
    """A gift that moved from one donor to another, with why."""
    gift, other = await gifts.make(tenant, text), await tenant.give(10, f"{text}.other@example.org".lower())
    body = {"donorId": other["donorId"], "reason": f"{text} gave it"}
    await tenant.raise_.post(f"/raise/api/Gift/{gift['id']}/transfer", body)
    return {"giftId": gift["id"], "donorId": gift["donorId"]}


SAMPLE = Sample(
    "raise",
    make,
    {
        "POST /api/Gift/{giftId}/transfer": lambda made: [
            Ask({"giftId": made["giftId"]}, body={"donorId": made["donorId"], "reason": "a mistake"})
        ],
        "GET /api/Gift/{giftId}/transfers": lambda made: [Ask({"giftId": made["giftId"]})],
    },
)

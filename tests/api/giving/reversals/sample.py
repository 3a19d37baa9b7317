"""How the walks ask for money that goes back."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant, give_body
from tests.support.samples import Ask, Sample


async def make(tenant: Tenant, text: str) -> Any:
    """A gift of which a part went back, and that reversal."""
    gift = await tenant.raise_.post("/raise/api/Raise/give", give_body(50, f"{text}@example.org"))
    await tenant.raise_.post(f"/raise/api/Gift/{gift['id']}/refund", {"amount": 5, "reason": text})
    page = await tenant.raise_.get(f"/raise/api/Gift/{gift['id']}/reversals")
    return page["items"][0]


def _refunds(made: Any) -> list[Ask]:
    part = {"projects": [{"code": "GENERAL", "amount": 1.5}], "amount": 1.5, "reason": "Asked for"}
    return [Ask({"giftId": made["giftId"]}, body=part)]


SAMPLE = Sample(
    "raise",
    make,
    {
        "POST /api/Gift/{giftId}/refund": _refunds,
        "PUT /api/Gift/{giftId}/refund": _refunds,
        "GET /api/Gift/{giftId}/reversals": lambda made: [Ask({"giftId": made["giftId"]})],
        "GET /api/Reversal/list": lambda _: [Ask(query={"state": "done"}, names_record=False)],
        "GET /api/Reversal/{reversalId}": lambda made: [Ask({"reversalId": made["id"]})],
    },
)

"""How the walks ask for payments."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant, give_body
from tests.support.samples import Ask, Sample


async def make(tenant: Tenant, text: str) -> Any:
    """The payment of a gift under a key."""
    await tenant.raise_.post(
        "/raise/api/Raise/give",
        give_body(10, f"{text}@example.org"),
        headers={"Idempotency-Key": f"{text}-key"},
    )
    page = await tenant.raise_.get("/raise/api/Payment/list", SortBy="Id", Descending="true", Take=1)
    return page["items"][0]


SAMPLE = Sample(
    "raise",
    make,
    {
        "GET /api/Payment/list": lambda _: [Ask(query={"state": "stored"}, names_record=False)],
        "GET /api/Payment/{paymentId}": lambda made: [Ask({"paymentId": made["id"]})],
    },
)

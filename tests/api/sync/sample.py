"""How the walks ask for the sync states of records."""

from __future__ import annotations

from typing import Any

from tests.api.giving.gifts.sample import body
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample


async def make(tenant: Tenant, text: str) -> Any:
    """A gift that waits behind its donor, whose key names no contact: both can be retried."""
    gift = await tenant.raise_.post("/raise/api/Raise/give", body(text, crmKey="999999999"))
    await tenant.settled("donor", gift["donorId"])
    return gift


def both(gift: Any) -> list[Ask]:
    """The gift and its donor."""
    return [
        Ask({"entity": "gift", "recordId": gift["id"]}),
        Ask({"entity": "donor", "recordId": gift["donorId"]}),
    ]


SAMPLE = Sample(
    "raise",
    make,
    {
        "GET /api/Sync/{entity}/{recordId}": both,
        "POST /api/Sync/{entity}/{recordId}/retry": both,
        "GET /api/Sync/OfferedProjects": lambda _: [Ask(names_record=False)],
    },
)

"""How the walks ask for contacts."""

from __future__ import annotations

from typing import Any

from almoner.sync.entities.donor import SOURCE
from tests.api.giving.gifts import sample as giving
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample


async def make(tenant: Tenant, text: str) -> Any:
    """A contact that came from giving: its id, its reference and its address."""
    gift = await giving.make(tenant, text)
    state = await tenant.settled("donor", gift["donorId"])
    return {"id": state["crmKey"], "reference": str(gift["donorId"]), "email": f"{text}@example.org"}


SAMPLE = Sample(
    "crm",
    make,
    {
        "GET /api/Contact/{contactId}": lambda made: [Ask({"contactId": made["id"]})],
        "GET /api/Contact/{referenceSource}/{referenceId}": lambda made: [
            Ask({"referenceSource": SOURCE, "referenceId": made["reference"]})
        ],
        "GET /api/Contact/Find": lambda made: [
            Ask(query={"email": made["email"]}),
            Ask(query={"referenceSource": SOURCE, "referenceId": made["reference"]}),
        ],
    },
)

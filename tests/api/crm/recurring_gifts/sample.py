"""How the walks ask for recurring gifts."""

from __future__ import annotations

from datetime import date
from typing import Any

from almoner.crm.contract import Part, PutRecurringGift, accept
from tests.api.crm.accepted import SOURCE, key, person
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample


async def make(tenant: Tenant, text: str) -> Any:
    """A monthly gift that another system told of."""
    promise = PutRecurringGift(
        key=key(text),
        version=1,
        giver=key(text),
        frequency="Monthly",
        started_on=date(2024, 1, 31),
        next_expected_on=date(2024, 2, 29),
        anticipated_end_on=None,
        cancelled_at=None,
        amount_minor=2500,
        currency="USD",
        designations=(Part(code="GENERAL", minor=2500),),
        segment_code=text,
        is_private=False,
    )
    giver = person(text, name=text, first_name=text, email=f"{text}@example.org")
    async with tenant.db.tenant(tenant.id) as tx:
        contact, made = await accept(tx, [giver, promise])
    return {"id": made.crm_id, "contactId": contact.crm_id, "source": SOURCE}


SAMPLE = Sample(
    "crm",
    make,
    {
        "GET /api/RecurringGift/{recurringGiftId}": lambda made: [Ask({"recurringGiftId": made["id"]})],
        "GET /api/RecurringGift/ByContact/{contactId}": lambda made: [Ask({"contactId": made["contactId"]})],
    },
)

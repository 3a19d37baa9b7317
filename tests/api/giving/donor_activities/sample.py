"""How the walks ask for what happened with a donor, and for one that is archived."""

from __future__ import annotations

from typing import Any

from tests.api.giving.gifts import sample as gifts
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample


async def make(tenant: Tenant, text: str) -> Any:
    """The gift of a donor who is archived."""
    gift = await gifts.make(tenant, text)
    await tenant.raise_.post(f"/raise/api/Donor/{gift['donorId']}/archive")
    return gift


def _one(gift: Any) -> list[Ask]:
    return [Ask({"donorId": gift["donorId"]})]


SAMPLE = Sample(
    "raise",
    make,
    {"GET /api/Donor/{donorId}/activities": _one, "POST /api/Donor/{donorId}/unarchive": _one},
)

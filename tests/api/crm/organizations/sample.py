"""How the walks ask for the organization itself."""

from __future__ import annotations

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample


async def make(_tenant: Tenant, _text: str) -> None:
    """The organization is there already."""


SAMPLE = Sample(
    "crm",
    make,
    {
        "GET /api/Organization": lambda _: [Ask(names_record=False)],
        "GET /api/Organization/Current": lambda _: [Ask(names_record=False)],
    },
)

"""How the walks ask what the caller may do."""

from __future__ import annotations

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample


async def make(_tenant: Tenant, _text: str) -> None:
    """Every caller may do something."""


SAMPLE = Sample("crm", make, {"GET /api/Permission": lambda _: [Ask(names_record=False)]})

"""How to ask whether the API is alive."""

from __future__ import annotations

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample


async def _nothing(_tenant: Tenant, _text: str) -> None:
    """It is of no organization."""


SAMPLE = Sample("crm", _nothing, {"GET /api/Health": lambda _: [Ask(names_record=False)]})

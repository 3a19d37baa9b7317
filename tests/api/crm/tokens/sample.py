"""How the walks sign in."""

from __future__ import annotations

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample


async def make(_tenant: Tenant, _text: str) -> None:
    """Nothing is needed: the walks ask with a JSON body, and are refused; tests/api/crm/tokens has the rest."""


SAMPLE = Sample("crm", make, {"POST /Token": lambda _: [Ask(names_record=False)]})

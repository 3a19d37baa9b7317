"""What a donation form offers: composed of what both products know at that moment, nothing of it copied."""

from __future__ import annotations

from collections.abc import Sequence

from almoner.crm import contract as crm
from almoner.giving import contract as giving
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx

SORTS = {"id": "id", "name": "name", "code": "code"}


async def offered_projects(tx: Tx, paging: Paging) -> Page[giving.ProjectView]:
    """A page of giving's projects that a form offers, and how many there are.

    Those that are active, without those whose twin in the CRM, the project with their code in whatever case, is inactive or not available
    online. A project without a twin hangs on giving alone.
    """
    return await giving.list_open_projects(tx, await closed_codes(tx), paging)


async def closed_codes(tx: Tx) -> Sequence[str]:
    """Folded codes of projects that no form offers: those whose twin in the CRM is inactive or not available online."""
    return await crm.codes_not_online(tx)

"""Whether what is kept is what a count gives."""

from __future__ import annotations

from almoner.crm import contract as crm
from almoner.giving import contract as giving
from almoner.kernel.figures import FigureDifference
from almoner.platform.database import Database, Server
from almoner.sync import service as sync


async def wrong_figures(db: Database | Server, organization_id: int) -> list[FigureDifference]:
    """Every kept figure of one organization, of all modules, that differs from a recomputation at the same instant."""
    async with db.tenant(organization_id, snapshot=True) as tx:
        return [
            *await giving.figure_differences(tx),
            *await crm.figure_differences(tx),
            *await sync.figure_differences(tx),
        ]

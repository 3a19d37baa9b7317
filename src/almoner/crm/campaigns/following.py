"""Lets gifts follow projects that came into a campaign or left it, beside those who give."""

from __future__ import annotations

from almoner.platform.database import Server, Tx, load_queries
from almoner.platform.logger import Logger, error_facts
from almoner.platform.repeating import keep_looking

_queries = load_queries(__file__)
_log = Logger(__name__)

EVERY_SECONDS = 1.0
"""How often it is looked whether anything is to follow: a look at a table that is nearly always empty."""

PORTION = 500
"""Designations that follow in one transaction, while those who write gifts wait."""


async def follow(tx: Tx) -> bool:
    """Let one portion of what is to follow do so; whether there is more. Of a transaction of its own: it holds the tree until that ends."""
    return bool(await _queries.follow(tx, most=PORTION))


class CampaignFollower:
    """Brings the figures of campaigns of one server up to their projects. Any number may run: each portion is one's at a time.

    What is to follow is noted with the change itself (decision 29), so one that is killed leaves it to the next.
    """

    def __init__(self, server: Server) -> None:
        self._server = server

    async def run(self) -> None:
        """Work until cancelled; what fails is tried again."""
        await keep_looking(self.look, EVERY_SECONDS, "campaigns_not_followed")

    async def look(self) -> int:
        """Let everything follow that is to, the organizations in turn; answers in how many portions."""
        portions = 0
        async with self._server.connection() as conn:
            behind = [row["organization_id"] for row in await _queries.behind(conn)]
        while behind:
            for organization_id in behind.copy():
                more = await self._portion(organization_id)
                if not more:
                    behind.remove(organization_id)
                portions += more is not None
        return portions

    async def _portion(self, organization_id: int) -> bool | None:
        """Whether there is more to do; None when it failed: one organization's trouble is no other's, and is tried again after a pause."""
        try:
            async with self._server.tenant(organization_id) as tx:
                return await follow(tx)
        except Exception as error:  # noqa: BLE001 - the others' gifts follow all the same
            _log.warning("campaign_not_followed", organization=organization_id, **error_facts(error))
            return None

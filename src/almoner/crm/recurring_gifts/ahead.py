"""Keeps the expected payments of recurring gifts ahead of the days that go by."""

from __future__ import annotations

from almoner.crm.recurring_gifts.payments import look_ahead
from almoner.kernel.clock import Clock
from almoner.platform.database import Server
from almoner.platform.database.trouble import is_away, lacks_means
from almoner.platform.logger import Logger, error_facts
from almoner.platform.organizations.service import organizations_on
from almoner.platform.repeating import keep_looking

_log = Logger(__name__)

EVERY_SECONDS = 3600.0
"""Payments are a year ahead: how often it is looked at plays no part in what anybody is told of today."""


class PaymentsAhead:
    """Makes payments ahead for the organizations of one server. Any number may run: each recurring gift is one's at a time."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    async def run(self) -> None:
        """Work until cancelled; what fails is tried again."""
        await keep_looking(self.look, EVERY_SECONDS, "payments_not_made_ahead")

    async def look(self) -> int:
        """Look once at every organization, at each recurring gift once; answers for how many payments were made."""
        made = 0
        for organization in await organizations_on(self._server):
            try:
                made += await self._of(organization.organization_id)
            except Exception as error:  # one organization's trouble, or who is at work there, is no other's
                if is_away(error) or lacks_means(error):
                    raise
                facts = {"organization": organization.organization_id, **error_facts(error)}
                _log.warning("payments_not_made_ahead", **facts)
        return made

    async def _of(self, organization_id: int) -> int:
        made = 0
        after: int | None = 0
        while after is not None:
            async with self._server.tenant(organization_id) as tx:
                after, more = await look_ahead(tx, after, self._clock.now())
            made += more
        return made

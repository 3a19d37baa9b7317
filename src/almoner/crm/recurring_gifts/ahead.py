"""Keeps the expected payments of recurring gifts ahead of the days that go by."""

from __future__ import annotations

import asyncio

from almoner.crm.recurring_gifts.payments import look_ahead
from almoner.kernel.clock import Clock
from almoner.platform.database import Server
from almoner.platform.logger import Logger, error_facts
from almoner.platform.organizations.service import organizations_on

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
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - one that ended would leave schedules without payments
                _log.warning("payments_not_made_ahead", **error_facts(error))
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> int:
        """Look once at every organization, at each recurring gift once; answers for how many payments were made."""
        made = 0
        for organization in await organizations_on(self._server):
            after: int | None = 0
            while after is not None:
                async with self._server.tenant(organization.organization_id) as tx:
                    after, more = await look_ahead(tx, after, self._clock.now())
                made += more
        return made

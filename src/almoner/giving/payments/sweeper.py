"""Looks after payments that no request does any more: of what was taken and has no gift, each is given back within a stated time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from almoner.giving.payments import service
from almoner.giving.payments.rules import Gateway
from almoner.platform.database import Server, load_queries
from almoner.platform.logger import Logger, error_facts
from almoner.platform.repeating import keep_looking

_queries = load_queries(__file__)
_log = Logger(__name__)

AT_ONCE = 16
"""Payments that are looked at side by side: a gateway may take long for each."""


class PaymentSweeper:
    """Settles the due payments of one server. Any number may run, here and in other processes: each payment is one's at a time."""

    def __init__(
        self,
        server: Server,
        gateways: Mapping[str, Gateway],
        *,
        settle_seconds: float,
        timeout_seconds: float,
    ) -> None:
        """`gateways` by their names; a look at one takes `timeout_seconds` at most."""
        self._server = server
        self._gateways = gateways
        self._settle_seconds = settle_seconds
        self._timeout_seconds = timeout_seconds

    async def run(self) -> None:
        """Work until cancelled; what fails is tried again."""
        await keep_looking(self.sweep, min(self._settle_seconds / 4, 15.0), "payments_not_swept")

    async def sweep(self) -> int:
        """Settle what is due now, a round of it; answers how many payments were settled."""
        async with self._server.connection() as conn:
            due = await _queries.due(conn, limit=AT_ONCE)
        return sum(await asyncio.gather(*(self._settle(row["organization_id"], row["id"]) for row in due)))

    async def _settle(self, organization_id: int, payment_id: int) -> bool:
        try:
            async with asyncio.timeout(self._timeout_seconds * 2):
                return await service.settle(
                    self._server,
                    self._gateways,
                    organization_id,
                    payment_id,
                    settle_seconds=self._settle_seconds,
                )
        except Exception as error:  # noqa: BLE001 - one payment's trouble is no other's; its lease brings it again
            _log.warning("payment_not_settled", payment=payment_id, **error_facts(error))
            return False

"""Looks after what no request does any more: payments without a gift, refunds that no gateway answered for."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence

from almoner.giving.payments import service
from almoner.giving.payments.gateways import Gateways
from almoner.platform.database import Connection, Server, load_queries
from almoner.platform.logger import Logger, error_facts
from almoner.platform.repeating import keep_looking

_queries = load_queries(__file__)
_log = Logger(__name__)

AT_ONCE = 16
"""What is looked at side by side: a gateway may take long for each."""

Due = tuple[int, int]
"""An organization, and the id of what is due of it."""


class Sweeper(ABC):
    """Settles what is due on one server. Any number may run, here and in other processes: each thing is one's at a time."""

    what: str
    """What it looks after, as the log calls it."""

    def __init__(self, server: Server, *, settle_seconds: float, timeout_seconds: float) -> None:
        """A look at a gateway takes `timeout_seconds` at most."""
        self._server = server
        self._settle_seconds = settle_seconds
        self._timeout_seconds = timeout_seconds

    @abstractmethod
    async def due(self, conn: Connection) -> Sequence[Due]:
        """What is due now, over all tenants, at most `AT_ONCE`."""

    @abstractmethod
    async def settle(self, organization_id: int, id_: int) -> bool:
        """Settle one; False when it is not due any more. Harmless to repeat."""

    async def run(self) -> None:
        """Work until cancelled; what fails is tried again."""
        await keep_looking(self.sweep, min(self._settle_seconds / 4, 15.0), f"{self.what}s_not_swept")

    async def sweep(self) -> int:
        """Settle what is due now, a round of it; answers how much was settled."""
        async with self._server.connection() as conn:
            due = await self.due(conn)
        return sum(await asyncio.gather(*(self._attempt(*one) for one in due)))

    async def _attempt(self, organization_id: int, id_: int) -> bool:
        try:
            async with asyncio.timeout(self._timeout_seconds * 2):
                return await self.settle(organization_id, id_)
        except Exception as error:  # noqa: BLE001 - one's trouble is no other's; its lease brings it again
            _log.warning(f"{self.what}_not_settled", **{self.what: id_}, **error_facts(error))
            return False


class PaymentSweeper(Sweeper):
    """Of what was taken and has no gift, each payment is given back within a stated time."""

    what = "payment"

    def __init__(
        self,
        server: Server,
        gateways: Gateways,
        *,
        settle_seconds: float,
        timeout_seconds: float,
    ) -> None:
        """`gateways` are those that payments were asked of."""
        super().__init__(server, settle_seconds=settle_seconds, timeout_seconds=timeout_seconds)
        self._gateways = gateways

    async def due(self, conn: Connection) -> Sequence[Due]:
        """Payments whose gateway is to be looked at."""
        return [(row["organization_id"], row["id"]) for row in await _queries.due(conn, limit=AT_ONCE)]

    async def settle(self, organization_id: int, id_: int) -> bool:
        """Give back what no gift has."""
        seconds = self._settle_seconds
        return await service.settle(
            self._server, self._gateways, organization_id, id_, settle_seconds=seconds
        )

"""Looks after what no request does any more: payments without a gift, refunds that no gateway answered for."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from time import monotonic

from almoner.giving.payments import service
from almoner.giving.payments.gateways import Gateways
from almoner.platform.database import Connection, Server, load_queries
from almoner.platform.logger import Logger, error_facts
from almoner.platform.repeating import keep_looking

_queries = load_queries(__file__)
_log = Logger(__name__)

AT_ONCE = 16
"""What is looked at side by side: a gateway may take long for each."""
EACH = 4
"""So much of it is one organization's at most: its gateway may take long for all."""
DUE_MAX = 2 * AT_ONCE
"""What is asked for at once: half of it may be of organizations that have their share in hand."""

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
        self._pause_seconds = min(settle_seconds / 4, 15.0)
        self._timeout_seconds = timeout_seconds

    @abstractmethod
    async def due(self, conn: Connection) -> Sequence[Due]:
        """What is due now, over all tenants: at most `DUE_MAX`, and `EACH` of one organization."""

    @abstractmethod
    async def settle(self, organization_id: int, id_: int) -> bool:
        """Settle one; False when it is not due any more. Harmless to repeat."""

    async def run(self) -> None:
        """Work until cancelled; what fails is tried again."""
        await keep_looking(self.sweep, self._pause_seconds, f"{self.what}s_not_swept")

    async def sweep(self) -> int:
        """Settle what is due, and what becomes due meanwhile; answers how much was settled, once nothing is in hand.

        Whoever takes long holds up nobody else: where one is done the next begins.
        """
        hands: dict[asyncio.Task[bool], Due] = {}
        rests: dict[Due, float] = {}
        settled = 0
        try:
            while True:
                await self._begin(hands, rests)
                if not hands:
                    return settled
                wait = {"timeout": self._pause_seconds, "return_when": asyncio.FIRST_COMPLETED}
                for task in (await asyncio.wait(hands, **wait))[0]:  # type: ignore[arg-type]
                    one = hands.pop(task)
                    settled += task.result()
                    if not task.result():
                        rests[one] = monotonic() + self._pause_seconds
        finally:
            for task in hands:
                task.cancel()
            await asyncio.gather(*hands, return_exceptions=True)

    async def _begin(self, hands: dict[asyncio.Task[bool], Due], rests: dict[Due, float]) -> None:
        """Begin with what is due, as much as there is room for; what came to nothing just now rests first."""
        now = monotonic()
        for one in [one for one, until in rests.items() if until <= now]:
            del rests[one]
        async with self._server.connection() as conn:
            due = await self.due(conn)
        shares = Counter(organization_id for organization_id, _ in hands.values())
        for one in due:
            if one in hands.values() or one in rests:
                continue
            if len(hands) < AT_ONCE and shares[one[0]] < EACH:
                shares[one[0]] += 1
                hands[asyncio.create_task(self._attempt(*one))] = one

    async def _attempt(self, organization_id: int, id_: int) -> bool:
        try:
            async with asyncio.timeout(self._timeout_seconds * 2):
                return await self.settle(organization_id, id_)
        except Exception as error:  # noqa: BLE001 - one's trouble is no other's; its lease brings it again
            facts = {"organization": organization_id, self.what: id_}
            _log.warning(f"{self.what}_not_settled", **facts, **error_facts(error))
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
        rows = await _queries.due(conn, limit=DUE_MAX, each=EACH)
        return [(row["organization_id"], row["id"]) for row in rows]

    async def settle(self, organization_id: int, id_: int) -> bool:
        """Give back what no gift has."""
        seconds = self._settle_seconds
        return await service.settle(
            self._server, self._gateways, organization_id, id_, settle_seconds=seconds
        )

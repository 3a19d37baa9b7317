"""Looks after refunds that no gateway answered for, and after what processors said and could not be settled at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from almoner.giving.payments.sweeper import DUE_MAX, EACH, Due, Sweeper
from almoner.giving.reversals.refund import RefundDesk
from almoner.giving.reversals.words import settle_words
from almoner.kernel.clock import Clock
from almoner.platform.database import Connection, Server, load_queries

_queries = load_queries(__file__)


class RefundSweeper(Sweeper):
    """Finds out of each refund whether it went, within a stated time."""

    what = "refund"

    def __init__(
        self,
        server: Server,
        desk: RefundDesk,
        done: Callable[[], None],
        *,
        settle_seconds: float,
        timeout_seconds: float,
    ) -> None:
        """`desk` asks the gateways; `done` is called after each that was settled."""
        super().__init__(server, settle_seconds=settle_seconds, timeout_seconds=timeout_seconds)
        self._desk = desk
        self._done = done

    async def due(self, conn: Connection) -> Sequence[Due]:
        """Refunds whose gateway is to be looked at."""
        rows = await _queries.due(conn, limit=DUE_MAX, each=EACH)
        return [(row["organization_id"], row["id"]) for row in rows]

    async def settle(self, organization_id: int, id_: int) -> bool:
        """Keep what the gateway says of it."""
        is_settled = await self._desk.settle(organization_id, id_)
        self._done()
        return is_settled


class WordSweeper(Sweeper):
    """Settles what processors said once its time has come, or its gift is there."""

    what = "word"

    def __init__(
        self, server: Server, clock: Clock, done: Callable[[], None], *, settle_seconds: float
    ) -> None:
        """Words are due by `clock`, as their own times are; `done` is called after those of an organization were looked at."""
        super().__init__(server, settle_seconds=settle_seconds, timeout_seconds=30.0)
        self._clock = clock
        self._done = done

    async def due(self, conn: Connection) -> Sequence[Due]:
        """Organizations with words that are due."""
        rows = await _queries.due_words(conn, now=self._clock.now(), limit=DUE_MAX)
        return [(row["organization_id"], 0) for row in rows]

    async def settle(self, organization_id: int, id_: int) -> bool:
        """Settle all that are due of one organization."""
        async with self._server.tenant(organization_id) as tx:
            looked_at = await settle_words(tx, self._clock.now())
        self._done()
        return looked_at > 0

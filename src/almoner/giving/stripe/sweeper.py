"""Acts on what Stripe said, and asks for what it said and did not come."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from almoner.giving.payments.sweeper import DUE_MAX, EACH, Due, Sweeper
from almoner.giving.stripe.events import StripeDesk
from almoner.platform.database import Connection, Server, load_queries

_queries = load_queries(__file__)

LEASE_SECONDS = 120.0
"""So long nobody else acts on an event that one has taken."""
LOOK_SECONDS = 8.0
"""Four times the wait between two looks for events."""
CATCH_UP_SECONDS = 600.0
"""Stripe is asked for what it may not have delivered once in so long."""


class EventSweeper(Sweeper):
    """Acts on each event within seconds."""

    what = "stripe_event"

    def __init__(self, server: Server, desk: StripeDesk, done: Callable[[], None]) -> None:
        """`done` is called after each event that was looked at."""
        super().__init__(server, settle_seconds=LOOK_SECONDS, timeout_seconds=LEASE_SECONDS / 3)
        self._desk = desk
        self._done = done

    async def due(self, conn: Connection) -> Sequence[Due]:
        """Events that are to be looked at."""
        rows = await _queries.due_events(conn, limit=DUE_MAX, each=EACH)
        return [(row["organization_id"], row["id"]) for row in rows]

    async def settle(self, organization_id: int, id_: int) -> bool:
        """Act on one."""
        is_settled = await self._desk.settle(organization_id, id_, lease_seconds=LEASE_SECONDS)
        self._done()
        return is_settled


class CatchUpSweeper(Sweeper):
    """Asks for the events of each account, so that one whose notice was lost is only late."""

    what = "stripe_account"

    def __init__(self, server: Server, desk: StripeDesk) -> None:
        super().__init__(server, settle_seconds=60.0, timeout_seconds=CATCH_UP_SECONDS / 4)
        self._desk = desk

    async def due(self, conn: Connection) -> Sequence[Due]:
        """Accounts that are to be asked about."""
        return [(row["organization_id"], 0) for row in await _queries.due_accounts(conn, limit=DUE_MAX)]

    async def settle(self, organization_id: int, id_: int) -> bool:
        """Store what happened there, and remove what is done with for long."""
        is_asked = await self._desk.catch_up(organization_id, seconds=CATCH_UP_SECONDS)
        while is_asked and await self._desk.forget(organization_id):
            pass
        return is_asked

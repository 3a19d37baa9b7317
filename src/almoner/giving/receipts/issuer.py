"""Reads giving's log and writes receipts: a consumer with a cursor of its own, so that no give waits for a number."""

from __future__ import annotations

import random
from datetime import datetime
from itertools import groupby

from almoner.giving.events import LOG
from almoner.giving.receipts.issuing import issue, note_trouble
from almoner.giving.receipts.metrics import RECEIPT_LAG_SECONDS
from almoner.giving.receipts.sayings import read_setting
from almoner.kernel.clock import Clock
from almoner.platform.database import Connection, Server
from almoner.platform.database.trouble import is_trouble
from almoner.platform.events.reader import Event
from almoner.platform.logger import Logger, error_facts
from almoner.platform.pace import Pace
from almoner.platform.repeating import keep_looking

_log = Logger(__name__)

CONSUMER = "receipts"
CREATED = "gift.created"
KINDS = frozenset((CREATED, "gift.updated"))
BATCH_MAX = 200
"""Events of one transaction: it holds the books of their organizations until it commits, for about as many milliseconds."""
EVERY_SECONDS = 0.5


class ReceiptIssuer:
    """Writes the receipts of one server's organizations. Any number may run: a part of the log is read by one at a time."""

    def __init__(self, server: Server, clock: Clock, mail_from: str) -> None:
        self._server = server
        self._clock = clock
        self._mail_from = mail_from
        self._reader = LOG.reader(CONSUMER)
        self._is_registered = False

    async def run(self, pace: Pace) -> None:
        """Work until cancelled, at its pace; what fails is tried again."""
        await keep_looking(self.look, EVERY_SECONDS, "receipts_not_written", pace)

    async def look(self) -> int:
        """Read a part on that has news, one batch; answers how many events were read. 0: there are none that another has not in hand."""
        async with self._server.connection() as conn:
            if not self._is_registered:
                await self._reader.register(conn)
                self._is_registered = True
            parts = await self._reader.parts_with_news(conn)
        random.shuffle(parts)  # none waits for ever behind another
        for part in parts:
            if done := await self._read(part):
                return done
        return 0

    async def _read(self, part: int) -> int:
        async with self._server.system() as conn:
            batch = await self._reader.read(conn, part, BATCH_MAX)
            if batch is None:
                return 0
            events = sorted(
                (event for event in batch.events if event.kind in KINDS),
                key=lambda event: event.organization_id,
            )
            for organization_id, own in groupby(events, lambda event: event.organization_id):
                await self._write(conn, organization_id, list(own))
            await self._reader.done(conn, batch)
        now = self._clock.now()
        for event in batch.events:
            if event.kind == CREATED:
                RECEIPT_LAG_SECONDS.observe(max(0.0, (now - event.happened_at).total_seconds()))
        return len(batch.events)

    async def _write(self, conn: Connection, organization_id: int, events: list[Event]) -> None:
        """All of an organization's gifts in one go; where that fails one by one, so that a bad one hides no other."""
        tx = await self._server.act_for(conn, organization_id)
        is_automatic = (await read_setting(tx)).is_automatic
        # A new gift has no receipt yet that could be wrong: where none is written by itself it is not even read.
        gift_ids = sorted({event.record_id for event in events if is_automatic or event.kind != CREATED})
        if not gift_ids:
            return
        now = self._clock.now()
        if await self._attempt(conn, organization_id, gift_ids, now) is None:
            return
        for gift_id in gift_ids:
            error = await self._attempt(conn, organization_id, [gift_id], now)
            if error is not None:
                _log.warning("receipt_not_written", gift=gift_id, **error_facts(error))
                await note_trouble(tx, gift_id, f"It could not be written: {type(error).__name__}.", now)

    async def _attempt(
        self, conn: Connection, organization_id: int, gift_ids: list[int], now: datetime
    ) -> Exception | None:
        tx = await self._server.act_for(conn, organization_id)
        await conn.execute("SAVEPOINT receipts")
        try:
            await issue(tx, gift_ids, now, self._mail_from)
        except Exception as error:
            if is_trouble(error):
                raise  # the database's, or others at work: the whole batch comes again
            await conn.execute("ROLLBACK TO SAVEPOINT receipts; RELEASE SAVEPOINT receipts")
            return error
        await conn.execute("RELEASE SAVEPOINT receipts")
        return None

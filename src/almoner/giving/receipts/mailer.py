"""Sends the letters of receipts and statements.

A letter is claimed in a transaction, sent, and settled in another. Killed in between, nobody knows whether it arrived: once its lease is over it is
sent again under the same `Message-ID`, so it may arrive twice and never silently not at all. Into the file outbox it goes once: the
same letter has the same file.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import msgspec

from almoner.giving.receipts.metrics import LETTER_LAG_SECONDS
from almoner.giving.receipts.paper import press_of, printed
from almoner.giving.receipts.rules import LetterState, ReceiptState, number_text
from almoner.kernel.clock import Clock
from almoner.platform.database import Server, load_queries
from almoner.platform.logger import Logger, error_facts
from almoner.platform.mail import Away, Letter, MailTransport, Refused, message_of, transport_of
from almoner.platform.mail.message import Attachment
from almoner.platform.pace import Pace
from almoner.platform.repeating import keep_looking
from almoner.platform.settings import Settings

_queries = load_queries(__file__)
_log = Logger(__name__)

AT_ONCE = 8
"""Letters that are claimed together: some 50 ms of work, most of it printing."""
LEASE_SECONDS = 300.0
"""For how long a letter is somebody's: longer than it takes to send all that were claimed together."""
BACKOFF_SECONDS_MAX = 3600.0
EVERY_SECONDS = 1.0


class ReceiptMailer:
    """Sends what is due of one server's organizations. Any number may run: a letter is one's at a time."""

    def __init__(
        self, server: Server, clock: Clock, settings: Settings, transport: MailTransport | None = None
    ) -> None:
        self._server = server
        self._clock = clock
        self._settings = settings
        self._transport = transport
        self._press = press_of(settings.receipt_fonts)
        self._pause = 0.0

    async def run(self, pace: Pace) -> None:
        """Work until cancelled, at its pace; what fails is tried again."""
        try:
            await keep_looking(self.look, EVERY_SECONDS, "letters_not_sent", pace)
        finally:
            if self._transport is not None:
                await self._transport.close()

    async def look(self) -> int:
        """Send what is due now, a round of it; answers how many letters were settled."""
        if self._transport is None:
            self._transport = transport_of(self._settings)
        async with self._server.connection() as conn:
            due = await _queries.due_letters(conn, now=self._clock.now(), limit=AT_ONCE)
        by_organization: dict[int, list[int]] = defaultdict(list)
        for row in due:
            by_organization[row["organization_id"]].append(row["id"])
        return sum([await self._send_all(each, ids) for each, ids in by_organization.items()])

    async def _send_all(self, organization_id: int, ids: list[int]) -> int:
        now = self._clock.now()
        async with self._server.tenant(organization_id) as tx:
            until = now + timedelta(seconds=LEASE_SECONDS)
            claimed = [row["id"] for row in await _queries.claim(tx, ids=ids, now=now, until=until)]
        async with self._server.tenant(organization_id) as tx:
            rows = await _queries.to_send(tx, ids=claimed)
        is_away: Away | None = None
        for row in rows:
            if is_away is not None:  # the others need not find out each by itself
                await self._put_off(organization_id, row, is_away)
                continue
            try:
                await self._send(organization_id, row)
            except Away as away:
                is_away = None if away.is_of_message else away
                await self._put_off(organization_id, row, away)
            except Refused as refused:
                await self._settle(organization_id, row, LetterState.FAILED, str(refused))
            except Exception as error:  # noqa: BLE001 - one letter's trouble is no other's
                _log.warning("letter_not_sent", letter=row["id"], **error_facts(error))
                await self._settle(
                    organization_id,
                    row,
                    LetterState.FAILED,
                    f"It could not be written: {type(error).__name__}.",
                )
            else:
                await self._settle(organization_id, row, LetterState.SENT, None)
                waited = self._clock.now() - row["created_at"]
                LETTER_LAG_SECONDS.observe(max(0.0, waited.total_seconds()))
        return len(rows)

    async def _send(self, organization_id: int, row: Any) -> None:
        if row["kind"] == "receipt" and row["receipt_state"] != ReceiptState.ISSUED:
            raise Refused("The receipt became void before its letter went.")
        letter = await self._letter(organization_id, row)
        try:
            message = message_of(letter)
        except ValueError as error:
            raise Refused(f"{error}") from error
        assert self._transport is not None
        await asyncio.sleep(1 / self._settings.mail_per_second if self._settings.smtp_host else 0)
        await self._transport.send(message, f"{organization_id}-{row['id']:08}-{row['kind']}")

    async def _letter(self, organization_id: int, row: Any) -> Letter:
        content = msgspec.json.decode(row["content"])
        attachments = []
        if row["kind"] != "void":
            attachments.append(await self._paper(organization_id, row))
        sender = content["sender"]
        return Letter(
            id=f"almoner.{organization_id}.{row['id']}@{sender.rpartition('@')[2]}",
            sender_name=content["senderName"],
            sender=sender,
            reply_to=content["replyTo"],
            to_name="",
            to=row["address"],
            subject=content["subject"],
            text=content["text"],
            html=content["html"],
            written_at=row["created_at"],
            attachments=attachments,
        )

    async def _paper(self, organization_id: int, row: Any) -> Attachment:
        is_statement = row["kind"] == "statement"
        paper = msgspec.json.decode(row["statement_said"] if is_statement else row["said"])["paper"]
        at = row["made_at"] if is_statement else row["issued_at"]
        name = (
            f"statement-{row['statement_year']}"
            if is_statement
            else f"receipt-{number_text(row['year'], row['number'])}"
        )
        async with self._server.tenant(organization_id) as tx:
            content = await printed(self._press, tx, paper, at)
        return Attachment(f"{name}.pdf", "application/pdf", content)

    async def _put_off(self, organization_id: int, row: Any, away: Away) -> None:
        """Later: what says something of the message counts as an attempt, a server that is away does not; but neither goes on for ever."""
        said, now = self._settings, self._clock.now()
        waited = now - row["created_at"] > timedelta(hours=said.mail_give_up_hours)
        if waited or (away.is_of_message and row["attempts"] >= said.mail_attempts_max):
            await self._settle(organization_id, row, LetterState.FAILED, str(away))
            return
        attempts = row["attempts"] if away.is_of_message else 1
        seconds = min(said.mail_backoff_seconds * 2 ** min(attempts - 1, 20), BACKOFF_SECONDS_MAX)
        due = now + timedelta(seconds=seconds)
        await self._settle(
            organization_id, row, LetterState.QUEUED, str(away), due, uncounted=0 if away.is_of_message else 1
        )

    async def _settle(
        self,
        organization_id: int,
        row: Any,
        state: LetterState,
        reason: str | None,
        due_at: datetime | None = None,
        *,
        uncounted: int = 0,
    ) -> None:
        async with self._server.tenant(organization_id) as tx:
            await _queries.settle(
                tx,
                id=row["id"],
                attempts=row["attempts"],
                state=state.value,
                reason=reason,
                due_at=due_at,
                uncounted=uncounted,
                now=self._clock.now(),
            )

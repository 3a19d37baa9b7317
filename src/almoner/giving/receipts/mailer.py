"""Sends the letters of receipts and statements.

A letter is claimed in a transaction just before it is sent, and settled in another. Killed in between, nobody knows whether it arrived: once its lease is
over it is sent again under the same `Message-ID`, so it may arrive twice and never silently not at all. Into the file outbox it goes once: the
same letter has the same file. Several go at once, never two of one donor: those go in the order in which they were written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from almoner.giving.receipts.metrics import LETTER_LAG_SECONDS
from almoner.giving.receipts.paper import Logos, Sheet, press_of, printed
from almoner.giving.receipts.rules import LetterState, ReceiptState, number_text
from almoner.kernel.clock import Clock
from almoner.platform.database import Server, load_queries
from almoner.platform.database.trouble import is_trouble
from almoner.platform.logger import Logger, error_facts
from almoner.platform.mail import Away, Letter, Line, MailTransport, Refused, message_of, transport_of
from almoner.platform.mail.message import Attachment
from almoner.platform.mail.transport import send_seconds
from almoner.platform.pace import Pace
from almoner.platform.repeating import end_if_cancelled, keep_looking
from almoner.platform.settings import Settings

_queries = load_queries(__file__)
_log = Logger(__name__)

AT_ONCE = 4
"""Letters that are on their way together, each over a connection of its own."""
GIVEN_UP_AT_ONCE = 100
LEASE_SECONDS_MIN = 300.0
PRINTING_SECONDS = 60.0
BACKOFF_SECONDS_MAX = 3600.0
EVERY_SECONDS = 1.0


def lease_seconds(settings: Settings) -> float:
    """For how long a letter is somebody's: longer than it takes to print one and to hand it over."""
    return max(LEASE_SECONDS_MIN, PRINTING_SECONDS + send_seconds(settings))


def letter_of(
    name: str, content: Mapping[str, Any], address: str, at: datetime, attachments: Sequence[Attachment]
) -> Letter:
    """A letter as it is sent of what was written (`content`); `name` is the same each time it is."""
    sender = content["sender"]
    return Letter(
        id=f"{name}@{sender.rpartition('@')[2]}",
        sender_name=content["senderName"],
        sender=sender,
        reply_to=content["replyTo"],
        to_name="",
        to=address,
        subject=content["subject"],
        text=content["text"],
        html=content["html"],
        written_at=at,
        attachments=attachments,
    )


class ReceiptMailer:
    """Sends what is due of one server's organizations. Any number may run: a letter is one's at a time."""

    def __init__(
        self,
        server: Server,
        clock: Clock,
        settings: Settings,
        transport: MailTransport | None = None,
        line: Line | None = None,
    ) -> None:
        """`line` is that of all mailers of the process; one without has its own."""
        self._server = server
        self._clock = clock
        self._settings = settings
        self._transport = transport
        self._line = line or Line(settings)
        self._press = press_of(settings.receipt_fonts)

    async def run(self, pace: Pace) -> None:
        """Work until cancelled, at its pace; what fails is tried again."""
        try:
            await keep_looking(self.look, EVERY_SECONDS, "letters_not_sent", pace)
        finally:
            if self._transport is not None:
                await self._transport.close()

    async def look(self) -> int:
        """Send what is due now, a round of it; answers how many letters were settled. While the mail server is away one letter tries it now and then."""
        if self._transport is None:
            self._transport = transport_of(self._settings)
        async with self._server.connection() as conn:
            due = await _queries.due_letters(conn, now=self._clock.now(), limit=AT_ONCE)
        places = self._line.places(AT_ONCE, self._clock.now()) if due else 0
        if not places:
            return 0
        logos = Logos()
        sending = (self._deliver(row["organization_id"], row["id"], logos) for row in due[:places])
        settled = 0
        for outcome in await asyncio.gather(*sending, return_exceptions=True):  # each to its end
            if isinstance(outcome, BaseException):
                raise outcome
            settled += outcome
        return settled + (await self._give_up() if self._line.is_away else 0)

    async def _deliver(self, organization_id: int, letter_id: int, logos: Logos) -> int:
        """Send one letter when its turn has come, unless another has it in hand; answers how many were settled."""
        await self._line.turn()
        row = await self._claimed(organization_id, letter_id)
        if row is None:
            return 0
        try:
            await self._send(organization_id, row, logos)
        except Away as away:
            if away.is_of_message:
                self._line.answered()
            else:
                self._line.lost(str(away), self._clock.now())
            await self._put_off(organization_id, row, away)
        except Refused as refused:
            await self._settle(organization_id, row, LetterState.FAILED, str(refused))
        except Exception as error:
            end_if_cancelled()
            if is_trouble(error):
                raise  # of the database: it says nothing of the letter, which is due again once its lease is over
            _log.warning("letter_not_sent", letter=row["id"], **error_facts(error))
            reason = f"It could not be written: {type(error).__name__}."
            await self._settle(organization_id, row, LetterState.FAILED, reason)
        else:
            self._line.answered()
            await self._settle(organization_id, row, LetterState.SENT, None)
            waited = self._clock.now() - row["created_at"]
            LETTER_LAG_SECONDS.observe(max(0.0, waited.total_seconds()))
        return 1

    async def _claimed(self, organization_id: int, letter_id: int) -> Any:
        """A letter that is ours until its lease is over; None when another has it."""
        now = self._clock.now()
        until = now + timedelta(seconds=lease_seconds(self._settings))
        async with self._server.tenant(organization_id) as tx:
            ids = [row["id"] for row in await _queries.claim(tx, ids=[letter_id], now=now, until=until)]
            rows = await _queries.to_send(tx, ids=ids)
        return rows[0] if rows else None

    async def _give_up(self) -> int:
        """What has waited too long for a server that is away fails, without trying each; answers how many."""
        now, done = self._clock.now(), 0
        before = now - timedelta(hours=self._settings.mail_give_up_hours)
        async with self._server.connection() as conn:
            old = await _queries.old_letters(conn, now=now, before=before, limit=GIVEN_UP_AT_ONCE)
        for letter in old:
            row = await self._claimed(letter["organization_id"], letter["id"])
            if row is not None:
                reason = (
                    f"It waited for {self._settings.mail_give_up_hours:g} hours; the mail server was away."
                )
                await self._settle(letter["organization_id"], row, LetterState.FAILED, reason)
                done += 1
        return done

    async def _send(self, organization_id: int, row: Any, logos: Logos) -> None:
        if row["kind"] == "receipt" and row["receipt_state"] != ReceiptState.ISSUED:
            raise Refused("The receipt became void before its letter went.")
        letter = await self._letter(organization_id, row, logos)
        try:
            message = message_of(letter)
        except ValueError as error:
            raise Refused(f"{error}") from error
        assert self._transport is not None
        await self._transport.send(message, f"{organization_id}-{row['id']:08}-{row['kind']}")

    async def _letter(self, organization_id: int, row: Any, logos: Logos) -> Letter:
        attachments = []
        if row["kind"] != "void":
            attachments.append(await self._paper(organization_id, row, logos))
        content = msgspec.json.decode(row["content"])
        name = f"almoner.{organization_id}.{row['id']}"
        return letter_of(name, content, row["address"], row["created_at"], attachments)

    async def _paper(self, organization_id: int, row: Any, logos: Logos) -> Attachment:
        is_statement = row["kind"] == "statement"
        paper = msgspec.json.decode(row["statement_said"] if is_statement else row["said"])["paper"]
        at = row["made_at"] if is_statement else row["issued_at"]
        name = (
            f"statement-{row['statement_year']}"
            if is_statement
            else f"receipt-{number_text(row['year'], row['number'])}"
        )
        logo = await logos.of(self._server, organization_id, paper)
        content = await printed(self._press, Sheet(paper, logo, at))
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

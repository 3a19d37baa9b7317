"""What a mail server's answers mean, against one that speaks SMTP and does as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtplib import SMTPServerDisconnected

from almoner.platform.mail import Away, Letter, Refused, message_of, transport_of
from almoner.platform.mail.transport import SmtpTransport
from almoner.platform.settings import Settings

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def server(replies: dict[str, str], taken: list[bytes]) -> AsyncIterator[int]:
    """A mail server on this machine: `replies` has what it answers to an address, or to DATA, in place of `250 ok`."""

    serving: list[Any] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.append(asyncio.current_task())
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).decode().strip():
            word = line.partition(" ")[0].upper()
            if word == "DATA":
                writer.write(b"354 go on\r\n")
                taken.append(await reader.readuntil(b"\r\n.\r\n"))
            to = next((reply for address, reply in replies.items() if address in line), "250 ok")
            writer.write(
                f"{'221 bye' if word == 'QUIT' else to if word == 'RCPT' else '250 ok'}\r\n".encode()
            )
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        await asyncio.gather(*serving)


def message(to: str) -> Any:
    return message_of(
        Letter(
            id="1.1@house.org", sender_name="Häuser & Söhne", sender="give@house.org", reply_to=None, to_name="", to=to,
            subject="Thank\nyou 王", text="Dear 王", html="<p>x</p>", written_at=datetime(2026, 11, 30, tzinfo=UTC),
        )
    )  # fmt: skip


async def test_each_answer_is_told_apart_and_the_connection_is_used_again() -> None:
    replies = {"gone@": "550 <gone@example.org> no such user", "full@": "452 mailbox full"}
    taken: list[bytes] = []
    async with server(replies, taken) as port:
        settings = Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none", smtp_seconds=5)
        transport = transport_of(settings)
        assert isinstance(transport, SmtpTransport)
        with pytest.raises(Refused, match="550 no such user") as refused:
            await transport.send(message("gone@example.org"), "1")
        assert "@" not in str(refused.value), "what is kept and shown does not repeat the address"
        with pytest.raises(Away, match="452") as away:
            await transport.send(message("full@example.org"), "2")
        assert away.value.is_of_message
        await transport.send(message("ada@example.org"), "3")
        assert b"Message-ID: <1.1@house.org>" in taken[0] and b"\nyou" not in taken[0]
        await transport.close()


async def test_a_server_that_is_not_there_is_away() -> None:
    transport = transport_of(Settings(smtp_host="127.0.0.1", smtp_port=1, smtp_tls="none", smtp_seconds=2))
    with pytest.raises(Away, match="does not answer") as away:
        await transport.send(message("ada@example.org"), "1")
    assert not away.value.is_of_message


def test_an_address_that_cannot_stand_in_a_header_is_refused() -> None:
    with pytest.raises(ValueError, match="header"):
        message("a\r\nBcc: all@example.org")


class Lost:
    """A connection that nobody told us is gone."""

    is_connected = True

    async def send_message(self, _message: Any) -> None:
        raise SMTPServerDisconnected("gone")

    def close(self) -> None:
        self.is_connected = False


async def test_where_one_connection_was_lost_those_beside_it_are_not_tried_one_after_the_other() -> None:
    taken: list[bytes] = []
    async with server({}, taken) as port:
        settings = Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none", smtp_seconds=5)
        transport: Any = transport_of(settings)
        transport._idle += [Lost(), Lost(), Lost()]
        with pytest.raises(Away):
            await transport.send(message("ada@example.org"), "1")
        await transport.send(message("ada@example.org"), "1")
        await transport.close()
    assert len(taken) == 1

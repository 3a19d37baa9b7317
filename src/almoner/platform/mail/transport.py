"""What takes messages: a mail server over SMTP, or a folder of `.eml` files. Each says alike what it could not take."""

from __future__ import annotations

import asyncio
import os
from email import policy
from email.message import EmailMessage
from pathlib import Path
from socket import gaierror
from ssl import SSLError
from typing import Protocol

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from almoner.platform.settings import Settings, SettingsError

OUTBOX = "outbox"


class Refused(Exception):
    """This message will not be taken, however often it is sent; the text says why, without an address."""


class Away(Exception):
    """Nothing can be taken just now: the server does not answer, or refuses us, or the disk is full. It says nothing of the message.

    `is_of_message`: only this one was put off (greylisting, a mailbox that is full); others may go.
    """

    def __init__(self, reason: str, *, is_of_message: bool = False) -> None:
        super().__init__(reason)
        self.is_of_message = is_of_message


class MailTransport(Protocol):
    """Takes messages one by one."""

    async def send(self, message: EmailMessage, name: str) -> None:
        """Return when the message is taken. Raises `Refused` or `Away`. `name` is its own among all, fit for a file."""
        ...

    async def close(self) -> None:
        """End what is open."""
        ...


class FileOutbox:
    """Writes each message as a file of its own: nothing leaves the machine. The same message again replaces its file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, message: EmailMessage, name: str) -> None:
        """Write it; the file is there whole or not at all."""
        try:
            await asyncio.to_thread(self._write, message.as_bytes(policy=policy.SMTP), name)
        except OSError as error:
            raise Away(f"the outbox cannot be written: {error.strerror or error}") from error

    def _write(self, content: bytes, name: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self.folder / f".{name}.{os.getpid()}"
        try:
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.folder / f"{name}.eml")
        finally:
            unfinished.unlink(missing_ok=True)

    async def close(self) -> None:
        """Nothing is open."""


class SmtpTransport:
    """Sends over connections to a mail server, one for each message that is on its way; they are opened when needed and used again."""

    def __init__(self, settings: Settings, password: str | None) -> None:
        self._settings = settings
        self._password = password
        self._idle: list[SMTP] = []

    async def send(self, message: EmailMessage, name: str) -> None:
        """Hand it over; answers once the server has taken it. All together takes no longer than `send_seconds`."""
        client: SMTP | None = None
        try:
            async with asyncio.timeout(send_seconds(self._settings)):
                client = await self._connected()
                await client.send_message(message)
        except SMTPRecipientsRefused as error:
            first = error.recipients[0]
            raise _judged(first.code, f"the address was refused: {first.code} {first.message}") from error
        except SMTPNotSupported as error:
            raise Refused(f"the mail server cannot take it: {error}") from error
        except SMTPResponseException as error:
            _end(client)
            raise _judged(error.code, f"the message was refused: {error.code} {error.message}") from error
        except (SMTPException, OSError, TimeoutError, EOFError) as error:
            _end(client)
            await self.close()  # those that are idle went the same way, or will
            raise Away(f"the mail server does not answer: {_why(error)}") from error
        except ValueError as error:
            raise Refused(f"the message cannot be sent: {error}") from error
        except BaseException:
            _end(client)
            raise
        finally:
            if client is not None and client.is_connected:
                self._idle.append(client)

    async def close(self) -> None:
        """Close the connections that are open."""
        while self._idle:
            self._idle.pop().close()

    async def probe(self) -> None:
        """Ask whether the server answers and takes our name and password; `Away` says what is wrong. Sends nothing."""
        try:
            async with asyncio.timeout(send_seconds(self._settings)):
                await (await self._connected()).quit()
        except (SMTPException, OSError, TimeoutError, EOFError) as error:
            raise Away(f"the mail server does not answer: {_why(error)}") from error

    async def _connected(self) -> SMTP:
        """A connection that nobody uses. Raises `Away` when there can be none: what goes wrong so far says nothing of a message."""
        while self._idle:
            client = self._idle.pop()
            if client.is_connected:
                return client
        said = self._settings
        client = SMTP(
            hostname=said.smtp_host,
            port=said.smtp_port,
            timeout=said.smtp_seconds,
            use_tls=said.smtp_tls == "tls",
            start_tls=said.smtp_tls == "starttls",
            username=said.smtp_user or None,
            password=self._password,
        )
        try:
            await client.connect()
        except SMTPAuthenticationError as error:
            client.close()
            raise Away(f"the mail server refused our password: {error.code}") from error
        except SMTPResponseException as error:
            client.close()
            raise Away(f"the mail server takes no letters: {error.code}") from error
        except SMTPNotSupported as error:
            client.close()
            raise Away(f"the mail server cannot do what the settings ask: {error}") from error
        return client


def _end(client: SMTP | None) -> None:
    if client is not None:
        client.close()


def _why(error: BaseException) -> str:
    """The kind of an error and, where the system said no, its words: "Connection refused". Words of the mail server's own may name an address."""
    below: BaseException | None = error
    while below is not None and not (isinstance(below, OSError) and below.errno):
        below = below.__cause__ or below.__context__
    if isinstance(below, gaierror):
        return below.strerror or type(below).__name__
    if isinstance(below, SSLError):  # its number is none of the system's
        said = getattr(below, "verify_message", "") or (below.reason or "").replace("_", " ").lower()
        return f"TLS: {said.rstrip('.')}" if said else type(below).__name__
    return os.strerror(below.errno) if below is not None and below.errno else type(error).__name__


def send_seconds(settings: Settings) -> float:
    """Longest time that handing over one message takes: a few answers of the mail server, each of `smtp_seconds` at most."""
    return 4 * settings.smtp_seconds


def _judged(code: int, reason: str) -> Refused | Away:
    """What a server's answer says: 5xx is for good, 4xx for now, of this message; 421 of all. The server's words may name the address: cut out."""
    text = " ".join(word for word in reason.split() if "@" not in word)[:300]
    if code == 421:  # it closes the connection, whatever the message
        return Away(text)
    return Refused(text) if code >= 500 else Away(text, is_of_message=True)


def transport_of(settings: Settings) -> MailTransport:
    """What the settings name: a mail server, or the folder `outbox`. `SettingsError` when the password's file cannot be read."""
    if not settings.smtp_host:
        folder = settings.mail_outbox_dir or str(settings.data_dir / OUTBOX)
        return FileOutbox(Path(folder))
    return SmtpTransport(settings, _password(settings))


def _password(settings: Settings) -> str | None:
    if settings.smtp_password_file:
        try:
            return Path(settings.smtp_password_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"Setting 'smtp_password_file' cannot be read: {error}") from error
    return settings.smtp_password or None

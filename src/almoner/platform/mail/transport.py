"""What takes messages: a mail server over SMTP, or a folder of `.eml` files. Each says alike what it could not take."""

from __future__ import annotations

import asyncio
import os
from email import policy
from email.message import EmailMessage
from pathlib import Path
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
    """Sends over one connection to a mail server, which is opened when it is needed and again when it was lost."""

    def __init__(self, settings: Settings, password: str | None) -> None:
        self._settings = settings
        self._password = password
        self._client: SMTP | None = None

    async def send(self, message: EmailMessage, name: str) -> None:
        """Hand it over; answers once the server has taken it."""
        try:
            client = await self._connected()
            await client.send_message(message)
        except SMTPRecipientsRefused as error:
            first = error.recipients[0]
            raise _judged(first.code, f"the address was refused: {first.code} {first.message}") from error
        except SMTPAuthenticationError as error:
            await self.close()
            raise Away(f"the mail server refused our password: {error.code}") from error
        except SMTPNotSupported as error:
            raise Refused(f"the mail server cannot take it: {error}") from error
        except SMTPResponseException as error:
            await self.close()
            raise _judged(error.code, f"the message was refused: {error.code} {error.message}") from error
        except (SMTPException, OSError, TimeoutError, EOFError) as error:
            await self.close()
            raise Away(f"the mail server does not answer: {type(error).__name__}") from error
        except ValueError as error:
            raise Refused(f"the message cannot be sent: {error}") from error

    async def close(self) -> None:
        """Close the connection, if there is one."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def _connected(self) -> SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
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
        await client.connect()
        self._client = client
        return client


def _judged(code: int, reason: str) -> Refused | Away:
    """What a server's answer says: 5xx is for good, 4xx for now, of this message. The server's words may name the address: cut out."""
    text = " ".join(word for word in reason.split() if "@" not in word)[:300]
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

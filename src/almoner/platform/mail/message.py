"""A letter as a message of RFC 5322."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import msgspec


class Attachment(msgspec.Struct, frozen=True):
    """A file that goes along."""

    name: str
    media_type: str
    content: bytes


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent to one address. `id` is the same each time it is sent, so that a mailbox can tell that it has it already."""

    id: str
    sender_name: str
    sender: str
    reply_to: str | None
    to_name: str
    to: str
    subject: str
    text: str
    html: str | None
    written_at: datetime
    attachments: Sequence[Attachment] = ()


def message_of(letter: Letter) -> EmailMessage:
    """The letter as it is sent. Raises `ValueError` when an address cannot stand in a header."""
    message = EmailMessage()
    message["From"] = _address(letter.sender_name, letter.sender)
    message["To"] = _address(letter.to_name, letter.to)
    if letter.reply_to is not None:
        message["Reply-To"] = _address("", letter.reply_to)
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = f"<{letter.id}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
    for each in letter.attachments:
        main, _, sub = each.media_type.partition("/")
        message.add_attachment(each.content, maintype=main, subtype=sub, filename=each.name)
    return message


def _address(name: str, mailbox: str) -> Address:
    try:
        return Address(_one_line(name), addr_spec=mailbox)
    except Exception as error:  # the parser of the standard library fails in many ways
        raise ValueError("the address cannot stand in a header") from error


def _one_line(text: str) -> str:
    return " ".join(text.split())

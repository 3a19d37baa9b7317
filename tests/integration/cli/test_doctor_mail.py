"""`almoner doctor` on the mail server: at once, whatever waits."""

from __future__ import annotations

import asyncio

import pytest

from almoner.cli.doctor_checks import OK, PROBLEM, WARNING, Finding
from almoner.cli.doctor_mail import check_mail
from almoner.platform.settings import Settings
from tests.unit.platform.test_smtp import server

pytestmark = pytest.mark.anyio


async def told(**said: object) -> list[Finding]:
    """What the doctor says of mail."""
    settings = Settings(**{"smtp_tls": "none", "smtp_seconds": 2, **said})  # type: ignore[arg-type]
    return [one async for one in check_mail(settings)]


async def test_who_speaks_no_tls_is_told_as_that() -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        (finding, *_) = await told(smtp_host="127.0.0.1", smtp_port=port, smtp_tls="tls")
    assert finding.status == PROBLEM and "does not answer: TLS: " in finding.text


async def test_a_closed_port_is_a_problem_at_once() -> None:
    (finding, sender) = await told(smtp_host="127.0.0.1", smtp_port=1)
    assert (
        finding.status == PROBLEM
        and "127.0.0.1:1" in finding.text
        and "does not answer: Connection refused." in finding.text
    )
    assert finding.commands == ("almoner receipt failed",)
    assert sender.status == WARNING and "mail_from" in sender.text


async def test_one_that_answers_is_well_and_gets_no_letter() -> None:
    taken: list[bytes] = []
    async with server({}, taken) as port:
        (finding,) = await told(smtp_host="127.0.0.1", smtp_port=port, mail_from="a@example.org")
    assert finding.status == OK and not taken


async def test_one_that_says_nothing_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("almoner.cli.doctor_mail.PROBE_SECONDS", 0.2)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        ended.set()

    ended = asyncio.Event()
    listening = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    (finding,) = await told(
        smtp_host="127.0.0.1", smtp_port=port, mail_from="a@example.org", receipt_workers=1
    )
    listening.close()
    await asyncio.wait_for(ended.wait(), 20)
    assert finding.status == PROBLEM and "within 0.2 seconds" in finding.text


async def test_a_password_that_cannot_be_read_is_a_problem() -> None:
    (finding,) = await told(
        smtp_host="m", smtp_user="u", smtp_password_file="/nope", mail_from="a@example.org"
    )
    assert finding.status == PROBLEM and "smtp_password_file" in finding.text


async def test_a_folder_is_well() -> None:
    (finding,) = await told()
    assert finding.status == OK and "folder" in finding.text

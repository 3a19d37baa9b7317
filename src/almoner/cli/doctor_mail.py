"""The doctor's checks of mail: whether the mail server that the settings name answers, and who letters come from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from almoner.cli.doctor_checks import OK, PROBLEM, WARNING, Finding
from almoner.platform.mail import Away, SmtpTransport, transport_of
from almoner.platform.program import typed
from almoner.platform.settings import Settings, SettingsError

PROBE_SECONDS = 10.0


async def check_mail(settings: Settings) -> AsyncIterator[Finding]:
    """The mail server is asked at once whether it answers and takes our name and password; no letter is sent."""
    if not settings.receipt_workers:
        yield Finding("mail", OK, "This process would send no letters: receipt_workers is 0.")
        return
    yield await _answer(settings)
    if settings.smtp_host and not settings.mail_from:
        text = "mail_from is empty: letters of organizations that name no sender come from receipts@localhost, which mail servers refuse."
        yield Finding(
            "mail sender", WARNING, text, "Set mail_from to an address of yours (ALMONER_MAIL_FROM)."
        )


async def _answer(settings: Settings) -> Finding:
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        transport = transport_of(settings)
        if not isinstance(transport, SmtpTransport):
            return Finding(
                "mail", OK, "There is no smtp_host: letters are written into a folder, and none leaves."
            )
        async with asyncio.timeout(PROBE_SECONDS):
            await transport.probe()
    except SettingsError as error:
        return Finding("mail", PROBLEM, str(error), "Correct it: no letter is sent.")
    except (Away, TimeoutError) as away:
        reason = str(away) or f"the mail server does not answer within {PROBE_SECONDS:g} seconds"
        advice = "See that it runs, and that smtp_host, smtp_port, smtp_tls and the password are right. Letters wait meanwhile:"
        return Finding("mail", PROBLEM, f"{place}: {reason}.", advice, commands=(typed("receipt failed"),))
    return Finding("mail", OK, f"The mail server {place} answers.")

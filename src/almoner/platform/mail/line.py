"""The way out that all who send letters in a process share: its pace, and whether what takes them is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from prometheus_client import Gauge

from almoner.platform.logger import Logger
from almoner.platform.settings import Settings

_log = Logger(__name__)

PROBE_SECONDS_MAX = 300.0
"""Longest wait before a server that is away is tried again."""
MAIL_AWAY = Gauge(
    "almoner_mail_away",
    "1 while this process cannot hand over letters: the mail server does not answer, or the outbox cannot be written.",
)


class Line:
    """Gives each letter its turn, `mail_per_second` in all. While the server is away one letter at a time tries it, after longer and longer waits."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`clock` tells seconds, and never goes back."""
        self._interval = 1 / settings.mail_per_second if settings.smtp_host else 0.0
        self._backoff = settings.mail_backoff_seconds
        self._clock = clock
        self._sleep = sleep
        self._next = clock()
        self._failures = 0
        self._probe_at: datetime | None = None

    async def turn(self) -> None:
        """Wait until one more letter may go."""
        now = self._clock()
        at = max(self._next, now)
        self._next = at + self._interval
        if at > now:
            await self._sleep(at - now)

    @property
    def is_away(self) -> bool:
        """Whether the last that was tried found the server away."""
        return self._failures > 0

    def places(self, most: int, now: datetime) -> int:
        """How many letters may be tried now: `most`, or while the server is away one, and none before its time. Who asks then tries."""
        if self._probe_at is None:
            return most
        if now < self._probe_at:
            return 0
        self._failures += 1
        self._wait(now)
        return 1

    def lost(self, reason: str, now: datetime) -> None:
        """The server is away; told once, when it begins."""
        if not self.is_away:
            _log.warning("mail_server_away", reason=reason)
            MAIL_AWAY.set(1)
            self._failures = 1
            self._wait(now)

    def answered(self) -> None:
        """The server took a letter, or refused it: it is there."""
        if self.is_away:
            _log.info("mail_server_answers")
            MAIL_AWAY.set(0)
        self._failures, self._probe_at = 0, None

    def _wait(self, now: datetime) -> None:
        seconds = min(self._backoff * 2 ** min(self._failures - 1, 20), max(PROBE_SECONDS_MAX, self._backoff))
        self._probe_at = now + timedelta(seconds=seconds)

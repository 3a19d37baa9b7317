"""What a process that starts answers while it brings the database up to date: 503 and when to come again, and which step runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from prometheus_client import CollectorRegistry

from almoner.kernel.errors import Unavailable
from almoner.platform.database.progress import Plan, Progress
from almoner.platform.http import ASGIApp, root_app
from almoner.platform.logger import Logger
from almoner.platform.settings import Settings

_log = Logger(__name__)

UPGRADING = "The database is being brought up to date. Nothing of this request was done; try again shortly."
WAITING = "waits to bring the database up to date"

Serve = Callable[[ASGIApp], asyncio.Task[None]]
"""Begins to serve an app on the address of the settings; the task ends what it began when it is cancelled."""


class Upgrading(Unavailable):
    """The process has begun to bring the database up to date, and serves when that is done."""

    retry_after_seconds = 5


class Upgrade(Progress):
    """Logs each step, and begins to turn requests away as soon as there is something to wait for.

    A database that is only being made has nobody who asks for anything yet.
    """

    def __init__(self, settings: Settings, serve: Serve) -> None:
        self._settings = settings
        self._serve = serve
        self._plan: Plan | None = None
        self._now = WAITING
        self._serving: asyncio.Task[None] | None = None

    def begins(self, plan: Plan) -> None:
        """Turn requests away from now on, unless there never was anything to ask for."""
        self._plan = plan
        if not plan.is_first:
            self._turn_away()

    def step(self, name: str) -> None:
        """Log and tell it."""
        steps = self._plan.steps if self._plan is not None else [name]
        self._now = f"{name} runs, {steps.index(name) + 1} of {len(steps)}"
        _log.info("migration_runs", name=name, step=steps.index(name) + 1, steps=len(steps))

    def ended(self, name: str, seconds: float) -> None:
        """Log it."""
        _log.info("migration_ran", name=name, seconds=round(seconds, 3))

    def waits(self, why: str) -> None:
        """Log it, and turn requests away: who has the turn brings up to date what this process is to serve."""
        _log.warning("migration_waits", reason=why)
        self._turn_away()

    def left(self, name: str, why: str) -> None:
        """Log it."""
        _log.warning("migration_left", name=name, reason=why)

    async def over(self) -> None:
        """Turn nobody away any more; returns when the address is free."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)

    def _turn_away(self) -> None:
        if self._serving is None:
            app = root_app(
                raise_app=_refuse,
                crm_app=_refuse,
                console_app=_refuse,
                settings=self._settings,
                readiness=self.readiness,
                registry=CollectorRegistry(),
            )
            self._serving = self._serve(app)

    async def readiness(self) -> tuple[bool, dict[str, str]]:
        """Nobody can be served, and this is why."""
        return False, {"migrations": self._now}


@asynccontextmanager
async def upgrade(settings: Settings, serve: Serve) -> AsyncIterator[Upgrade]:
    """What a run of migrations is to be told of; within the block requests are turned away while one is under way."""
    progress = Upgrade(settings, serve)
    try:
        yield progress
    finally:
        await progress.over()


async def _refuse(_scope: Any, _receive: Any, _send: Any) -> None:
    raise Upgrading(UPGRADING)

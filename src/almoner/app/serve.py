"""Serve: web, workers and embedded database in one process."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import structlog
import uvicorn

from almoner.app.application import Application, build_application
from almoner.platform.database.migrate import migrate
from almoner.platform.http.listening import listening
from almoner.platform.location import database_for
from almoner.platform.postgres import PostgresError, PostgresRunner
from almoner.platform.settings import Settings

_log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that answers: its address, and the application behind it."""

    url: str
    app: Application
    server: uvicorn.Server


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it answers and leaves signals to the command that runs it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle no signal here."""
        yield


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Serving]:
    """A running server for the length of the block; on leaving, requests in flight are answered and all is stopped.

    Raises `AlreadyRunning` when another process serves the same data folder, `CannotListen` when the port is taken.
    """
    with database_for(settings, serving=True) as located, listening(settings) as listener:
        await migrate(located.dsn)
        url = settings.public_url or f"http://{settings.host}:{listener.getsockname()[1]}"
        app = await build_application(settings, located.dsn, public_url=url)
        await app.start()
        server = _Server(_config(settings, app))
        task = asyncio.create_task(server.serve([listener]))
        stopping = asyncio.Event()
        watch = asyncio.create_task(_look_after(located.runner, stopping))
        try:
            await server.ready.wait()
            _spare_the_collector()
            yield Serving(url, app, server)
        finally:
            server.should_exit = True
            stopping.set()
            await asyncio.gather(task, watch, return_exceptions=True)
            await app.stop()


async def _look_after(runner: PostgresRunner | None, stopping: asyncio.Event) -> None:
    """Start the embedded database again when it dies; requests get 503 in between and nothing acknowledged is lost."""
    while runner is not None and not stopping.is_set():
        if runner.postmaster_pid is None:
            _log.error("database_died")
            try:
                await asyncio.to_thread(runner.start)
                _log.warning("database_restarted")
            except PostgresError as error:
                _log.error("database_not_restarted", reason=str(error))
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), LOOK_SECONDS)


def _spare_the_collector() -> None:
    """What was loaded stays, so look at it no more; and look for cycles less often: a fifth of a request's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _config(settings: Settings, app: Application) -> uvicorn.Config:
    return uvicorn.Config(
        app.asgi,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=int(settings.shutdown_seconds),
        backlog=1024,
    )

"""Serve: web, workers and embedded database in one process."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic

import asyncpg
import uvicorn

from almoner.app.application import Application, build_application
from almoner.app.upgrading import upgrade
from almoner.platform.database.files import MigrationError
from almoner.platform.database.migrate import migrate, migrate_those_that_answer
from almoner.platform.http import ASGIApp
from almoner.platform.http.descriptors import OTHERS, connections_allowed
from almoner.platform.http.door import LINGERING_MAX, Door
from almoner.platform.http.hosts import Hosts
from almoner.platform.http.protocol import protocol_behind
from almoner.platform.listening import CannotListen, address_of, listening, local_address_of
from almoner.platform.location import Served, database_for, kept_address, refuse_second
from almoner.platform.logger import Logger
from almoner.platform.postgres import PostgresError, PostgresRunner
from almoner.platform.settings import Settings

_log = Logger(__name__)

LOOK_SECONDS = 0.5
TELL_SECONDS = 60.0
FOR_REQUESTS, FOR_WORK = 0.6, 0.3
"""Parts of `shutdown_seconds`: for requests to end by themselves, and for those cut off then and for all other work."""


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
    """A running server for the length of the block; on leaving, requests in flight are answered and all is stopped,
    within `shutdown_seconds` whatever the database does; the embedded one is shut down after that.

    Raises `AlreadyRunning` when another process serves the same data folder, and `CannotListen` when the port is taken:
    both before anything is made or started.
    """
    with _listening(settings) as listener, database_for(settings, serving=True) as located:
        async with upgrade(settings, partial(_turning_away, settings, listener)) as progress:
            await migrate(located.dsn, progress=progress)
            answered = await migrate_those_that_answer(settings.further_owned, progress)
            behind = settings.further.keys() - answered
        for name in sorted(behind):
            _log.warning("server_away", server=name)
        port = listener.getsockname()[1]
        url = address_of(settings, port)
        app = await build_application(settings, located.app_dsn, public_url=url)
        await app.start()
        door = Door(settings, _connections_max(settings))
        server = _Server(_config(settings, app.asgi, door))
        task = asyncio.create_task(server.serve([listener]))
        stopping = asyncio.Event()
        watch = asyncio.create_task(_look_after(located.runner, stopping))
        keeping = asyncio.create_task(door.keep())
        bringing_up = asyncio.create_task(_bring_up(settings, behind))
        try:
            await _answers(server, task, settings)
            _spare_the_collector()
            with kept_address(settings, Served(local_address_of(settings, port), url)):
                yield Serving(url, app, server)
        finally:
            stopping.set()
            bringing_up.cancel()  # it may wait for a server that hangs
            await _stop(app, server, task)
            keeping.cancel()
            await asyncio.gather(keeping, bringing_up, watch, return_exceptions=True)


async def _answers(server: _Server, serving: asyncio.Task[None], settings: Settings) -> None:
    """Wait until the server answers; `CannotListen` when another process began to listen since the port was bound."""
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait({ready, serving}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    try:
        if serving.done():
            serving.result()
    except OSError as error:
        raise CannotListen(settings, error) from error


def _listening(settings: Settings) -> socket.socket:
    """The socket; where another process of the same data folder has the port, that process is named."""
    try:
        return listening(settings)
    except CannotListen:
        refuse_second(settings)
        raise


async def _stop(app: Application, server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    """Answer what is in flight and stop what runs, within `shutdown_seconds`: 503 for what would take longer."""
    seconds = app.settings.shutdown_seconds
    server.should_exit = True
    if not (await asyncio.wait({serving}, timeout=seconds * FOR_REQUESTS))[0]:
        app.inflight.cut()
    stopping = asyncio.create_task(app.stop(seconds * FOR_WORK))
    await asyncio.gather(serving, stopping, return_exceptions=True)


async def _look_after(runner: PostgresRunner | None, stopping: asyncio.Event) -> None:
    """Start the embedded database again when it dies; requests get 503 in between and nothing acknowledged is lost.

    Why it does not start is told once a minute, and at once when it is another reason: the log may lie on the full disk.
    """
    told, told_at = "", 0.0
    while runner is not None and not stopping.is_set():
        if runner.postmaster_pid is None:
            if not told:
                _log.error("database_died")
            try:
                await asyncio.to_thread(runner.start)
                _log.warning("database_restarted")
                told = ""
            except PostgresError as error:
                reason = str(error).partition("\n")[
                    0
                ]  # the server's last words, below, have their time in them
                if reason != told or monotonic() - told_at > TELL_SECONDS:
                    told, told_at = reason, monotonic()
                    _log.error("database_not_restarted", reason=str(error))
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), LOOK_SECONDS)


async def _bring_up(settings: Settings, behind: set[str]) -> None:
    """Bring the servers up to date that were away at the start, once they are back; the others are served meanwhile."""
    while behind:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            behind -= (
                await migrate_those_that_answer({name: settings.further_owned[name] for name in behind})
            ).keys()
        except (MigrationError, asyncpg.PostgresError) as error:
            _log.error("server_not_brought_up", reason=type(error).__name__)


def _spare_the_collector() -> None:
    """What was loaded stays, so look at it no more; and look for cycles less often: a fifth of a request's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _connections_max(settings: Settings) -> int:
    """As many connections as are wanted, or as the operating system leaves beside those to the databases."""
    wanted = settings.connections_max
    pools = settings.pool_size * (1 + len(settings.further))
    allowed = connections_allowed(wanted, OTHERS + LINGERING_MAX + pools)
    if allowed < wanted:
        _log.warning("fewer_connections", connections_max=wanted, allowed=allowed, cure="raise ulimit -n")
    return allowed


def _turning_away(settings: Settings, listener: socket.socket, asgi: ASGIApp) -> asyncio.Task[None]:
    """Serve `asgi` on the same socket until the task is cancelled; who comes then waits for the server that follows."""

    async def serve() -> None:
        door = Door(settings, _connections_max(settings))
        server = _Server(_config(settings, asgi, door))
        keeping = asyncio.create_task(door.keep())
        task = asyncio.create_task(server.serve([listener.dup()]))
        try:
            await asyncio.shield(task)
        finally:
            server.should_exit = True
            await asyncio.gather(task, return_exceptions=True)
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    return asyncio.create_task(serve())


def _config(settings: Settings, asgi: ASGIApp, door: Door) -> uvicorn.Config:
    return uvicorn.Config(
        asgi,
        http=protocol_behind(door, Hosts(settings).dialect_of),
        ws="none",
        log_config=None,
        log_level="error",  # what clients send wrong is counted (almoner_connections_refused), not logged
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=True,
        # The door keeps the settings; these two are what holds if it should fail.
        timeout_keep_alive=int(settings.idle_seconds) + 5,
        timeout_graceful_shutdown=max(1, int(settings.shutdown_seconds)),
        backlog=1024,
    )

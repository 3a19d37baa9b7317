"""Serve: web, workers and embedded database in one process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn

from almoner.app.application import Application, build_application
from almoner.platform.database.migrate import migrate
from almoner.platform.location import database_for
from almoner.platform.settings import Settings


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that answers: its address, and the application behind it."""

    url: str
    app: Application
    server: uvicorn.Server


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Serving]:
    """A running server for the length of the block; on leaving, requests in flight are answered and all is stopped.

    Raises `AlreadyRunning` when another process serves the same data folder, `OSError` when the port is taken.
    """
    with database_for(settings, serving=True) as located, _listening(settings) as listener:
        await migrate(located.dsn)
        url = settings.public_url or f"http://{settings.host}:{listener.getsockname()[1]}"
        app = await build_application(settings, located.dsn, public_url=url)
        await app.start()
        server = uvicorn.Server(_config(settings, app))
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        task = asyncio.create_task(server._serve([listener]))
        try:
            while not server.started and not task.done():
                await asyncio.sleep(0.005)
            yield Serving(url, app, server)
        finally:
            server.should_exit = True
            await asyncio.gather(task, return_exceptions=True)
            await app.stop()


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


def _listening(settings: Settings) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
    except BaseException:
        listener.close()
        raise
    return listener

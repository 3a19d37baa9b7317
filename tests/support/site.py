"""The web server that users get, in the test process, on a free port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn

from almoner.app.serve import _config
from almoner.platform.http.door import Door
from almoner.platform.listening import listening
from almoner.platform.settings import Settings
from tests.support.house import House


@asynccontextmanager
async def served(house: House) -> AsyncIterator[str]:
    """The address under which `house` is served for as long as the block lasts."""
    settings = Settings(port=0, shutdown_seconds=1.0)
    listener, door = listening(settings), Door(settings, settings.connections_max)
    server = uvicorn.Server(_config(settings, house.app.asgi, door))
    task, keeping = asyncio.create_task(server.serve([listener])), asyncio.create_task(door.keep())
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        listener.close()

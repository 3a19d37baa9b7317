"""A web server on loopback with our protocol, and connections to it that are spoken byte by byte."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Self

import uvicorn

from almoner.platform.http.asgi import ASGIApp
from almoner.platform.http.door import Door
from almoner.platform.http.hosts import Hosts
from almoner.platform.http.protocol import protocol_behind
from almoner.platform.settings import Settings

PATIENCE = 10.0


@dataclass
class Wire:
    """One connection of a client."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, port: int) -> Self:
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def send(self, data: bytes) -> None:
        """Send these bytes, whether or not anybody reads them."""
        self.writer.write(data)

    async def answer(self) -> bytes:
        """One answer: its head and its body."""
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readuntil(b"\r\n\r\n")
            lengths = [
                line.partition(b":")[2] for line in head.lower().splitlines() if b"content-length" in line
            ]
            return head + await self.reader.readexactly(int(lengths[0]))

    async def rest(self) -> bytes:
        """All that comes until the server closes."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read()

    def close(self) -> None:
        """Close."""
        self.writer.close()


@dataclass
class Listening:
    """The server: its port, its door, and a clock that can be moved."""

    port: int
    door: Door
    _wires: list[Wire] = field(default_factory=list)

    async def connect(self) -> Wire:
        """A new connection, which the server has noticed."""
        before = self.door.seen
        wire = await Wire.to(self.port)
        self._wires.append(wire)
        await until(lambda: self.door.seen > before)
        return wire

    async def later(self, seconds: float) -> None:
        """Let so much time pass, once what was sent has arrived."""
        await asyncio.sleep(0.05)
        self.door.look(asyncio.get_running_loop().time() + seconds)

    def let_wait(self, seconds: float) -> None:
        """Let all that wait for their clients have waited so much longer."""
        for connection in [*self.door._strangers, *self.door._proven]:
            connection.since -= seconds

    def close(self) -> None:
        """Close what is left of the clients."""
        for wire in self._wires:
            wire.close()


async def until(condition: Any) -> None:
    """Until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.005)


@asynccontextmanager
async def listening_with(app: ASGIApp, **settings: Any) -> AsyncIterator[Listening]:
    """`app` behind our protocol, with these settings."""
    door = Door(Settings(**settings))
    config = uvicorn.Config(
        app,
        http=protocol_behind(door, Hosts(door.settings).dialect_of),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        task = asyncio.create_task(server.serve([listener]))
        await until(lambda: server.started)
        made = Listening(listener.getsockname()[1], door)
        try:
            yield made
        finally:
            made.close()
            server.should_exit = True
            await task

"""Everything that a hostile crowd does to a server without a token, and some of it with one: run as a process until it is ended.

Each foe comes from an address of its own on loopback, so that limits for one address alone do not stop the crowd.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

import uvloop

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Foe = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

CROWD = {
    "slow_heads": 700,
    "slow_bodies": 300,
    "half_open": 300,
    "deaf": 50,
    "endless_header": 4,
    "endless_headers": 4,
    "endless_line": 4,
    "nonsense": 10,
}
"""How many of each kind there are at once. In all more than the server takes connections."""

_GET = b"GET /raise/api/Gift/list?Take=1000 HTTP/1.1\r\nHost: x\r\n"
_addresses = (f"127.0.{n // 250 % 250 + 1}.{n % 250 + 1}" for n in itertools.count())


class Crowd:
    """The foes of one server. One that cannot be (too few descriptors, say) ends the process: then fewer are there than was said."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._bearer = f"Authorization: Bearer {token}\r\n".encode()

    async def run(self) -> None:
        """Until the process is ended."""
        async with asyncio.TaskGroup() as foes:
            for kind, number in CROWD.items():
                for _ in range(number):
                    foes.create_task(self._again_and_again(getattr(self, kind)))

    async def _again_and_again(self, foe: Foe) -> None:
        address = next(_addresses)
        while True:
            # A refused connection is what is looked for; uvloop calls a write to a closed one a RuntimeError.
            with suppress(ConnectionError, TimeoutError, RuntimeError):
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", self._port, local_addr=(address, 0)
                )
                try:
                    await foe(reader, writer)
                finally:
                    writer.close()
            await asyncio.sleep(0.5)

    async def slow_heads(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A header a second, and never the last."""
        writer.write(_GET)
        await _dribble(reader, writer, b"X-A: b\r\n")

    async def slow_bodies(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """With a token: a letter a second of a body that is announced to be long."""
        writer.write(b"POST /raise/api/Raise/give HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        writer.write(self._bearer + b"Content-Length: 10000\r\n\r\n")
        await _dribble(reader, writer, b" ")

    async def half_open(self, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        """Says nothing."""
        await reader.read()

    async def deaf(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """With a token: asks for long answers one behind the other, and takes none.

        Rarely: how much an authorized client may ask for is a matter of rate limits, which are not the edge's.
        """
        with suppress(AttributeError):
            writer.transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(6):
            await asyncio.sleep(20 * random.random())
            writer.write(_GET + self._bearer + b"\r\n")

    async def endless_header(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One header that never ends."""
        writer.write(_GET + b"X-A: ")
        await _pour(reader, writer, b"y" * 65536)

    async def endless_headers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Headers without end."""
        writer.write(_GET)
        await _pour(reader, writer, b"X-A: b\r\n" * 8000)

    async def endless_line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """An address without end."""
        writer.write(b"GET /")
        await _pour(reader, writer, b"a" * 65536)

    async def nonsense(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Something else than HTTP."""
        writer.write(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20)
        await reader.read()


async def _dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, drop: bytes) -> None:
    while not reader.at_eof():
        writer.write(drop)
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await reader.read(4096)
                return


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flood: bytes) -> None:
    while not reader.at_eof():
        writer.write(flood)
        await writer.drain()


async def _main() -> None:
    parser = argparse.ArgumentParser(prog="bench.foes")
    parser.add_argument("--port", type=int, required=True)
    crowd = Crowd(parser.parse_args().port, sys.stdin.readline().strip())
    await crowd.run()


if __name__ == "__main__":
    uvloop.run(_main())

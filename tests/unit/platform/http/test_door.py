"""The door ends connections for good, also those whose clients take nothing that we send them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import uvicorn
from prometheus_client import REGISTRY
from uvicorn.server import ServerState

from almoner.platform.http.door import LINGER_SECONDS, PATIENCE_SECONDS, Door
from almoner.platform.http.problems import RAISE
from almoner.platform.http.protocol import LimitedProtocol, protocol_behind
from almoner.platform.settings import Settings

pytestmark = pytest.mark.anyio

GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
SLOW_BODY = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"


class Stuck(asyncio.Transport):
    """The connection of a client that takes nothing: closed, it stays until it is dropped."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 1), "sockname": ("127.0.0.1", 2), "socket": None})
        self.closes = self.aborts = self.unsent = 0
        self.protocol: Any = None

    def write(self, data: Any) -> None:
        """Keep it."""

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def can_write_eof(self) -> bool:
        return False

    def is_closing(self) -> bool:
        return self.closes + self.aborts > 0

    def pause_reading(self) -> None:
        """Nothing more comes anyway."""

    def resume_reading(self) -> None:
        """Nothing more comes anyway."""

    def close(self) -> None:
        self.closes += 1

    def abort(self) -> None:
        self.aborts += 1
        self.protocol.connection_lost(None)


class House:
    """A door, an app that answers at once, and the connections of clients that take nothing."""

    def __init__(self, app: Any = None, **limits: Any) -> None:
        self.door = Door(Settings(**limits))
        config = uvicorn.Config(app or _answers, lifespan="off", log_config=None)
        config.load()
        kind: Any = protocol_behind(self.door, lambda _url, _host: RAISE)
        self._make: Callable[[], LimitedProtocol] = partial(
            kind, config=config, server_state=ServerState(), app_state={}
        )
        self._number = 0

    async def connect(self, sent: bytes = b"") -> Stuck:
        """One more, which has sent this."""
        self._number += 1
        transport = Stuck(f"192.0.2.{self._number}")
        protocol = self._make()
        transport.protocol = protocol
        protocol.connection_made(transport)
        if sent:
            protocol.data_received(sent)
        await asyncio.sleep(0.01)
        return transport

    def later(self, seconds: float) -> None:
        self.door.look(asyncio.get_running_loop().time() + seconds)


async def _endless(_scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answers(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


@pytest.mark.parametrize(
    "sent",
    [b"", GET + b"\r\n", GET + b"X-A: ", GET + b"Connection: close\r\n\r\n", SLOW_BODY],
    ids=["silent", "idle", "slow head", "closed by its own wish", "slow body"],
)
async def test_who_takes_nothing_is_dropped_after_it_was_closed(sent: bytes) -> None:
    house = House()
    client = await house.connect(sent)
    house.later(61 + 5)
    house.later(61 + 5 + LINGER_SECONDS + 1)
    house.later(2 * 61 + 5)
    assert client.aborts == 1
    assert house.door.connections == 0


async def test_one_that_stays_makes_room_for_one_newcomer_only() -> None:
    house = House(connections_max=2)
    first, second = await house.connect(GET + b"\r\n"), await house.connect(GET + b"\r\n")
    third = await house.connect()
    fourth = await house.connect()
    fifth = await house.connect()
    assert [first.closes, second.closes, third.closes, fourth.closes] == [1, 1, 0, 0]
    assert fifth.closes == 1, "nobody is left who could make room: it is refused"


async def test_one_that_stays_is_dropped_when_its_place_is_wanted_again() -> None:
    house = House(connections_max=1)
    first = await house.connect(GET + b"\r\n")
    await house.connect(GET + b"\r\n")
    await asyncio.sleep(PATIENCE_SECONDS + 0.05)
    await house.connect()
    assert first.aborts == 1


def refused(reason: str) -> float:
    """How many connections were refused or given up for it."""
    return REGISTRY.get_sample_value("almoner_connections_refused_total", {"reason": reason}) or 0.0


async def test_one_that_has_not_taken_its_answer_is_dropped_at_once_for_a_newcomer() -> None:
    house = House(connections_max=1)
    first = await house.connect(GET + b"\r\n")
    first.unsent = 1
    await house.connect()
    assert first.aborts == 1
    assert house.door.connections == 1


async def test_one_whose_answer_is_long_under_way_makes_room_when_nobody_else_does() -> None:
    house = House(connections_max=1, app=_endless)
    first = await house.connect(GET + b"\r\n")
    first.protocol.pause_writing()
    newcomer = await house.connect()
    assert (first.aborts, newcomer.closes) == (0, 1)
    house.door._unread[first.protocol] -= LINGER_SECONDS + 1
    await house.connect()
    assert first.aborts == 1


async def test_what_is_refused_is_counted_once() -> None:
    house, before = House(), refused("late_body")
    client = await house.connect(SLOW_BODY)
    for seconds in range(61, 161, 10):
        house.later(seconds)
    assert client.aborts == 1
    assert refused("late_body") == before + 1

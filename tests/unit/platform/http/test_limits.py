"""The edge has limits: to a request's size, to the time it takes to arrive, and to connections."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from almoner.platform.http.addresses import address_of
from almoner.platform.settings import Settings
from tests.support.wire import Listening, Wire, listening_with, until
from tests.unit.platform.http.http_toy import Toy

pytestmark = pytest.mark.anyio

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
HALF_HEAD = b"GET /raise/api/Gift/1 HTTP/1.1\r\nHost: x\r\n"
HALF_BODY = (
    b"POST /crm/api/Gift HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\n"
    b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
)
LIMITS = Settings()
FLOOD = 64 << 20
"""More than the system keeps for us on the way, and the little that is read."""


def status(answer: bytes) -> int:
    """The status of an answer; 0 when there is none."""
    found = re.match(rb"HTTP/1\.1 (\d{3})", answer)
    return int(found[1]) if found else 0


def told(answer: bytes) -> Any:
    """The body of an answer."""
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def serving(**options: Any) -> Any:
    """The toy products behind our protocol."""
    return listening_with(Toy().app, **options)


async def works(server: Listening) -> None:
    """Another client is answered."""
    wire = await server.connect()
    wire.send(GET)
    assert status(await wire.answer()) == 200
    wire.close()


@pytest.mark.parametrize(
    ("sent", "wanted", "code"),
    [
        (b"GET /raise/api/x HTTP/1.1\r\nHost: x\r\nX-A: " + b"y" * 300_000, 431, "HEADERS_TOO_LARGE"),
        (b"GET /raise/api/x HTTP/1.1\r\n" + b"a: b\r\n" * 101 + b"\r\n", 431, "HEADERS_TOO_LARGE"),
        (b"GET /raise/" + b"a" * 9_000 + b" HTTP/1.1\r\n\r\n", 414, "URL_TOO_LONG"),
        (b"GET /" + b"a" * 300_000, 414, "URL_TOO_LONG"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "BAD_REQUEST"),
        (b"nonsense\r\n\r\n", 400, "BAD_REQUEST"),
        (b"\r\n" * 100_000, 431, "HEADERS_TOO_LARGE"),
        (b"CONNECT example.org:443 HTTP/1.1\r\n\r\n", 400, "BAD_REQUEST"),
    ],
    ids=["header", "many headers", "long address", "address", "TLS", "nonsense", "nothing", "CONNECT"],
)
async def test_a_head_that_passes_a_limit_is_refused_and_the_answer_can_be_read(
    sent: bytes, wanted: int, code: str
) -> None:
    async with serving() as server:
        wire = await server.connect()
        wire.send(sent)
        answer = await wire.rest()
        assert (status(answer), told(answer)["code"]) == (wanted, code)
        assert b"connection: close" in answer
        await works(server)


async def test_a_flood_is_not_read_on_and_who_sends_it_is_let_go() -> None:
    """Else a few that pour without end would keep the loop busy for as long as they may read their answer."""
    async with serving() as server:
        with socket.create_connection(("127.0.0.1", server.port)) as flood:
            assert await asyncio.to_thread(pour, flood, GET[:-2] + b"X-A: ", b"y" * 65536) < FLOOD
            assert status(await asyncio.to_thread(flood.recv, 4096)) == 431
            await server.later(3)
            await until(lambda: not server.door.connections)
        await works(server)


def pour(flood: socket.socket, begin: bytes, piece: bytes) -> int:
    """Send until nobody takes more, `FLOOD` at most; answers how many bytes went."""
    sent = flood.send(begin)
    flood.settimeout(0.5)
    with contextlib.suppress(OSError):
        while sent < FLOOD:
            sent += flood.send(piece)
    return sent


async def test_the_refusal_is_in_the_form_of_the_product() -> None:
    async with serving() as server:
        wire = await server.connect()
        wire.send(b"GET /CRM/api/x HTTP/1.1\r\n" + b"a: b\r\n" * 101 + b"\r\n")
        assert told(await wire.rest())["error"]["code"] == "BAD_REQUEST"


async def test_the_refusal_is_in_the_form_of_the_product_that_the_host_stands_for() -> None:
    async with serving(crm_host="crm.example.org") as server:
        wire = await server.connect()
        wire.send(b"GET /api/x HTTP/1.1\r\nHost: crm.example.org\r\n" + b"a: b\r\n" * 101 + b"\r\n")
        answer = await wire.rest()
        assert told(answer)["error"]["code"] == "BAD_REQUEST"
        assert re.search(rb"x-request-id: [0-9a-f]{16}\r\n", answer)


async def test_a_refused_head_has_no_body() -> None:
    async with serving() as server:
        wire = await server.connect()
        wire.send(b"HEAD /healthz HTTP/1.1\r\n" + b"a: b\r\n" * 101 + b"\r\n")
        answer = await wire.rest()
        assert (status(answer), answer.partition(b"\r\n\r\n")[2]) == (431, b"")


async def test_a_head_just_within_the_limits_is_answered() -> None:
    room = LIMITS.head_bytes_max - len(GET) - len(b"X-A: \r\n")
    large = GET[:-2] + b"X-A: " + b"y" * room + b"\r\n\r\n"
    many = GET[:-2] + b"a: b\r\n" * (LIMITS.headers_max - 1) + b"\r\n"
    long = b"GET /healthz?" + b"a" * (LIMITS.url_bytes_max - 9) + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    async with serving() as server:
        for sent in (large, many, long):
            wire = await server.connect()
            wire.send(sent)
            assert status(await wire.answer()) == 200


@settings(max_examples=30)
@given(cuts=st.lists(st.integers(1, 399), max_size=6), number=st.integers(1, 4))
def test_however_requests_are_cut_into_packets_each_is_answered(cuts: list[int], number: int) -> None:
    stream = b"".join([GET[:-2] + b"X-A: " + b"y" * 60 + b"\r\n\r\n"] * number)

    async def answers() -> list[int]:
        async with serving(head_bytes_max=1024) as server:
            wire = await server.connect()
            for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), None], strict=True):
                wire.send(stream[begin:end])
                await asyncio.sleep(0)
            return [status(await wire.answer()) for _ in range(number)]

    assert asyncio.run(answers()) == [200] * number


async def test_an_unfinished_head_gets_408_when_its_time_is_over() -> None:
    async with serving() as server:
        wire = await server.connect()
        wire.send(HALF_HEAD)
        await server.later(LIMITS.head_seconds - 1)
        wire.send(b"X-A: b\r\n")
        await server.later(LIMITS.head_seconds + 1)
        answer = await wire.rest()
        assert (status(answer), told(answer)["code"]) == (408, "REQUEST_TIMEOUT")
        assert told(answer)["detail"] == "The request's headers did not arrive within 10 seconds."


async def test_an_unfinished_body_gets_408_and_nothing_is_done() -> None:
    toy = Toy()
    async with listening_with(toy.app) as server:
        wire = await server.connect()
        wire.send(HALF_BODY)
        await server.later(LIMITS.body_seconds - 1)
        wire.send(b'"amount"')
        await server.later(LIMITS.body_seconds + 1)
        answer = await wire.rest()
        assert (status(answer), told(answer)["error"]["code"]) == (408, "BAD_REQUEST")
        assert not toy.counter.value


@pytest.mark.parametrize(("sent", "answers"), [(b"", 0), (GET, 1)], ids=["new", "used"])
async def test_a_connection_that_asks_nothing_is_closed_without_a_word(sent: bytes, answers: int) -> None:
    async with serving() as server:
        wire = await server.connect()
        wire.send(sent)
        await server.later(1)
        await server.later(LIMITS.idle_seconds + 1)
        assert (await wire.rest()).count(b"HTTP/1.1") == answers


async def test_a_body_that_was_answered_before_it_came_is_not_read_for_ever() -> None:
    async with serving(body_bytes_max=4096) as server:
        wire = await server.connect()
        wire.send(HALF_BODY.replace(b"good", b"bad").replace(b": 100", b": 9999999"))
        assert status(await wire.answer()) in (401, 413)
        wire.send(b"x" * 100_000)
        await until(lambda: not server.door.connections)


async def test_a_client_that_does_not_take_its_answer_is_dropped() -> None:
    async def endless(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(2000):
            await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})

    async with listening_with(endless) as server:
        wire = await server.connect()
        wire.reader._limit = 1  # type: ignore[attr-defined]  # it reads no more than the system does for it
        wire.send(GET)
        await until(lambda: server.door._unread)
        await server.later(LIMITS.body_seconds + 1)
        await until(lambda: not server.door.connections)


async def test_what_waits_for_us_is_never_overdue() -> None:
    release = asyncio.Event()

    async def slow(_scope: Any, _receive: Any, send: Any) -> None:
        await release.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async with listening_with(slow) as server:
        wire = await server.connect()
        wire.send(GET)
        await server.later(10_000)
        release.set()
        async with asyncio.timeout(5):
            assert status(await wire.reader.readuntil(b"\r\n\r\n")) == 204


def of_address(number: int, most: int) -> dict[str, int]:
    return {"address_connections_max": number, "connections_max": most}


@pytest.mark.parametrize("most", [of_address(3, 100), of_address(100, 3)], ids=["for an address", "in all"])
async def test_beyond_the_limit_there_is_503(most: dict[str, int]) -> None:
    async with serving(**most) as server:
        held = [await server.connect() for _ in range(3)]
        late = await server.connect()
        answer = await late.rest()
        assert (status(answer), told(answer)["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert b"retry-after: 1" in answer
        held[0].close()
        await until(lambda: server.door.connections <= 3)
        late.close()
        await until(lambda: server.door.connections <= 2)
        await works(server)


@pytest.mark.parametrize("most", [of_address(3, 100), of_address(100, 3)], ids=["for an address", "in all"])
@pytest.mark.parametrize("sent", [GET, HALF_HEAD], ids=["idle", "slow"])
async def test_who_keeps_us_waiting_makes_room(most: dict[str, int], sent: bytes) -> None:
    async with serving(**most) as server:
        held = [await server.connect() for _ in range(3)]
        for wire in held:
            wire.send(sent)
        await asyncio.sleep(0.05)
        server.let_wait(3)
        await works(server)
        ended = await held[0].rest()
        assert ended.count(b"HTTP/1.1") == 1, "the one that waited longest"


async def test_a_stranger_makes_room_before_a_connection_that_was_used() -> None:
    async with serving(connections_max=3) as server:
        used = await server.connect()
        used.send(GET)
        assert status(await used.answer()) == 200
        server.let_wait(60)
        strangers = [await server.connect() for _ in range(2)]
        server.let_wait(3)
        await works(server)
        assert await strangers[0].rest() == b""
        used.send(GET)
        assert status(await used.answer()) == 200


async def test_an_honest_request_passes_between_a_thousand_slow_ones() -> None:
    async with serving(connections_max=200, address_connections_max=1000) as server:
        slow: list[Wire] = []
        for _ in range(10):
            slow += [await Wire.to(server.port) for _ in range(100)]
            for wire in slow[-100:]:
                wire.send(HALF_HEAD)
            server.let_wait(3)
            await works(server)
        assert server.door.connections <= 200 + 64
        for wire in slow:
            wire.close()


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 1), "fe80::/64"),
        (None, ""),
    ],
)
def test_an_address_is_what_one_client_has(client: tuple[str, int] | None, address: str) -> None:
    assert address_of(client) == address

"""Requests that are framed oddly: none stalls us, none is answered with what is not so, none becomes another."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest

from tests.support.wire import listening_with, until
from tests.unit.platform.http.http_toy import Toy
from tests.unit.platform.http.test_limits import FLOOD, GET, pour, serving, status, told, works

pytestmark = pytest.mark.anyio

BODY = b'{"amount": 5, "name": "Ada"}'
POST = b"POST /crm/api/Gift HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Type: application/json\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"%x\r\n%b\r\n" % (len(BODY), BODY)
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"


@pytest.mark.parametrize("token", [b"good", b"bad"])
@pytest.mark.parametrize(
    ("begin", "piece"),
    [(b"0\r\nX: ", b"a" * 65536), (b"0\r\n", b"X: y\r\n" * 8000), (b"1;", b"a" * 65536), (b"", b"0" * 65536)],
    ids=["one trailer", "many trailers", "an extension", "zeros"],
)
async def test_what_frames_a_chunked_body_is_limited(token: bytes, begin: bytes, piece: bytes) -> None:
    async with serving() as server:
        with socket.create_connection(("127.0.0.1", server.port)) as flood:
            head = POST.replace(b"good", token) + CHUNKED
            assert await asyncio.to_thread(pour, flood, head + begin, piece) < FLOOD
        await server.later(3)
        await until(lambda: not server.door.connections)
        await works(server)


async def test_a_trailer_is_no_header() -> None:
    toy = Toy()
    async with listening_with(toy.app) as server:
        for _ in range(2):
            wire = await server.connect()
            wire.send(POST + CHUNKED + CHUNK + b"0\r\nIdempotency-Key: once\r\n\r\n")
            assert status(await wire.answer()) == 200
    assert toy.counter.value == 2


@pytest.mark.parametrize(
    "body", [LENGTH + b"\r\n" + BODY, CHUNKED + CHUNK + b"0\r\n\r\n"], ids=["length", "chunked"]
)
@pytest.mark.parametrize("apart", [False, True], ids=["in one packet", "the body apart"])
async def test_the_wish_for_another_protocol_is_passed_by(body: bytes, apart: bool) -> None:
    """As curl --http2 and Java's client send it: the request is answered as it is, and nothing of it is taken for another."""
    async with serving() as server:
        wire = await server.connect()
        head, mark, rest = (POST + H2C + body).partition(b"\r\n\r\n")
        wire.send(head + mark)
        if apart:
            await asyncio.sleep(0.02)
        wire.send(rest)
        answer = await wire.answer()
        assert (status(answer), told(answer)["amount"]) == (200, 5)
        wire.send(GET)
        assert status(await wire.answer()) == 200


async def test_a_request_behind_one_with_such_a_wish_is_answered_too() -> None:
    async with serving() as server:
        wire = await server.connect()
        wire.send(GET[:-2] + H2C + b"\r\n" + POST + LENGTH + b"\r\n" + BODY)
        assert [status(await wire.answer()), told(await wire.answer())["amount"]] == [200, 5]


async def test_who_asks_with_a_wish_and_a_close_is_closed() -> None:
    async with serving() as server:
        wire = await server.connect()
        wire.send(GET[:-2] + b"Connection: close, upgrade\r\nUpgrade: h2c\r\n\r\n")
        assert status(await wire.rest()) == 200


async def test_who_says_no_more_after_asking_is_answered() -> None:
    toy = Toy()
    async with listening_with(toy.app) as server:
        wire = await server.connect()
        wire.send(POST + LENGTH + b"\r\n" + BODY)
        wire.writer.write_eof()
        answer = await wire.rest()
        assert (status(answer), told(answer)["amount"]) == (200, 5)
        await until(lambda: not server.door.connections)
    assert toy.counter.value == 1


async def test_all_that_was_asked_before_is_answered() -> None:
    toy = Toy()
    async with listening_with(toy.app) as server:
        wire = await server.connect()
        wire.send((POST + LENGTH + b"\r\n" + BODY) * 4)
        wire.writer.write_eof()
        assert (await wire.rest()).count(b"HTTP/1.1 200") == 4
    assert toy.counter.value == 4


async def test_nonsense_behind_a_request_does_not_cost_its_answer() -> None:
    toy = Toy()
    async with listening_with(toy.app) as server:
        wire = await server.connect()
        wire.send(POST + LENGTH + b"\r\n" + BODY + b"\x00\x01nonsense\r\n\r\n")
        answer = await wire.rest()
        assert (status(answer), json.loads(answer.partition(b"\r\n\r\n")[2])["amount"]) == (200, 5)
        await until(lambda: not server.door.connections)


async def test_nothing_is_deleted_for_a_request_that_turns_out_to_be_none() -> None:
    toy = Toy()
    async with listening_with(toy.app) as server:
        wire = await server.connect()
        wire.send(POST.replace(b"POST /crm/api/Gift", b"DELETE /crm/api/Gift/1") + CHUNKED + b"ZZ\r\n")
        assert status(await wire.rest()) == 400
        await asyncio.sleep(0.05)
    assert "commit" not in toy.db.events

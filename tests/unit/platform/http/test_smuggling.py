"""Bytes that two servers could read as two different requests: each is refused, the connection ends, and nothing of it is done."""

from __future__ import annotations

import re

import pytest

from tests.support.wire import Listening, listening_with
from tests.unit.platform.http.http_toy import Toy
from tests.unit.platform.http.test_limits import GET, LIMITS, serving, status, told, works
from tests.unit.platform.http.test_odd_requests import BODY, CHUNK, H2C, LENGTH, POST

pytestmark = pytest.mark.anyio

ASK = GET[:-2]
CHUNKS = b"\r\n" + CHUNK + b"0\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
OLD = POST.replace(b"HTTP/1.1", b"HTTP/1.0")


def asks(line: bytes) -> bytes:
    """A request with this request line."""
    return line + b"\r\nHost: x\r\n\r\n"


HOSTS = {
    "no Host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two Hosts": ASK + b"Host: y\r\n\r\n",
    "the same Host twice": ASK + b"host: x\r\n\r\n",
    "two Hosts in HTTP/1.0": ASK.replace(b"1.1", b"1.0") + b"Host: y\r\n\r\n",
    "no Host, with a wish": b"GET /healthz HTTP/1.1\r\n" + H2C + b"\r\n",
    **{
        f"Host: {host.decode()}": b"GET /healthz HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
        for host in (b"a b", b"a/b", b"ada@b", b"a, b", b"a:b", b"[::1", b"a%zz", b'"a"')
    },
}
CODINGS = {
    "chunked before gzip": POST + b"Transfer-Encoding: chunked, gzip\r\n" + CHUNKS,
    "gzip only": POST + b"Transfer-Encoding: gzip\r\n" + CHUNKS,
    "identity": POST + b"Transfer-Encoding: identity\r\n" + CHUNKS,
    "chunked twice": POST + b"Transfer-Encoding: chunked, chunked\r\n" + CHUNKS,
    "chunked in two lines": POST + CHUNKED * 2 + CHUNKS,
    "gzip between": POST + CHUNKED + b"Transfer-Encoding: gzip\r\n" + CHUNKED + CHUNKS,
    "nothing, then chunked": POST + b"Transfer-Encoding: , chunked\r\n" + CHUNKS,
    "xchunked": POST + b"Transfer-Encoding: xchunked\r\n" + CHUNKS,
    "chunked with a parameter": POST + b"Transfer-Encoding: chunked;q=1\r\n" + CHUNKS,
    "a tab of another kind": POST + b"Transfer-Encoding: \x0bchunked\r\n" + CHUNKS,
    "in HTTP/1.0": OLD + CHUNKED + CHUNKS,
    "before a length": POST + CHUNKED + LENGTH + CHUNKS,
    "behind a length": POST + LENGTH + CHUNKED + CHUNKS,
    "with a length and a wish": POST + H2C + LENGTH + CHUNKED + CHUNKS,
    "empty, with a length": POST + b"Transfer-Encoding:\r\n" + LENGTH + b"\r\n" + BODY,
}
NOT_READ_HERE = {
    "gzip, chunked": POST + b"Transfer-Encoding: gzip, chunked\r\n" + CHUNKS,
    "gzip and chunked in two lines": POST + b"Transfer-Encoding: gzip\r\n" + CHUNKED + CHUNKS,
    "gzip, chunked, with a wish": POST + H2C + b"Transfer-Encoding: gzip, chunked\r\n" + CHUNKS,
}
LENGTHS = {
    "two that differ": POST + LENGTH + b"Content-Length: 5\r\n\r\n" + BODY,
    "two alike": POST + LENGTH * 2 + b"\r\n" + BODY,
    **{
        f"Content-Length: {text.decode()}": POST + b"Content-Length: " + text + b"\r\n\r\n" + BODY
        for text in (b"28, 28", b"+28", b"-1", b"0x1c", b"2 8", b"", b"28.0", b"9" * 23)
    },
}
CHUNK_SIZES = {
    name: POST + CHUNKED + b"\r\n" + begin + BODY + end + b"0\r\n\r\n"
    for name, begin, end in (
        ("0x", b"0x1c\r\n", b"\r\n"),
        ("plus", b"+1c\r\n", b"\r\n"),
        ("a space behind", b"1c \r\n", b"\r\n"),
        ("beyond 64 bits", b"1000000000000001c\r\n", b"\r\n"),
        ("an extension that ends with LF", b"1c;a\n", b"\r\n"),
        ("LF only", b"1c\n", b"\n"),
        ("CR only", b"1c\r", b"\r\n"),
        ("too long", b"1b\r\n", b"\r\n"),
    )
}
LINES = {
    "a space before the colon": POST + b"Content-Length : 28\r\n\r\n" + BODY,
    "a tab before the colon": ASK + b"X-A\t: b\r\n\r\n",
    "a folded header": ASK + b"X-A: b\r\n c\r\n\r\n",
    "a folded coding": POST + b"Transfer-Encoding:\r\n chunked\r\n" + CHUNKS,
    "a first header folded": b"GET /healthz HTTP/1.1\r\n Host: x\r\n\r\n",
    "a bare CR": ASK + b"X-A: b\rHost: y\r\n\r\n",
    "a bare LF": ASK + b"X-A: b\nX: y\r\n\r\n",
    "LF only": b"GET /healthz HTTP/1.1\nHost: x\n\n",
    "NUL in a value": ASK + b"X-A: b\0c\r\n\r\n",
    "NUL in a name": ASK + b"X\0A: b\r\n\r\n",
    "a control character": ASK + b"X-A: b\x01c\r\n\r\n",
    "no name": ASK + b": b\r\n\r\n",
    "no colon": ASK + b"X-A\r\n\r\n",
    "a bracket in a name": ASK + b"X(A: b\r\n\r\n",
    "NUL in the address": asks(b"GET /healthz\0 HTTP/1.1"),
    "a space in the address": asks(b"GET /heal thz HTTP/1.1"),
    "tabs in the line": asks(b"GET\t/healthz\tHTTP/1.1"),
    "something behind the version": asks(b"GET /healthz HTTP/1.1 x"),
}
VERSIONS = {
    "none": asks(b"GET /healthz"),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    **{
        version: asks(b"GET /healthz " + version.encode())
        for version in ("HTTP/0.9", "HTTP/1.2", "HTTP/1.9", "HTTP/1.10", "HTTP/2.0", "HTTP/3.0", "http/1.1")
    },
    **{version: asks(b"GET /healthz " + version.encode()) for version in ("HTTP/1", "HTTP/11", "HTTQ/1.1")},
}
SECOND = b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"


async def refused(server: Listening, sent: bytes) -> int:
    """The status of the one answer there is, although another request follows; the connection has ended with it."""
    wire = await server.connect()
    wire.send(sent + SECOND)
    answer = await wire.rest()
    assert len(re.findall(rb"HTTP/1\.1 \d{3} ", answer)) == 1
    assert b"connection: close" in answer
    assert told(answer)
    return status(answer)


@pytest.mark.parametrize(
    ("table", "allowed"),
    [
        (HOSTS, {400}),
        (CODINGS, {400}),
        (NOT_READ_HERE, {501}),
        (LENGTHS, {400}),
        (CHUNK_SIZES, {400}),
        (LINES, {400}),
        (VERSIONS, {400, 505}),
    ],
    ids=["Host", "codings", "codings not read here", "lengths", "chunk sizes", "lines", "versions"],
)
async def test_what_can_be_read_in_two_ways_is_read_in_none(
    table: dict[str, bytes], allowed: set[int]
) -> None:
    toy = Toy()
    async with listening_with(toy.app) as server:
        answers = {name: await refused(server, sent) for name, sent in table.items()}
        assert {name: got for name, got in answers.items() if got not in allowed} == {}
        await works(server)
    assert "commit" not in toy.db.events, "nothing was written for any of them"


@pytest.mark.parametrize(
    "sent",
    [
        *(ASK.replace(b"Host: x", b"Host: " + host) + b"\r\n" for host in (b"x:8700", b"[::1]:8700", b"")),
        ASK.replace(b"Host: x", b"HOST:x.example_1.org:") + b"\r\n",
        POST + b"Transfer-Encoding:  Chunked \r\n" + CHUNKS,
        POST + CHUNKED + b"\r\n" + CHUNK.replace(b"1c", b"001C;a=b") + b"0\r\n\r\n",
        b"\r\n" + GET,
    ],
)
async def test_what_can_be_read_in_one_way_is_answered(sent: bytes) -> None:
    async with serving() as server:
        wire = await server.connect()
        wire.send(sent + GET)
        assert [status(await wire.answer()) for _ in range(2)] == [200, 200]


async def test_who_speaks_http_1_0_needs_no_host_and_is_closed_after_the_answer() -> None:
    async with serving() as server:
        wire = await server.connect()
        wire.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert status(await wire.rest()) == 200


@pytest.mark.parametrize("number", [40, 400])
async def test_requests_in_one_packet_are_each_measured_by_themselves(number: int) -> None:
    one = ASK + b"X-A: " + b"y" * 900 + b"\r\n\r\n"
    assert len(one) * number > LIMITS.head_bytes_max
    async with serving() as server:
        wire = await server.connect()
        wire.send(one * number)
        assert [status(await wire.answer()) for _ in range(number)] == [200] * number


async def test_bodies_and_heads_in_one_packet_are_each_measured_by_themselves() -> None:
    toy = Toy()
    async with listening_with(toy.app, head_bytes_max=1024) as server:
        wire = await server.connect()
        wire.send((POST + LENGTH + b"\r\n" + BODY + GET + POST + CHUNKED + CHUNKS) * 20)
        assert [status(await wire.answer()) for _ in range(60)] == [200] * 60
    assert toy.counter.value == 40


async def test_a_head_without_end_is_refused_behind_other_requests_too() -> None:
    async with serving() as server:
        wire = await server.connect()
        wire.send(GET)
        assert status(await wire.answer()) == 200
        wire.send(GET * 5 + ASK + b"X-A: " + b"y" * 3 * LIMITS.head_bytes_max)
        assert (await wire.rest()).count(b"HTTP/1.1 200") == 5
        await works(server)

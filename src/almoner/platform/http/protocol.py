"""uvicorn's HTTP/1.1 protocol with limits: to the size of a request's head, and, kept by the `Door`, to time and to connections.

Why it is not another server: docs/decisions/0018-edge-limits.md.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from almoner.kernel.errors import AlmonerError, BadRequest
from almoner.platform.http.addresses import address_of
from almoner.platform.http.door import ENDING, REFUSED, Door, Phase
from almoner.platform.http.framing import broken_framing
from almoner.platform.http.problems import Dialect
from almoner.platform.http.responses import Reply

NEW, HEAD, BODY, IDLE, BUSY, CLOSING, LAST, _ = Phase  # looked up for each packet
LINGER_BYTES = 1 << 20
"""How much of what a refused client still sends is read, so that its answer is not dropped."""
INVALID = "This is no HTTP request."


DialectOf = Callable[[bytes, bytes | None], Dialect]
"""How an answer to a request for this address, of this host, is written."""


class HeadTooLarge(AlmonerError):
    """The headers are larger than `head_bytes_max` with the request line, or more than `headers_max`."""

    status = 431
    code = "HEADERS_TOO_LARGE"
    title = "The request's headers are too large."


class UrlTooLong(AlmonerError):
    """The address in the request line is longer than `url_bytes_max`."""

    status = 414
    code = "URL_TOO_LONG"
    title = "The request's address is too long."


class LimitedProtocol(HttpToolsProtocol):
    """One connection. Its limits are those of `door`."""

    door: ClassVar[Door]
    dialect_of: DialectOf
    """How an answer to a request for this address is written."""

    phase: Phase = NEW
    since = 0.0
    address = ""
    is_proven = False
    url = b""
    _heads = 0
    _head_bytes = 0
    _drained_bytes = 0
    _framing_bytes = 0
    _is_last = False
    _is_upgrade = False
    _refusal: tuple[AlmonerError, str] | None = None
    _is_refused = False
    _answering: RequestResponseCycle | None = None

    # What uvicorn and the transport call.

    def connection_made(self, transport: Any) -> None:
        """Begin, or refuse at once."""
        super().connection_made(transport)
        self.address = address_of(self.client)
        self.door.wait(self, NEW, self.loop.time())
        self.door.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self.door.leave(self)
        self._let_go()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on: of a head that is not over no more than may come of it."""
        if self._is_refused:
            self._throw_away(data)
            return
        before = self.phase, self._heads
        if self.phase is NEW or self.phase is IDLE:
            self.phase, self._head_bytes = HEAD, 0
        while data and self._reads_on():
            data = self._read_head(data) if self.phase is HEAD else self._read_body(data)
        if before != (self.phase, self._heads):
            self.door.wait(self, self.phase, self.loop.time())

    def eof_received(self) -> bool:  # type: ignore[override]  # uvicorn's ends the connection always
        """The client sends no more. What it has asked for is answered still; then the connection ends."""
        if self.phase is not BUSY:
            return False
        self._is_last = True
        return True

    def pause_writing(self) -> None:
        """The client does not take what we send."""
        super().pause_writing()
        self.door.unread(self, self.loop.time())

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        self.door.unread(self, None)

    # What the parser calls. An exception ends the parsing, and comes out as `send_400_response`.

    def on_message_begin(self) -> None:
        """Another request begins, perhaps behind one that is being answered."""
        super().on_message_begin()
        self._heads += 1
        if self.phase is not HEAD:
            self.phase, self._head_bytes = HEAD, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header of the head. What a chunked body ends with would come too, but says nothing that counts."""
        if self.phase is not BODY:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole: the app begins to answer."""
        if (refusal := self._passed_limit() or self._broken_framing()) is not None:
            self._refusal = refusal
            raise ValueError(refusal[1])
        if self.parser.should_upgrade():
            self._is_upgrade = True
            return
        self._drained_bytes = self._framing_bytes = 0
        self.phase = BODY
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body; of one that was answered before it was read no more than a body may have."""
        self._framing_bytes = 0
        if self.cycle.response_complete:
            self._drained_bytes += len(body)
            if self._drained_bytes > self.door.settings.body_bytes_max:
                self.close()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._is_upgrade:
            return
        self.phase = IDLE if self.cycle.response_complete else BUSY
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer was sent; whether it was read is the transport's matter."""
        super().on_response_complete()
        self.is_proven = True
        if (
            self._is_last
            and not self.pipeline
            and (self._answering is None or self._answering.response_complete)
        ):
            self.transport.close()
        if self.phase is BUSY and self.cycle.response_complete:
            self.door.wait(self, LAST if self.transport.is_closing() else IDLE, self.loop.time())

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP, or passes a limit. What was asked for before it is answered still."""
        if self._is_answering_earlier():
            self._is_refused = self._is_last = True
            self.flow.pause_reading()
            self.phase = BUSY
            return
        self.refuse(*(self._refusal or (BadRequest(INVALID), "invalid")))

    # What the door calls.

    def refuse(self, error: AlmonerError, reason: str) -> None:
        """Answer with `error` and close. While an answer is being sent, or one to an earlier request, close only."""
        if self._is_refused:
            return
        REFUSED.labels(reason).inc()
        self._is_refused = True
        if not self._can_be_told():
            self.close()
            return
        self.transport.write(self._raw(error))
        self._drained_bytes = 0
        if self.door.may_linger(self) and self.transport.can_write_eof():
            self.transport.write_eof()
            self.flow.resume_reading()
            self.door.wait(self, CLOSING, self.loop.time())
        else:
            self.close()

    def _can_be_told(self) -> bool:
        """Whether no other answer is on its way, to this request or an earlier one; the app's, if it is yet to come, is dropped."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            return cycle is None or self.phase is not BODY
        if cycle.response_started or self.pipeline or self.phase is not BODY:
            return False
        cycle.disconnected = True
        cycle.message_event.set()
        return True

    def _is_answering_earlier(self) -> bool:
        """Whether an earlier request, which is whole, is being answered."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete and self.phase is not BODY

    def close(self) -> None:
        """Close when what was written is sent; the door sees to it that this does not take long."""
        self._let_go()
        self.door.wait(self, CLOSING, self.loop.time())
        self.transport.close()

    def abort(self) -> None:
        """Drop the connection, and what was not sent."""
        self._let_go()
        self.transport.abort()

    def _let_go(self) -> None:
        """Whatever is being answered here goes nowhere any more: a write to a closed transport would be an error."""
        self.pipeline.clear()
        for cycle in (self._answering, self.cycle):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        self.flow.resume_writing()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def has_unsent(self) -> bool:
        """Whether the client has yet to take some of what was written."""
        return self.transport.get_write_buffer_size() > 0

    def is_kept_by_us(self) -> bool:
        """Whether we have not read what the client has sent."""
        return self.flow.read_paused and self.phase not in ENDING

    def _throw_away(self, data: bytes) -> None:
        """What a refused client still sends while it has time to read why; a flood is left where it is."""
        self._drained_bytes += len(data)
        if self._drained_bytes > LINGER_BYTES:
            self.flow.pause_reading()

    def _reads_on(self) -> bool:
        return not self._is_refused and not self.transport.is_closing()

    def _read_head(self, data: bytes) -> bytes:
        """Read what the head has room for; answers the rest. Another head that begins meanwhile has all its room: where, the parser does not say."""
        most = self.door.settings.head_bytes_max
        room = most - self._head_bytes
        piece, rest = data[:room], data[room:]
        self._head_bytes += len(piece)
        self._feed(piece)
        if rest and self.phase is HEAD and self._head_bytes >= most and self._reads_on():
            self._refusal = self._passed_limit() or self._head_too_large()
            self.send_400_response("")
        return rest

    def _read_body(self, data: bytes) -> bytes:
        """Read on, a piece of a head's size; answers the rest.

        What frames a chunked body (sizes, their extensions, what comes after the last) is as limited as a head.
        """
        most = self.door.settings.head_bytes_max
        piece = data[:most]
        self._framing_bytes += len(piece)
        self._feed(piece)
        if self.phase is BODY and self._framing_bytes > most and self._reads_on():
            self.refuse(*self._head_too_large())
        return data[most:]

    def _feed(self, data: bytes) -> None:
        """Give it to the parser, as uvicorn does, but for the wish to speak another protocol: that is passed by (RFC 9110, 7.8)."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as stopped:
            self._go_on_without_upgrade(data[stopped.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("")

    def _go_on_without_upgrade(self, rest: bytes) -> None:
        """Read the request anew without its wish: the parser took its body for the other protocol."""
        self._is_upgrade = False
        method = self.parser.get_method()
        if method == b"CONNECT":
            self.send_400_response("")
            return
        headers = [(name, value) for name, value in self.headers if name not in (b"upgrade", b"connection")]
        tokens = {
            token.strip().lower()
            for name, value in self.headers
            if name == b"connection"
            for token in value.split(b",")
        }
        if b"close" in tokens:
            headers.append((b"connection", b"close"))
        head = b"%b %b HTTP/%b\r\n" % (method, self.url, self.parser.get_http_version().encode())
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._feed(head + lines + b"\r\n")
        if rest and self._reads_on():
            self.data_received(rest)

    def _passed_limit(self) -> tuple[AlmonerError, str] | None:
        limits = self.door.settings
        if len(self.url) > limits.url_bytes_max:
            text = f"The request's address must not be longer than {limits.url_bytes_max} bytes."
            return UrlTooLong(text), "url_too_long"
        if len(self.headers or ()) > limits.headers_max:
            text = f"A request must not have more than {limits.headers_max} headers."
            return HeadTooLarge(text), "too_many_headers"
        return None

    def _broken_framing(self) -> tuple[AlmonerError, str] | None:
        error = broken_framing(self.parser.get_http_version(), self.headers)
        return None if error is None else (error, "invalid")

    def _head_too_large(self) -> tuple[AlmonerError, str]:
        text = f"The request's line and headers must not be larger than {self.door.settings.head_bytes_max} bytes."
        return HeadTooLarge(text), "head_too_large"

    def _raw(self, error: AlmonerError) -> bytes:
        """`error` as the whole answer, in the dialect of the product that was asked, so far as that is known."""
        url = self.url[:200]
        host = next((value for name, value in self.headers or () if name == b"host"), None)
        path = url.partition(b"?")[0].decode("ascii", "replace")
        reply: Reply = self.dialect_of(url, host).reply(error, path)
        headers = [
            *self.server_state.default_headers,
            *reply.raw_headers,
            (b"x-request-id", secrets.token_hex(8).encode()),
            (b"connection", b"close"),
        ]
        lines = b"".join(b"%s: %s\r\n" % header for header in headers)
        phrase = HTTPStatus(reply.status).phrase.encode()
        return b"HTTP/1.1 %d %s\r\n%s\r\n%s" % (
            reply.status,
            phrase,
            lines,
            b"" if self._is_head() else reply.body,
        )

    def _is_head(self) -> bool:
        return bool(self.url) and self.parser.get_method() == b"HEAD"


def protocol_behind(door: Door, dialect_of: DialectOf) -> type[asyncio.Protocol]:
    """The protocol of the connections that `door` lets in; what it refuses is told as `dialect_of` the address says."""
    return type("LimitedProtocol", (LimitedProtocol,), {"door": door, "dialect_of": staticmethod(dialect_of)})

"""Responses: JSON with exact decimal numbers, and an ASGI reply that does no more than send itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar.response import Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

JSON = "application/json"
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def encode_json(value: object) -> bytes:
    """`value` as JSON text: Decimal as a number with all its digits, aware UTC datetimes ending in Z."""
    return _ENCODER.encode(value)


class Reply(ASGIResponse):
    """A finished response. Litestar's own builds header objects and cookies that no route here uses."""

    __slots__ = ("raw_headers",)

    def __init__(
        self, status: int, body: bytes, media_type: str = JSON, headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.status_code = status
        self.body = body
        self.raw_headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]
        if body:
            self.raw_headers.append((b"content-type", media_type.encode("latin-1")))
        if status != 204:
            self.raw_headers.append((b"content-length", b"%d" % len(body)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


class JsonResponse(Response[Any]):
    """What a handler's return value is wrapped in: rendered by `encode_json`; None is an empty body."""

    def to_asgi_response(self, app: Any, request: Any, **options: Any) -> ASGIResponse:
        """The finished reply; headers and status set on the route count where this response has none."""
        content = self.content
        body = b"" if content is None else content if isinstance(content, bytes) else encode_json(content)
        headers = {**(options.get("headers") or {}), **self.headers}
        status = self.status_code or options.get("status_code") or 200
        media_type = self.media_type or options.get("media_type") or JSON
        return Reply(status, body, str(getattr(media_type, "value", media_type)), headers.items())

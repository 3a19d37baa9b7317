"""Answers: JSON with exact decimal numbers, redirects, and what an ASGI server is sent of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import quote

from almoner.platform.http.asgi import Receive, Scope, Send
from almoner.platform.wire import encode_json

T = TypeVar("T")

JSON = "application/json"
_NAMES_TOLD = 20
_NAME_LENGTH = 60
_NAMES_LENGTH = 1_000
_HEADERS = {
    media_type: (b"content-type", media_type.encode()) for media_type in (JSON, "application/problem+json")
}


@dataclass(frozen=True, slots=True)
class WithHeaders(Generic[T]):
    """What a handler returns when its view goes out with headers of its own."""

    view: T
    headers: Mapping[str, str]


@dataclass(slots=True)
class Ignored:
    """What a request said and nobody understood: parameters of the query, fields of the body by their paths."""

    parameters: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)


class Reply:
    """A finished answer, an ASGI app that does no more than send itself."""

    __slots__ = ("body", "raw_headers", "status")

    def __init__(
        self, status: int, body: bytes, media_type: str = JSON, headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.status = status
        self.body = body
        self.raw_headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]
        if body:
            known = _HEADERS.get(media_type)
            self.raw_headers.append(known or (b"content-type", media_type.encode("latin-1")))
        if status not in (204, 304):
            self.raw_headers.append((b"content-length", b"%d" % len(body)))

    def tell_ignored(self, ignored: Ignored) -> None:
        """Name in a header of its own, for query and body each, what the request said and nobody understood."""
        for name, said in (
            (b"x-ignored-parameters", ignored.parameters),
            (b"x-ignored-fields", ignored.fields),
        ):
            if said:
                self.raw_headers.append((name, _listed(said)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; to HEAD its headers alone."""
        body = b"" if scope["method"] == "HEAD" else self.body
        await send({"type": "http.response.start", "status": self.status, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def reply_with(result: object, status: int = 200) -> Reply:
    """What a handler returned, as a reply: rendered by `encode_json`; None is an empty body, bytes are JSON text."""
    if isinstance(result, Reply):
        return result
    if isinstance(result, WithHeaders):
        return Reply(status, encode_json(result.view), JSON, result.headers.items())
    if result is None or isinstance(result, bytes):
        return Reply(status, result or b"")
    return Reply(status, encode_json(result))


def _listed(names: list[str]) -> bytes:
    """Names of any characters as the value of a header; of very many, or very long ones, the first."""
    told: list[str] = []
    for name in dict.fromkeys(names):
        shown = quote(name[:_NAME_LENGTH], safe="[]=", errors="replace")
        if len(told) == _NAMES_TOLD or sum(map(len, told)) + len(shown) > _NAMES_LENGTH:
            told.append("...")
            break
        told.append(shown)
    return ", ".join(told).encode("ascii")


def redirect(url: str, cookies: Iterable[str] = ()) -> Reply:
    """Send a browser to `url` by GET. `cookies` are values of `Set-Cookie`."""
    return Reply(303, b"", headers=[("Location", url), *(("Set-Cookie", cookie) for cookie in cookies)])

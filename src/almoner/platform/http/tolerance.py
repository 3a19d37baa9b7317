"""Paths and query names as callers write them, turned into the ones that routes declare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, unquote_plus

from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Message, Receive, Send
from litestar.types.internal_types import PathParameterDefinition

from almoner.kernel.errors import AlmonerError, BadRequest, NotFound
from almoner.kernel.ids import ID_MAX
from almoner.platform.http.problems import Dialect, requested_path

ENCODED_SLASH = "\x00"
"""Stands for a `%2F` inside a path segment until the handler is called; no path may hold this character itself."""
_SLASH = re.compile("%2f", re.IGNORECASE)


@dataclass(slots=True)
class _Node:
    """One place in a path: fixed segments by their lower-case spelling, and what a parameter may be here."""

    fixed: dict[str, tuple[str, _Node]] = field(default_factory=dict)
    parameter: tuple[type, _Node] | None = None


class Spelling:
    """The canonical spelling of the paths and query parameters of one app."""

    def __init__(self, routes: Iterable[HTTPRoute]) -> None:
        self._whole: dict[str, str] = {}
        self._root = _Node()
        self._query: dict[str, str] = {}
        for route in routes:
            if any(isinstance(part, PathParameterDefinition) for part in route.path_components):
                self._add(route)
            else:
                self._whole[route.path.lower()] = route.path
            for name in _query_names(route):
                if self._query.setdefault(name.lower(), name) != name:
                    raise ValueError(f"query parameter {name!r} is declared in two spellings")

    def correct(self, scope: dict[str, Any]) -> None:
        """Put the declared spelling into `scope`; `NotFound` and `BadRequest` as `path` and `query`."""
        scope["path"] = self.path(_with_slashes_apart(scope))
        if scope["query_string"]:
            scope["query_string"] = self.query(scope["query_string"])

    def path(self, path: str) -> str:
        """The declared spelling of `path`; `NotFound` when an integer in it is none, or too large for an id.

        A path that matches nothing is given back without doubled and trailing slashes.
        """
        segments = [segment for segment in path.split("/") if segment]
        plain = "/" + "/".join(segments)
        if (known := self._whole.get(plain.lower())) is not None:
            return known
        node, canonical = self._root, []
        for segment in segments:
            if (step := node.fixed.get(segment.lower())) is not None:
                spelling, node = step
                canonical.append(spelling)
            elif node.parameter is not None:
                kind, node = node.parameter
                if kind is int and not _is_id(segment):
                    raise NotFound("There is no record with this id.")
                canonical.append(segment)
            else:
                return plain
        return "/" + "/".join(canonical)

    def query(self, query: bytes) -> bytes:
        """The query string with the names that routes declare in their spelling; others untouched.

        `BadRequest` when it holds the character U+0000, which no text in the database can.
        """
        if b"%00" in query:
            raise BadRequest("The query string must not contain the character U+0000.")
        pairs = query.split(b"&")
        renamed = [self._renamed(pair) for pair in pairs]
        return query if renamed == pairs else b"&".join(renamed)

    def _renamed(self, pair: bytes) -> bytes:
        name, equals, value = pair.partition(b"=")
        wanted = unquote_plus(name.decode("latin-1")) if b"%" in name else name.decode("latin-1")
        canonical = self._query.get(wanted.lower())
        return pair if canonical is None else canonical.encode() + equals + value

    def _add(self, route: HTTPRoute) -> None:
        node = self._root
        for part in route.path_components:
            if isinstance(part, PathParameterDefinition):
                kind, below = node.parameter or (part.type, _Node())
                # Where one route wants a number and another a name, Litestar's own check has to do.
                node.parameter = (kind if kind is part.type else str, below)
                node = below
            else:
                node = node.fixed.setdefault(part.lower(), (part, _Node()))[1]


def _with_slashes_apart(scope: Mapping[str, Any]) -> str:
    """The path with `ENCODED_SLASH` for each slash that came as `%2F`: it belongs to a name, not to the path."""
    path: str = scope["path"]
    if "\x00" in path:
        raise NotFound("There is no record with this id.")
    raw = scope.get("raw_path") or b""
    if b"%2f" not in raw.lower():
        return path
    apart = unquote(_SLASH.sub("%00", raw.partition(b"?")[0].decode("latin-1")))
    return apart[-len(path) :]  # without the product's prefix, as the path is


def _is_id(segment: str) -> bool:
    return segment.isascii() and segment.isdigit() and len(segment) <= 19 and int(segment) <= ID_MAX


def _query_names(route: HTTPRoute) -> Iterable[str]:
    for _, model in route.route_handler_map.values():
        for parameter in model.expected_query_params:
            yield parameter.field_alias


def tolerant(app: Litestar, dialect: Dialect, lanes: Mapping[tuple[str, str], ASGIApp]) -> ASGIApp:
    """`app` behind canonical spelling: any case, doubled and trailing slashes, and HEAD wherever there is GET.

    A method and path of `lanes` go there instead.
    Rewrites the scope in place, so that the caller, who hands in a copy, sees the route's template in it.
    """
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    spelling = Spelling(routes)

    async def call(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if scope["method"] == "HEAD":
                scope["method"], send = "GET", _headers_only(send)
            try:
                spelling.correct(scope)
            except AlmonerError as error:
                await dialect.reply(error, requested_path(scope))(scope, receive, send)
                return
            lane = lanes.get((scope["method"], scope["path"]), app)
            await lane(scope, receive, send)
        else:
            await app(scope, receive, send)

    return call


def _headers_only(send: Send) -> Send:
    async def send_headers(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return send_headers

"""The errors that an operation can answer, as its description tells them: by status, each code with its meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from almoner.kernel.errors import (
    AlmonerError,
    BadRequest,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from almoner.platform.http.described import first_paragraph
from almoner.platform.http.door import RequestTimeout
from almoner.platform.http.endpoint import Endpoint
from almoner.platform.http.idempotency import IdempotencyKeyReused
from almoner.platform.http.metering import RATE_HEADERS
from almoner.platform.http.problems import SIGN_IN_SCHEMA, Dialect
from almoner.platform.http.protocol import HeadTooLarge, UrlTooLong
from almoner.platform.http.requests import UnsupportedMedia
from almoner.platform.rate_limits.errors import RateLimited

_ALWAYS = (BadRequest, Invalid, RequestTimeout, UrlTooLong, HeadTooLarge, AlmonerError, Unavailable)
_HEADERS = {401: "WWW-Authenticate", 429: "Retry-After", 500: "X-Error-Id", 503: "Retry-After"}
HEADERS = {
    "X-Request-Id": "Names the request in the log; what the caller sent, if it did.",
    "Retry-After": "Seconds to wait before the request is sent again.",
    "WWW-Authenticate": "How to authenticate.",
    "X-Error-Id": "Names the error in the log: quote it when you report it.",
    "X-Ignored-Parameters": "Parameters of the query that nobody understood, and a `SortBy` that the list does not know.",
    "X-Ignored-Fields": "Fields of the body that nobody understood.",
}
"""What each header of an answer tells."""


def limit_headers(dialect: Dialect) -> tuple[str, ...]:
    """The headers that tell of the limit of requests, where there is one."""
    return tuple(RATE_HEADERS) if dialect.is_limited else ()


def headers(*names: str) -> dict[str, Any]:
    """References to the descriptions of these headers."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


class ErrorResponses:
    """The descriptions of failures of one document, each made once however many operations share it."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.components: dict[str, Any] = {}

    def of(self, endpoint: Endpoint) -> dict[str, Any]:
        """The failures of an operation by status, as references."""
        by_status: dict[int, dict[str, list[str]]] = {}
        limited = (RateLimited,) if self._dialect.is_limited and endpoint.route.scope is not None else ()
        for error in dict.fromkeys((*_errors(endpoint), *limited)):
            status = self._dialect.status_of(error)
            code = self._dialect.code_of(error, status)
            by_status.setdefault(status, {}).setdefault(code, []).append(first_paragraph(error.__doc__))
        return {str(status): self._named(status, by_status[status]) for status in sorted(by_status)}

    def _named(self, status: int, codes: Mapping[str, list[str]]) -> dict[str, str]:
        told = "\n".join(f"- `{code}`: {' '.join(codes[code])}" for code in sorted(codes))
        name = ".".join((str(status), *sorted(codes)))
        while self.components.get(name, {}).get("description", told) != told:
            name += "_"  # the same codes for further causes
        if name not in self.components:
            also = [_HEADERS[status]] if status in _HEADERS else []
            schema: dict[str, Any] = {"$ref": "#/components/schemas/Problem"}
            if any(code.islower() for code in codes):  # those of OAuth
                schema = {"anyOf": [schema, SIGN_IN_SCHEMA]}
            self.components[name] = {
                "description": told,
                "headers": headers("X-Request-Id", *also, *limit_headers(self._dialect)),
                "content": {self._dialect.media_type: {"schema": schema}},
                "x-codes": sorted(codes),
            }
        return {"$ref": f"#/components/responses/{name}"}


def _errors(endpoint: Endpoint) -> Iterator[type[AlmonerError]]:
    route = endpoint.route
    yield from _ALWAYS
    if route.scope is not None:
        yield from (Unauthenticated, Forbidden)
    if endpoint.path or endpoint.needs.query:
        yield NotFound
    if endpoint.body is not None:
        yield from (TooLarge, UnsupportedMedia)
    if route.once:
        yield IdempotencyKeyReused
    yield from route.raises

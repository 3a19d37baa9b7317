"""The two error dialects: RFC 7807 documents for Raise, the `error` object with legacy `message` for CRM."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import asyncpg
import structlog
from litestar import Request
from litestar.exceptions import HTTPException, ValidationException

from almoner.kernel.errors import (
    AlmonerError,
    BadRequest,
    FieldError,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from almoner.platform.http.field_errors import field_error
from almoner.platform.http.responses import JSON, JsonResponse, Reply, encode_json

_LOG = structlog.get_logger("almoner.http")
_FRAMES = 12


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure as a caller is told about it, before a dialect gives it a form."""

    status: int
    code: str
    title: str
    message: str
    fields: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one product answers errors: media type, the status of `Invalid`, and the form of the body."""

    name: str
    media_type: str
    invalid_status: int
    body: Callable[[Problem, str], dict[str, Any]]
    schema: dict[str, Any]
    delete_status: int

    def reply(self, error: Exception, instance: str) -> Reply:
        """`error` as a finished response to a request for the path `instance`."""
        problem = problem_of(error, self)
        body = encode_json(self.body(problem, instance))
        return Reply(problem.status, body, self.media_type, problem.headers.items())

    def handle(self, request: Request[Any, Any, Any], error: Exception) -> JsonResponse:
        """The same as Litestar's exception handlers want it."""
        problem = problem_of(error, self)
        return JsonResponse(
            self.body(problem, requested_path(request.scope)),
            status_code=problem.status,
            media_type=self.media_type,
            headers=dict(problem.headers),
        )


def requested_path(scope: Mapping[str, Any]) -> str:
    """The path as the caller wrote it, with the product's prefix."""
    return str(scope.get("almoner.path") or scope["path"])


def problem_of(error: Exception, dialect: Dialect) -> Problem:
    """What to tell about `error`. Unexpected ones are logged under an id, and nothing of them is told."""
    if isinstance(error, AlmonerError):
        return _of_ours(error, dialect)
    if isinstance(error, ValidationException):
        return _of_ours(_parameters(error), dialect)
    if isinstance(error, HTTPException) and error.status_code < 500:
        return _of_litestar(error)
    if isinstance(error, _DATABASE_AWAY) and not isinstance(error, asyncpg.DataError):
        _LOG.warning("database away", kind=type(error).__qualname__)
        away = Unavailable("The database does not answer. Try again shortly.")
        return _of_ours(away, dialect, retry_after=1)
    return _unexpected(error)


def _of_ours(error: AlmonerError, dialect: Dialect, retry_after: int | None = None) -> Problem:
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(wait := getattr(error, "retry_after_seconds", retry_after), int):
        headers["Retry-After"] = str(wait)
    status = dialect.invalid_status if isinstance(error, Invalid) else error.status
    return Problem(status, error.code, error.title, error.message, error.fields, headers)


def _of_litestar(error: HTTPException) -> Problem:
    """A refusal of the framework: unknown address, wrong method, bad Host header."""
    headers = dict(error.headers or {})
    if error.status_code == 404:
        return Problem(404, NotFound.code, NotFound.title, "There is no operation at this address.")
    if error.status_code == 405:
        allowed = sorted({*headers["allow"].split(", "), *(("HEAD",) if "GET" in headers["allow"] else ())})
        message = f"This address answers {', '.join(allowed)} only."
        return Problem(
            405, "METHOD_NOT_ALLOWED", "Method not allowed.", message, (), {"Allow": ", ".join(allowed)}
        )
    status = HTTPStatus(error.status_code)
    code = BadRequest.code if status == 400 else status.name
    title = BadRequest.title if status == 400 else f"{status.phrase}."
    return Problem(error.status_code, code, title, title, (), headers)


def _parameters(error: ValidationException) -> AlmonerError:
    """Litestar's complaint about path, query and header parameters as ours, all of them at once."""
    complaints = error.extra if isinstance(error.extra, list) else []
    fields = tuple(field_error(item.get("key", ""), item.get("message", "")) for item in complaints)
    return Invalid("One or more parameters are invalid.", fields=fields)


def _unexpected(error: Exception) -> Problem:
    error_id = secrets.token_hex(8)
    # Messages of database errors quote values, so only the kind of error and where it arose are logged.
    frames = [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    _LOG.error(
        "unexpected error",
        error_id=error_id,
        kind=f"{type(error).__module__}.{type(error).__qualname__}",
        sqlstate=getattr(error, "sqlstate", None),
        where=frames[-_FRAMES:],
    )
    message = f"An unexpected error occurred. Quote error id {error_id} when you report it."
    return Problem(500, AlmonerError.code, AlmonerError.title, message, headers={"X-Error-Id": error_id})


_DATABASE_AWAY = (
    ConnectionError,
    FileNotFoundError,  # the socket of an embedded server that is being started again
    TimeoutError,
    asyncpg.InterfaceError,  # a connection that was lost in use; its DataError is a mistake of ours
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
)

_RFC7231 = "https://tools.ietf.org/html/rfc7231#section-"
_TYPES = {
    400: f"{_RFC7231}6.5.1",
    401: "https://tools.ietf.org/html/rfc7235#section-3.1",
    403: f"{_RFC7231}6.5.3",
    404: f"{_RFC7231}6.5.4",
    405: f"{_RFC7231}6.5.5",
    409: f"{_RFC7231}6.5.8",
    413: f"{_RFC7231}6.5.11",
    415: f"{_RFC7231}6.5.13",
    429: "https://tools.ietf.org/html/rfc6585#section-4",
    500: f"{_RFC7231}6.6.1",
    503: f"{_RFC7231}6.6.4",
}


def _raise_body(problem: Problem, instance: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": _TYPES.get(problem.status, "about:blank"),
        "title": problem.title,
        "status": problem.status,
        "detail": problem.message,
        "instance": instance,
        "code": problem.code,
    }
    if problem.fields:
        errors: dict[str, list[str]] = {}
        for broken in problem.fields:
            errors.setdefault(broken.field, []).append(broken.message)
        body["errors"] = errors
    return body


def _crm_body(problem: Problem, _instance: str) -> dict[str, Any]:
    # Old clients look for one known sentence when a token is refused.
    message = problem.title if problem.status == 401 else problem.message
    details = [{"field": item.field, "code": item.code, "message": item.message} for item in problem.fields]
    return {"error": {"code": problem.code, "message": message, "details": details}, "message": message}


_TEXT = {"type": "string"}
_RAISE_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        **dict.fromkeys(("type", "title", "detail", "instance", "code"), _TEXT),
        "status": {"type": "integer"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
    },
}
_DETAIL_SCHEMA = {
    "type": "object",
    "required": ["field", "code", "message"],
    "properties": dict.fromkeys(("field", "code", "message"), _TEXT),
}
_CRM_SCHEMA = {
    "type": "object",
    "required": ["error", "message"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "details"],
            "properties": {
                "code": _TEXT,
                "message": _TEXT,
                "details": {"type": "array", "items": _DETAIL_SCHEMA},
            },
        },
        "message": _TEXT,
    },
}

RAISE = Dialect("raise", "application/problem+json", 400, _raise_body, _RAISE_SCHEMA, 204)
CRM = Dialect("crm", JSON, 422, _crm_body, _CRM_SCHEMA, 200)

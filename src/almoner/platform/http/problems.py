"""The two error dialects: RFC 7807 documents for Raise, the `error` object with legacy `message` for CRM."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from almoner.kernel.errors import (
    AlmonerError,
    BadRequest,
    FieldError,
    Invalid,
    Unauthenticated,
    Unavailable,
)
from almoner.platform.accounts.errors import NotSignedIn
from almoner.platform.database.trouble import CONFLICTS, is_away, lacks_means
from almoner.platform.http.leniency import NoJson
from almoner.platform.http.requests import Request, UnsupportedMedia
from almoner.platform.http.responses import JSON, Reply
from almoner.platform.logger import Logger, error_facts
from almoner.platform.wire import encode_json

_LOG = Logger("almoner.http")


class MethodNotAllowed(AlmonerError):
    """The address answers other methods; the header `Allow` lists them."""

    status = 405
    code = "METHOD_NOT_ALLOWED"
    title = "Method not allowed."

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"This address answers {', '.join(allowed)} only.")
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure as a caller is told about it, before a dialect gives it a form."""

    status: int
    code: str
    title: str
    message: str
    fields: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    is_unreadable: bool = False
    """Whether the body is nothing that could be read as JSON."""
    is_sign_in: bool = False
    """Whether it is told in the words of OAuth (RFC 6749, 5.2), whatever the dialect."""
    more: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What else the caller needs to go on, by name."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one product answers errors: media type, the status of `Invalid`, and the form of the body."""

    name: str
    media_type: str
    invalid_status: int
    body: Callable[[Problem, str], dict[str, Any]]
    schema: dict[str, Any]
    delete_status: int
    codes: Mapping[int, str] = field(default_factory=dict)
    """The code by status, where clients know a closed list of codes; else each failure has its own."""
    statuses: Mapping[int, int] = field(default_factory=dict)
    """The status that clients know instead of another."""
    take_default: int | None = None
    """Records on a page when the caller names none, where clients rely on a number; else the settings say it."""
    page_refusal: type[AlmonerError] = Invalid
    """How a page that is out of range is refused."""
    is_limited: bool = False
    """Whether requests are counted against a limit, of which each answer tells."""

    def status_of(self, error: AlmonerError | type[AlmonerError]) -> int:
        """The status that tells of `error`."""
        is_invalid = issubclass(error if isinstance(error, type) else type(error), Invalid)
        return self.invalid_status if is_invalid else self.statuses.get(error.status, error.status)

    def code_of(self, error: AlmonerError | type[AlmonerError], status: int) -> str:
        """The code that tells of `error`."""
        return self.codes.get(status, self.codes.get(error.status, error.code))

    def reply(self, error: Exception, instance: str) -> Reply:
        """`error` as a finished response to a request for the path `instance`."""
        problem = problem_of(error, self)
        told = _sign_in_body(problem) if problem.is_sign_in else self.body(problem, instance)
        body = encode_json(told)
        return Reply(problem.status, body, self.media_type, problem.headers.items())

    def show_error(self, request: Request, error: Exception) -> Reply:
        """`error` as the answer to `request`."""
        return self.reply(error, request.path)


def problem_of(error: Exception, dialect: Dialect) -> Problem:
    """What to tell about `error`. Unexpected ones are logged under an id, and nothing of them is told."""
    if isinstance(error, AlmonerError):
        return _of_ours(error, dialect)
    if (text := _trouble(error)) is not None:
        _LOG.warning("database_trouble", **error_facts(error))
        return _of_ours(Unavailable(text), dialect)
    return _unexpected(error)


def _trouble(error: Exception) -> str | None:
    """What to say of an error that is the database's, and passes."""
    if is_away(error):
        return "The database does not answer. Try again shortly."
    if lacks_means(error):
        return "The database has no room left for this, or its disk fails. Try again shortly."
    if isinstance(error, CONFLICTS):
        return "Somebody else holds what this request needs, or the database is being brought up to date. Nothing was changed; try again shortly."
    return None


def _of_ours(error: AlmonerError, dialect: Dialect, retry_after: int | None = None) -> Problem:
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    if isinstance(wait := getattr(error, "retry_after_seconds", retry_after), int):
        headers["Retry-After"] = str(wait)
    status = dialect.status_of(error)
    is_sign_in = isinstance(error, NotSignedIn)
    code = error.code if is_sign_in else dialect.code_of(error, status)
    is_unreadable = isinstance(error, NoJson | UnsupportedMedia)
    return Problem(
        status, code, error.title, error.message, error.fields, headers, is_unreadable, is_sign_in, error.more
    )


def _unexpected(error: Exception) -> Problem:
    error_id = secrets.token_hex(8)
    _LOG.error("unexpected error", error_id=error_id, **error_facts(error))
    message = f"An unexpected error occurred. Quote error id {error_id} when you report it."
    return Problem(500, AlmonerError.code, AlmonerError.title, message, headers={"X-Error-Id": error_id})


_RFC7231 = "https://tools.ietf.org/html/rfc7231#section-"
_TYPES = {
    400: f"{_RFC7231}6.5.1",
    401: "https://tools.ietf.org/html/rfc7235#section-3.1",
    403: f"{_RFC7231}6.5.3",
    404: f"{_RFC7231}6.5.4",
    405: f"{_RFC7231}6.5.5",
    408: f"{_RFC7231}6.5.7",
    409: f"{_RFC7231}6.5.8",
    413: f"{_RFC7231}6.5.11",
    414: f"{_RFC7231}6.5.12",
    415: f"{_RFC7231}6.5.13",
    429: "https://tools.ietf.org/html/rfc6585#section-4",
    431: "https://tools.ietf.org/html/rfc6585#section-5",
    500: f"{_RFC7231}6.6.1",
    501: f"{_RFC7231}6.6.2",
    503: f"{_RFC7231}6.6.4",
    505: f"{_RFC7231}6.6.6",
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
    body |= problem.more
    return body


_UNREADABLE = "The request is invalid."


def _crm_body(problem: Problem, _instance: str) -> dict[str, Any]:
    # Old clients look for one known sentence when a token is refused.
    message = problem.title if problem.status == 401 else problem.message
    if problem.is_unreadable:
        message = _UNREADABLE
    details = [{"field": item.field, "code": item.code, "message": item.message} for item in problem.fields]
    error = {"code": problem.code, "message": message, "details": details}
    body = {"error": error, "error_description": message, "message": message}
    return {**body, "modelState": {"body": [problem.message]}} if problem.is_unreadable else body


def _sign_in_body(problem: Problem) -> dict[str, Any]:
    # Older clients look for `message`.
    return {"error": problem.code, "error_description": problem.message, "message": problem.message}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


_CODE = _text("The stable name of the failure: the codes of an answer stand beside its status.")
_RAISE_SCHEMA = {
    "type": "object",
    "description": "Why a request was refused (RFC 7807).",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": _text("The address of a description of the status."),
        "title": _text("The kind of failure."),
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": _text("What is wrong, and what to do."),
        "instance": _text("The path that was asked for."),
        "code": _CODE,
        "errors": {
            "type": "object",
            "description": "What is wrong with each broken field, by its path.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
SIGN_IN_SCHEMA = {
    "type": "object",
    "description": "Why a sign-in was refused (RFC 6749, 5.2).",
    "required": ["error", "error_description", "message"],
    "properties": {
        "error": _text("The stable name of the failure."),
        "error_description": _text("What is wrong, and what to do."),
        "message": _text("The sentence again, where older clients look for it."),
    },
}
_DETAIL_SCHEMA = {
    "type": "object",
    "required": ["field", "code", "message"],
    "properties": {
        "field": _text("The path of the broken field."),
        "code": _text("The stable name of what is wrong with it."),
        "message": _text("The same in a sentence."),
    },
}
_CRM_SCHEMA = {
    "type": "object",
    "description": "Why a request was refused.",
    "required": ["error", "error_description", "message"],
    "properties": {
        "error": {
            "type": "object",
            "description": "The failure.",
            "required": ["code", "message", "details"],
            "properties": {
                "code": _CODE,
                "message": _text("What is wrong, and what to do."),
                "details": {
                    "type": "array",
                    "description": "Each broken field; empty when none is to blame.",
                    "items": _DETAIL_SCHEMA,
                },
            },
        },
        "error_description": _text("The sentence again, where clients of OAuth look for it."),
        "message": _text("The sentence again, where older clients look for it."),
        "modelState": {
            "type": "object",
            "description": "Of a body that is no JSON: what is wrong with it.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}

RAISE = Dialect("raise", "application/problem+json", 400, _raise_body, _RAISE_SCHEMA, 204)
_CLOSED_CODES = {
    **dict.fromkeys((405, 408, 413, 414, 415, 431), "BAD_REQUEST"),
    409: "CONFLICT",
}
"""Clients know nine codes (section 4 of its reference): what has a status of its own is told by one of them. 501 is an answer of ours alone."""

_FOR_KNOWN_CLIENTS: dict[str, Any] = {
    "statuses": {415: 400},
    "codes": _CLOSED_CODES,
    "take_default": 10,
    "page_refusal": BadRequest,
    "is_limited": True,
}
CRM = Dialect("crm", JSON, 422, _crm_body, _CRM_SCHEMA, 200, **_FOR_KNOWN_CLIENTS)

"""A small API of notes with its document, which does as it says; and what may be planted in it for one check to find."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

TOKEN = "right"
_JSON = (b"content-type", b"application/json")
_NOTE = {
    "type": "object",
    "required": ["id", "text"],
    "additionalProperties": False,
    "properties": {"id": {"type": "integer"}, "text": {"type": "string"}},
}
_ID = {"name": "noteId", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
_SOURCE = {
    "name": "X-Source",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "enum": ["a", "b"]},
}
_LINKS = {
    name: {"operationId": f"{name}_note", "parameters": {"noteId": "$response.body#/id"}}
    for name in ("get", "delete")
}


def _answer(schema: Any = None, **more: Any) -> dict[str, Any]:
    content = {"content": {"application/json": {"schema": schema}}} if schema else {}
    return {"description": "", **content, **more}


_REFUSALS = {status: _answer() for status in ("400", "401", "404", "405")}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "planted", "version": "1"},
    "security": [{"bearer": []}],
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/notes": {
            "post": {
                "operationId": "make_note",
                "parameters": [_SOURCE],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["text"],
                                "properties": {
                                    "text": {"type": "string", "maxLength": 20, "example": "Milk"}
                                },
                            }
                        }
                    },
                },
                "responses": {
                    "201": _answer(
                        _NOTE,
                        headers={"X-Version": {"required": True, "schema": {"type": "integer"}}},
                        links=_LINKS,
                    ),
                    **_REFUSALS,
                },
            }
        },
        "/notes/{noteId}": {
            "get": {
                "operationId": "get_note",
                "parameters": [_ID],
                "responses": {"200": _answer(_NOTE), **_REFUSALS},
            },
            "delete": {
                "operationId": "delete_note",
                "parameters": [_ID],
                "responses": {
                    "204": _answer(links={"get": {"operationId": "get_note", "parameters": {"noteId": "$request.path.noteId"}}}),
                    **_REFUSALS,
                },
            },
        },
    },
}  # fmt: skip

FAULTS = {
    "a server error": "not_a_server_error",
    "an undocumented status": "status_code_conformance",
    "another media type": "content_type_conformance",
    "a missing header": "response_headers_conformance",
    "a field of a wrong type": "response_schema_conformance",
    "wrong data taken": "negative_data_rejection",
    "right data refused": "positive_data_acceptance",
    "a needed header not asked for": "missing_required_header",
    "a method that is not there": "unsupported_method",
    "what was deleted": "use_after_free",
    "nothing where a record was made": "ensure_resource_availability",
    "no token needed": "ignored_auth",
    "methods that are not there, promised": "allow_header_conformance",
}
"""What may be planted, and the check that must find it."""

Reply = tuple[int, Any, list[tuple[bytes, bytes]]]


class Notes:
    """The API, with one fault or none."""

    def __init__(self, fault: str = "") -> None:
        self._fault = fault
        self._notes: dict[int, str] = {}
        self._next = 1

    async def __call__(
        self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = b""
        while (part := await receive()).get("more_body") or part.get("body"):
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        status, told, more = self._reply(scope["method"], scope["path"], scope["query_string"], headers, body)
        content = b"" if told is None else json.dumps(told).encode()
        media = (
            []
            if told is None
            else [(b"content-type", b"text/plain") if self._has("another media type") else _JSON]
        )
        await send({"type": "http.response.start", "status": status, "headers": [*media, *more]})
        await send({"type": "http.response.body", "body": content})

    def _has(self, fault: str) -> bool:
        return self._fault == fault

    def _reply(self, method: str, path: str, query: bytes, headers: dict[str, str], body: bytes) -> Reply:
        allowed = ["POST"] if path == "/notes" else ["GET", "DELETE"]
        if method == "OPTIONS":
            promised = [*allowed, "PUT"] if self._has("methods that are not there, promised") else allowed
            return 200, None, [(b"allow", ", ".join(promised).encode())]
        if method not in allowed:
            if self._has("a method that is not there"):
                return 200, None, []
            return 405, None, [(b"allow", ", ".join(allowed).encode())]
        if headers.get("authorization") != f"Bearer {TOKEN}" and not self._has("no token needed"):
            return 401, None, []
        if method == "POST":
            return self._make(headers, body)
        match = re.fullmatch(r"/notes/([1-9]\d{0,17})", path)
        if match is None or parse_qs(query, keep_blank_values=True):
            return 400, None, []
        return self._one(method, int(match[1]))

    def _make(self, headers: dict[str, str], body: bytes) -> Reply:
        if headers.get("x-source") not in ("a", "b") and not self._has("a needed header not asked for"):
            return 400, None, []
        text = _text(body)
        if self._has("wrong data taken"):
            text = text or "taken"
        if text is None or self._has("right data refused"):
            return 400, None, []
        if self._has("a server error"):
            return 500, None, []
        if self._has("an undocumented status"):
            return 202, None, []
        id_, self._next = self._next, self._next + 1
        self._notes[id_] = text
        version = [] if self._has("a missing header") else [(b"x-version", b"1")]
        told = f"{id_}" if self._has("a field of a wrong type") else id_
        return 201, {"id": told, "text": text}, version

    def _one(self, method: str, id_: int) -> Reply:
        if id_ not in self._notes or self._has("nothing where a record was made"):
            return 404, None, []
        if method == "DELETE":
            if not self._has("what was deleted"):
                del self._notes[id_]
            return 204, None, []
        return 200, {"id": id_, "text": self._notes[id_]}, []


def _text(body: bytes) -> str | None:
    """The text of a valid body; None of any other."""
    try:
        text = json.loads(body)["text"]
    except (ValueError, KeyError, TypeError):
        return None
    return text if isinstance(text, str) and len(text) <= 20 else None

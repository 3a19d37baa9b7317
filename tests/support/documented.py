"""Whatever a test is answered through the APIs is an answer that the OpenAPI document has: status and code."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

_ADDRESS = re.compile(r"/+(raise|crm)(/.*)", re.IGNORECASE)


@dataclass
class Documents:
    """Both documents of one application, asked for when they are first needed."""

    ask: Callable[[str], Awaitable[httpx.Response]]
    """Answers with what an address holds, and holds nothing against a document."""
    _told: dict[str, Any] = field(default_factory=dict)

    async def hold(self, response: httpx.Response) -> None:
        """Fail when the answer is none that the document of its product has; that an operation is not served no document says."""
        request = response.request
        match = _ADDRESS.fullmatch(request.url.path)
        if match is None or response.status_code == 501 or match[2].lower().endswith(".json"):
            return
        told = await self._document(match[1].lower())
        operation = _operation(told, request.method, match[2])
        if operation is not None:
            await response.aread()
            wrong = undocumented(told, operation, response)
            assert not wrong, f"{request.method} {request.url.path}: {wrong}"

    async def _document(self, product: str) -> Any:
        if product not in self._told:
            self._told[product] = (await self.ask(f"/{product}/openapi.json")).json()
        return self._told[product]


def undocumented(told: Any, operation: Any, response: httpx.Response) -> str:
    """What the document does not say of an answer; empty when it says it all."""
    answer = operation["responses"].get(str(response.status_code))
    if answer is None:
        return f"{response.status_code} is not documented; name its error in `raises` of the route"
    if response.status_code < 400 or not response.content:
        return ""
    name = answer["$ref"].rpartition("/")[2]
    body = json.loads(response.content)
    error = body.get("error")
    code = body["code"] if "code" in body else error if isinstance(error, str) else error["code"]
    known = told["components"]["responses"][name]["x-codes"]
    return (
        ""
        if code in known
        else f"{response.status_code} {code} is not documented, only {known}; name it in `raises`"
    )


def _operation(told: Any, method: str, path: str) -> Any:
    """The operation that answers `path`; None when no documented one does."""
    segments = [segment for segment in path.split("/") if segment]
    found = [
        (sum(part.startswith("{") for part in template.split("/")), item)
        for template, item in told["paths"].items()
        if _fits(template.strip("/").split("/"), segments) and method.lower() in item
    ]
    return min(found, key=lambda each: each[0])[1][method.lower()] if found else None


def _fits(template: list[str], segments: list[str]) -> bool:
    return len(template) == len(segments) and all(
        part.startswith("{") or part.lower() == segment.lower()
        for part, segment in zip(template, segments, strict=True)
    )

"""Where an answer leads: the OpenAPI links from a record that was answered to the operations that take an id it has."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from almoner.platform.http.endpoint import Endpoint


class Links:
    """The links of one document, each made once however many answers have it.

    An operation is led to by the one parameter of its path. The `id` of an answer is what the operation takes that reads a record of the same
    shape, or of the same resource (`noteId`), and leads to all that take it; the id of another record (`personId`) leads to where that one is read.
    """

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._by_parameter: dict[str, list[Endpoint]] = {}
        self._own: dict[Any, str] = {}
        for endpoint in endpoints:
            if len(endpoint.path) != 1:
                continue
            parameter = endpoint.path[0].wire
            self._by_parameter.setdefault(parameter, []).append(endpoint)
            if _reads(endpoint, parameter):
                self._own.setdefault(endpoint.route.group, parameter)
                self._own.setdefault(endpoint.view, parameter)
        self.components: dict[str, Any] = {}

    def of(self, endpoint: Endpoint) -> dict[str, Any]:
        """The links of an operation's answer by the operations that they lead to, as references."""
        if not (inspect.isclass(endpoint.view) and issubclass(endpoint.view, msgspec.Struct)):
            return {}
        own = self._own.get(endpoint.view) or self._own.get(endpoint.route.group, "")
        told: dict[str, Any] = {}
        for field in msgspec.structs.fields(endpoint.view):
            name = field.encode_name
            if field.type not in (int, str):
                continue
            for target in self._by_parameter.get(own if name == "id" else name, ()):
                if target is not endpoint and (name == "id" or _reads(target, name)):
                    told.setdefault(target.route.name, self._named(target, name))
        return told

    def _named(self, target: Endpoint, field: str) -> Mapping[str, str]:
        route = target.route
        name = route.name if field == "id" else f"{route.name}.{field}"
        self.components.setdefault(
            name,
            {
                "operationId": route.name,
                "description": f"{route.summary}.",
                "parameters": {target.path[0].wire: f"$response.body#/{field}"},
            },
        )
        return {"$ref": f"#/components/links/{name}"}


def _reads(target: Endpoint, parameter: str) -> bool:
    """Whether an operation reads the record itself that the parameter names, and nothing that hangs on it."""
    route = target.route
    return route.method == "GET" and route.template == f"/api/{route.group}/{{{parameter}}}"

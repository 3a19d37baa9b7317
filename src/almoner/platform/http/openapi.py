"""The OpenAPI 3.1 document of a product, made from the same routes, parameters and shapes that answer requests."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from almoner.platform.http.endpoint import Endpoint
from almoner.platform.http.parameters import REQUIRED, Parameter
from almoner.platform.http.problems import Dialect
from almoner.platform.http.responses import JSON
from almoner.platform.http.schemas import Schemas

_ERRORS = {
    "400": "The request cannot be read or breaks a rule.",
    "401": "The token is missing, malformed, unknown or revoked.",
    "403": "The token lacks the scope.",
    "404": "There is no such record in the organization.",
    "409": "The request conflicts with a stored record.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "Fields break rules; all of them are named.",
    "500": "Something unexpected happened.",
    "503": "The service is not available right now.",
}


def describe(
    title: str, version: str, prefix: str, endpoints: Sequence[Endpoint], dialect: Dialect
) -> dict[str, Any]:
    """The document of `endpoints`; operation ids are the names of the handler functions."""
    documented = [endpoint for endpoint in endpoints if endpoint.route.documented]
    schemas = Schemas(shape for endpoint in documented for shape in _shapes(endpoint))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in documented:
        item = paths.setdefault(endpoint.route.template, {})
        item[endpoint.route.method.lower()] = _operation(endpoint, schemas, dialect)
    problem = {dialect.media_type: {"schema": _ref("schemas/Problem")}}
    responses = {
        status: {"description": text, "content": problem}
        for status, text in _ERRORS.items()
        if status != "422" or dialect.invalid_status == 422
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": prefix}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas.components, "Problem": dialect.schema},
            "responses": responses,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _shapes(endpoint: Endpoint) -> Iterator[Any]:
    """Every type that the description of an operation shows."""
    if endpoint.body is not None:
        yield endpoint.body
    if endpoint.view is not None:
        yield endpoint.view
    yield from (parameter.shape for parameter in (*endpoint.path, *endpoint.query))


def _operation(endpoint: Endpoint, schemas: Schemas, dialect: Dialect) -> dict[str, Any]:
    route = endpoint.route
    summary, _, description = inspect.cleandoc(route.handler.__doc__ or "").partition("\n")
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": summary.rstrip(".") or route.name,
        "security": [{"bearer": [route.scope]}] if route.scope else [],
        "responses": {str(endpoint.status): _success(endpoint, schemas)},
    }
    if description.strip():
        operation["description"] = description.strip()
    if route.extension:
        operation["x-almoner-extension"] = True
    parameters = [_parameter("path", parameter, schemas) for parameter in endpoint.path]
    parameters += [_parameter("query", parameter, schemas) for parameter in endpoint.query]
    if route.once:
        parameters.append(_IDEMPOTENCY_KEY)
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        content = {JSON: {"schema": schemas.of(endpoint.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    for status in _possible_errors(endpoint, dialect):
        operation["responses"][status] = _ref(f"responses/{status}")
    return operation


_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same request again under the same key answers as the first time and does nothing more.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}


def _parameter(where: str, parameter: Parameter, schemas: Schemas) -> dict[str, Any]:
    schema = schemas.written(parameter.shape)
    if where == "path" and schema.get("type") == "integer":
        schema["minimum"] = 0
    if parameter.default is not REQUIRED and parameter.default is not None:
        schema["default"] = parameter.default
    is_required = parameter.default is REQUIRED
    return {"name": parameter.wire, "in": where, "required": is_required, "schema": schema}


def _success(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done."}
    if endpoint.view is not None:
        success["content"] = {JSON: {"schema": schemas.of(endpoint.view)}}
    if endpoint.route.response_headers:
        success["headers"] = {
            name: {"description": text, "required": False, "schema": {"type": "string"}}
            for name, text in endpoint.route.response_headers.items()
        }
    return success


def _possible_errors(endpoint: Endpoint, dialect: Dialect) -> Iterator[str]:
    yield from ("400", "500", "503")
    if endpoint.route.scope is not None:
        yield from ("401", "403")
    if endpoint.path or endpoint.needs.query:
        yield "404"
    if endpoint.route.method != "GET":
        yield "409"
    if endpoint.body is not None:
        yield from ("413", "415")
    if dialect.invalid_status == 422:
        yield "422"


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{name}"}

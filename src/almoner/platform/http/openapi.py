"""The OpenAPI 3.1 document of a product, made from the same routes, parameters and shapes that answer requests."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

from almoner.platform.http.binding import body_item, may_be_left_out
from almoner.platform.http.described import first_paragraph, without_sources
from almoner.platform.http.endpoint import Endpoint
from almoner.platform.http.metering import RATE_HEADERS
from almoner.platform.http.openapi_errors import HEADERS, ErrorResponses, headers, limit_headers
from almoner.platform.http.openapi_links import Links
from almoner.platform.http.parameters import REQUIRED, Parameter
from almoner.platform.http.problems import Dialect
from almoner.platform.http.responses import JSON
from almoner.platform.http.schemas import Schemas

FORM = "application/x-www-form-urlencoded"
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "The same request again under the same key answers as the first time and does nothing more; another request under it is "
        "refused. What was refused leaves its key free."
    ),
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}


def describe(
    info: Mapping[str, Any],
    server: str,
    endpoints: Sequence[Endpoint],
    dialect: Dialect,
    examples: Mapping[str, Any],
) -> dict[str, Any]:
    """The document of `endpoints` as served at `server`; operation ids are the names of the handler functions.

    `info` stands in it as it is; `examples` a request and its answer by operation id.
    """
    documented = [endpoint for endpoint in endpoints if endpoint.route.documented]
    schemas = Schemas(shape for endpoint in documented for shape in _shapes(endpoint))
    errors, links = ErrorResponses(dialect), Links(documented)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in documented:
        item = paths.setdefault(endpoint.route.template, {})
        example = examples.get(endpoint.route.name, {})
        operation = _operation(endpoint, schemas, errors, example, limit_headers(dialect))
        if leads_to := links.of(endpoint):
            operation["responses"][str(endpoint.status)]["links"] = leads_to
        item[endpoint.route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": dict(info),
        "servers": [{"url": server}],
        "security": [{"bearer": []}],
        "tags": list(_tags(documented)),
        "paths": paths,
        "components": {
            "schemas": {**schemas.components, "Problem": dialect.schema},
            "responses": errors.components,
            "links": links.components,
            "headers": {
                name: {
                    "description": text,
                    "schema": {"type": "integer" if name in RATE_HEADERS else "string"},
                }
                for name, text in _headers(documented, limit_headers(dialect)).items()
            },
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key of the organization and this product, or a token that a user signed in for.",
                }
            },
        },
    }


def _shapes(endpoint: Endpoint) -> Iterator[Any]:
    """Every type that the description of an operation shows."""
    if endpoint.body is not None:
        yield endpoint.body
    if endpoint.view is not None:
        yield endpoint.view
    yield from endpoint.route.answers.values()
    yield from (parameter.shape for parameter in (*endpoint.path, *endpoint.query))


def _headers(endpoints: Iterable[Endpoint], always: Iterable[str]) -> dict[str, str]:
    """What each header tells that some answer has."""
    limits = {name: RATE_HEADERS[name] for name in always}
    own = (endpoint.route.response_headers for endpoint in endpoints)
    return {name: text for told in (HEADERS, limits, *own) for name, text in told.items()}


def _tags(endpoints: Iterable[Endpoint]) -> Iterator[dict[str, str]]:
    """The resources, each with what the module says of it whose docstring begins with its address; modules of its parts alone say it where there is none."""
    told: dict[str, str] = {}
    for endpoint in endpoints:
        group = endpoint.route.group
        place, _, words = first_paragraph(sys.modules[endpoint.route.handler.__module__].__doc__).partition(
            ": "
        )
        if f"/{group}`" in place:
            told[group] = words
        elif not told.get(group):
            told[group] = words if f"/{group}/" in place else ""
    for name, text in sorted(told.items()):
        yield {"name": name, "description": text[:1].upper() + text[1:]}


def _operation(
    endpoint: Endpoint,
    schemas: Schemas,
    errors: ErrorResponses,
    example: Mapping[str, Any],
    always: Sequence[str] = (),
) -> dict[str, Any]:
    route = endpoint.route
    operation: dict[str, Any] = {
        "operationId": route.name,
        "tags": [route.group],
        "summary": route.summary,
        "description": _description(endpoint),
        "security": [{"bearer": []}] if route.scope else [],
        "responses": {
            str(endpoint.status): _success(endpoint, schemas, example, always),
            **errors.of(endpoint),
        },
    }
    if route.scope:
        operation["x-scope"] = route.permission
    if route.extension:
        operation["x-almoner-extension"] = True
    if parameters := list(_parameters(endpoint, schemas, example.get("parameters", {}))):
        operation["parameters"] = parameters
    for status, shape in route.answers.items():
        operation["responses"][str(status)] = {
            "description": first_paragraph(shape.__doc__),
            "headers": headers("X-Request-Id", "X-Ignored-Parameters"),
            "content": {JSON: {"schema": schemas.of(shape)}},
        }
        told = example.get("answer") if status == endpoint.status else getattr(shape, "EXAMPLE", None)
        if told is not None:
            operation["responses"][str(status)]["content"][JSON]["example"] = told
    if route.form:
        operation["requestBody"] = _form(route.form, example.get("body"))
    if endpoint.body is not None:
        content: dict[str, Any] = {"schema": schemas.of(endpoint.body)}
        if "body" in example:
            content["example"] = example["body"]
        operation["requestBody"] = {
            "required": not may_be_left_out(endpoint.body),
            "description": first_paragraph((body_item(endpoint.body) or endpoint.body).__doc__),
            "content": {JSON: content},
        }
    return operation


def _form(fields: Mapping[str, str], example: Any) -> dict[str, Any]:
    """The body of an operation that takes a form."""
    told = {name.rstrip("*"): {"type": "string", "description": text} for name, text in fields.items()}
    needed = [name.rstrip("*") for name in fields if name.endswith("*")]
    schema = {"type": "object", "required": needed, "properties": told}
    content = {"schema": schema} if example is None else {"schema": schema, "example": example}
    words = " ".join(f"`{name.rstrip('*')}`: {text}" for name, text in fields.items())
    return {"required": True, "description": f"A form. {words}", "content": {FORM: content}}


def _description(endpoint: Endpoint) -> str:
    """What the handler's docstring says, and what the caller must have."""
    route = endpoint.route
    said = [without_sources(route.handler.__doc__)]
    if route.extension:
        said.append("An extension: the product that is imitated does not have it.")
    if route.scope:
        said.append(f"Needs the scope `{route.permission}`.")
    return "\n\n".join(said)


def _parameters(
    endpoint: Endpoint, schemas: Schemas, examples: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    for where, parameters in (("path", endpoint.path), ("query", endpoint.query)):
        for parameter in parameters:
            told = _parameter(where, parameter, schemas)
            yield told if parameter.wire not in examples else {**told, "example": examples[parameter.wire]}
    if endpoint.route.honours_key:
        yield _IDEMPOTENCY_KEY


def _parameter(where: str, parameter: Parameter, schemas: Schemas) -> dict[str, Any]:
    schema = schemas.written(parameter.shape)
    description = schema.pop("description", None) or parameter.description
    if where == "path" and schema.get("type") == "integer":
        schema["minimum"] = 0
    if parameter.default is not REQUIRED and parameter.default is not None:
        schema["default"] = parameter.default
    is_required = parameter.default is REQUIRED
    return {
        "name": parameter.wire,
        "in": where,
        "required": is_required,
        "description": description,
        "schema": schema,
    }


def _told_of(view: Any) -> str:
    """What an answer is: of a list what each of it is, and of values that are no shapes that they are values."""
    each = get_args(view)[0] if get_origin(view) is list else view
    return first_paragraph(each.__doc__) if hasattr(each, "__struct_fields__") else "Values."


def _success(
    endpoint: Endpoint, schemas: Schemas, example: Mapping[str, Any], always: Sequence[str]
) -> dict[str, Any]:
    names = ["X-Request-Id", "X-Ignored-Parameters", *always, *endpoint.route.response_headers]
    if endpoint.route.method != "GET":
        names.append("X-Ignored-Fields")
    success: dict[str, Any] = {"description": "Done; nothing is sent back.", "headers": headers(*names)}
    if endpoint.view is not None:
        content: dict[str, Any] = {"schema": schemas.of(endpoint.view)}
        if "answer" in example:
            content["example"] = example["answer"]
        success["description"] = content["schema"].get("description") or _told_of(endpoint.view)
        success["content"] = {JSON: content}
    elif endpoint.route.media_type is not None:
        success["description"] = "The file."
        success["content"] = {endpoint.route.media_type: {"schema": {"type": "string", "format": "binary"}}}
    return success

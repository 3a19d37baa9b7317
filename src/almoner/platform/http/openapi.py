"""The OpenAPI document of a product: Litestar's, with errors, security, summaries and our own marks added."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Schema, Server
from litestar.openapi.spec.enums import OpenAPIType
from litestar.plugins import OpenAPISchemaPlugin
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition

from almoner.platform.http.pages import CRM_NAMES
from almoner.platform.http.problems import Dialect

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

_PAGE = {name.lower() for name in CRM_NAMES.values()}


class DecimalAsNumber(OpenAPISchemaPlugin):
    """Decimal fields are JSON numbers on our wire."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Whether this plugin describes the field."""
        return field_definition.annotation is Decimal

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        """A number."""
        return Schema(type=OpenAPIType.NUMBER)


def describe(
    title: str, version: str, prefix: str, routes: Sequence[HTTPRouteHandler], dialect: Dialect
) -> dict[str, Any]:
    """The OpenAPI 3.1 document of `routes`; operation ids are the names of the handler functions.

    Litestar describes an app of its own made for this: the serving one would also serve pages that load scripts
    from elsewhere.
    """
    config = OpenAPIConfig(
        title=title, version=version, servers=[Server(url=prefix)], operation_id_creator=_operation_id
    )
    app = Litestar(routes, openapi_config=config, plugins=[DecimalAsNumber()], logging_config=None)
    return _completed(app, dialect)


def _operation_id(handler: HTTPRouteHandler, _method: object, path: Sequence[object]) -> str:
    """The function's name; its second path and further ones add their number."""
    parts = "/" + "/".join(str(getattr(part, "full", part)) for part in path)
    paths = sorted(path.replace("{", "").replace("}", "") for path in handler.paths)
    number = paths.index(parts) + 1
    return handler.handler_name if number == 1 else f"{handler.handler_name}_{number}"


def _completed(app: Litestar, dialect: Dialect) -> dict[str, Any]:
    schema = app.openapi_schema.to_schema()
    components = schema.setdefault("components", {})
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    components.setdefault("schemas", {})["Problem"] = dialect.schema
    components["responses"] = {
        status: {"description": text, "content": {dialect.media_type: {"schema": _ref("schemas/Problem")}}}
        for status, text in _ERRORS.items()
        if status != "422" or dialect.invalid_status == 422
    }
    schema["security"] = [{"bearer": []}]
    for path, method, handler in _operations(app):
        _complete(schema["paths"][path][method], handler, dialect)
    return schema


def _operations(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if handler.resolve_include_in_schema():
                    yield route.path_format or "/", method.lower(), handler


def _complete(operation: dict[str, Any], handler: HTTPRouteHandler, dialect: Dialect) -> None:
    text = inspect.cleandoc(handler.fn.__doc__ or "")
    summary, _, description = text.partition("\n")
    operation["summary"] = summary.rstrip(".") or handler.handler_name
    if description.strip():
        operation["description"] = description.strip()
    if handler.opt.get("extension"):
        operation["x-almoner-extension"] = True
    if (wanted := handler.opt.get("scope")) is None:
        operation["security"] = []
    else:
        operation["security"] = [{"bearer": [wanted]}]
    operation["responses"][str(handler.status_code)]["description"] = "Done."
    for status in _possible_errors(operation, handler, dialect):
        operation["responses"][status] = _ref(f"responses/{status}")


def _possible_errors(operation: dict[str, Any], handler: HTTPRouteHandler, dialect: Dialect) -> Iterator[str]:
    yield from ("400", "500", "503")
    if handler.opt.get("scope") is not None:
        yield from ("401", "403")
    if any(_names_a_record(item) for item in operation.get("parameters", ())):
        yield "404"
    if "GET" not in handler.http_methods:
        yield "409"
    if "requestBody" in operation:
        yield from ("413", "415")
    if dialect.invalid_status == 422:
        yield "422"


def _names_a_record(parameter: dict[str, Any]) -> bool:
    return parameter["in"] == "path" or parameter["name"].lower() not in _PAGE


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{name}"}

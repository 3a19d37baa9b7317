"""One product's API as an ASGI app: its routes behind the common edge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from litestar import Litestar, get
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from almoner.kernel.errors import AlmonerError
from almoner.platform.database import Database
from almoner.platform.http.auth import Authenticate, check_token, scope
from almoner.platform.http.binding import bind
from almoner.platform.http.express import express_lanes
from almoner.platform.http.openapi import describe
from almoner.platform.http.pages import CRM_NAMES, RAISE_NAMES, PageParameters
from almoner.platform.http.problems import Dialect
from almoner.platform.http.requests import EdgeRequest
from almoner.platform.http.responses import JsonResponse, encode_json
from almoner.platform.http.tolerance import tolerant
from almoner.platform.settings import Settings


def product_app(  # noqa: PLR0913 - the composition root hands over each of these once
    *,
    name: str,
    title: str,
    version: str,
    routes: Sequence[HTTPRouteHandler],
    dialect: Dialect,
    db: Database,
    settings: Settings,
    authenticate: Authenticate,
    dependencies: Mapping[str, object] | None = None,
) -> ASGIApp:
    """The API of product `name` (`raise`, `crm`), with its OpenAPI document at `/openapi.json`.

    Handlers get `dependencies` by parameter name. Raises `ValueError` when a route declares no scope.
    """
    pages = PageParameters(RAISE_NAMES if name == "raise" else CRM_NAMES, settings)
    bound = [bind(route, db, dependencies or {}, pages, dialect.delete_status) for route in routes]
    documented = _document_route(lambda: describe(title, version, f"/{name}", bound, dialect))
    check = check_token(db, authenticate, name)
    app = Litestar(
        [*bound, bind(documented, db, {}, pages, 200)],
        before_request=check,
        exception_handlers=dict.fromkeys((AlmonerError, HTTPException, Exception), dialect.handle),
        request_class=EdgeRequest,
        response_class=JsonResponse,
        request_max_body_size=settings.body_bytes_max,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    return tolerant(app, dialect, express_lanes(app, check, dialect))


def _document_route(describe_routes: Callable[[], dict[str, Any]]) -> HTTPRouteHandler:
    @cache
    def text() -> bytes:
        return encode_json(describe_routes())

    @get("/openapi.json", opt=scope(None), include_in_schema=False)
    async def openapi_document() -> bytes:
        """This API's OpenAPI document."""
        return text()

    return openapi_document

"""One product's API as an ASGI app: its routes behind the common edge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from almoner.kernel.clock import Clock, SystemClock
from almoner.platform.database import Database
from almoner.platform.http.asgi import ASGIApp
from almoner.platform.http.auth import Authenticate, check_token
from almoner.platform.http.binding import Services
from almoner.platform.http.documents import SERVER, document
from almoner.platform.http.endpoint import Edge, Endpoint
from almoner.platform.http.metering import Meter
from almoner.platform.http.openapi import describe
from almoner.platform.http.originals import Original, coverage, operation_key, unserved
from almoner.platform.http.pages import CRM_NAMES, RAISE_NAMES, PageParameters
from almoner.platform.http.problems import Dialect
from almoner.platform.http.route import Route
from almoner.platform.http.router import routed_app
from almoner.platform.http.viewer import viewer_routes
from almoner.platform.rate_limits.service import RateLimiter
from almoner.platform.settings import Settings


def product_app(  # noqa: PLR0913 - the composition root hands over each of these once
    *,
    name: str,
    info: Mapping[str, Any],
    routes: Sequence[Route],
    dialect: Dialect,
    db: Database,
    settings: Settings,
    authenticate: Authenticate,
    originals: Sequence[Original] = (),
    examples: Mapping[str, Any] | None = None,
    services: Services | None = None,
    limiter: RateLimiter | None = None,
    elsewhere: Mapping[tuple[str, str], str] | None = None,
) -> ASGIApp:
    """The API of product `name` (`raise`, `crm`), with its OpenAPI document at `/openapi.json` and, at `/coverage.json`, what is served.

    `info` is what the document says of itself as a whole, `examples` a request and its answer by operation.
    `originals` are the operations of the product that is imitated: one that is not served says so. Handlers get
    `services` by the type they are filed under. Raises `ValueError` naming route and parameter when a handler asks for
    anything else, or the routes when two have a handler of the same name. With a `limiter` requests are counted, and answers say so.
    `elsewhere` tells by method and path where to go with what this product never had an operation for.
    """
    meter = None if limiter is None else Meter(limiter, authenticate, name)
    edge = Edge(
        product=name,
        db=db,
        services=services or {},
        pages=PageParameters(
            RAISE_NAMES if name == "raise" else CRM_NAMES,
            settings,
            dialect.take_default,
            dialect.page_refusal,
        ),
        check=check_token(db, authenticate, name, None if meter is None else meter.count),
        show_error=dialect.show_error,
        delete_status=dialect.delete_status,
        body_bytes_max=settings.body_bytes_max,
        clock=cast("Clock", (services or {}).get(Clock) or SystemClock()),
        keys_kept=timedelta(days=settings.idempotency_days),
    )
    _told_apart(routes)
    known = {original.key: original for original in originals}
    endpoints = [
        Endpoint(route, edge, known.get(operation_key(route.method, route.template))) for route in routes
    ]
    documents = {
        "/openapi.json": lambda: describe(info, SERVER, endpoints, dialect, examples or {}),
        "/coverage.json": lambda: coverage(name, originals, routes),
    }
    told = [document(path, make, name, settings) for path, make in documents.items()]
    told += viewer_routes(name, info["title"], settings)
    return routed_app(
        [*endpoints, *(Endpoint(route, edge) for route in told)],
        edge,
        unserved(originals, routes),
        meter,
        elsewhere,
    )


def _told_apart(routes: Sequence[Route]) -> None:
    names = Counter(route.name for route in routes)
    if twice := [str(route) for route in routes if names[route.name] > 1]:
        raise ValueError(
            f"operations of one name, which the document needs to tell apart: {'; '.join(twice)}"
        )

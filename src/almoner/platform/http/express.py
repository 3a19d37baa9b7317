"""The express lane: a hot route answered without the framework's routing, parameters and response building.

Token, body, errors and the handler itself are the very same; only what Litestar does around them is left out, which is
a third of a give's processor time in the web server (docs/decisions/0006-http-edge.md). A route takes it by
`opt=scope(..., express=True)`; it must have no path or query parameter and no `tx`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Receive, Scope, Send

from almoner.platform.http.problems import Dialect, requested_path
from almoner.platform.http.requests import EdgeRequest
from almoner.platform.http.responses import JsonResponse

Check = Callable[[Request[Any, Any, Any]], Awaitable[None]]
Lanes = dict[tuple[str, str], ASGIApp]
"""By method and path in its declared spelling."""


def express_lanes(app: Litestar, check: Check, dialect: Dialect) -> Lanes:
    """The hot routes of `app` as ASGI apps. Raises `ValueError` for a route that has parameters beside its body."""
    lanes: Lanes = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, model) in route.route_handler_map.items():
                if handler.opt.get("express"):
                    if route.path_parameters or model.expected_query_params:
                        raise ValueError(
                            f"route {route.path} has parameters: it cannot take the express lane"
                        )
                    lanes[str(method), route.path] = _lane(app, handler, check, dialect)
    return lanes


def _lane(app: Litestar, handler: HTTPRouteHandler, check: Check, dialect: Dialect) -> ASGIApp:
    async def answer(request: Request[Any, Any, Any]) -> Any:
        await check(request)
        result = await handler.fn(request=request, data=await request.json())
        response = result if isinstance(result, Response) else JsonResponse(result)
        return response.to_asgi_response(app, request)

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        scope.update(route_handler=handler, path_template=scope["path"], path_params={}, litestar_app=app)  # type: ignore[call-arg]
        scope.setdefault("state", {})
        try:
            reply = await answer(EdgeRequest(scope, receive, send))
        except Exception as error:  # noqa: BLE001 - the dialect tells the known and hides the unexpected
            reply = dialect.reply(error, requested_path(scope))
        await reply(scope, receive, send)

    return call

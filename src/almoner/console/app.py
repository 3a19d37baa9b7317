"""The console as one ASGI app: its routes behind the session check, with the same headers on every answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Litestar, get
from litestar.datastructures import MutableScopeHeaders
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect
from litestar.types import ASGIApp, Message, Receive, Send

from almoner.console import contacts, gifts, sign_in
from almoner.console.access import check_session
from almoner.console.assets import static_route
from almoner.console.rendering import ASSETS, show_error
from almoner.kernel.clock import Clock
from almoner.kernel.errors import AlmonerError
from almoner.platform.database import Database
from almoner.platform.http import scope
from almoner.platform.http.binding import bind
from almoner.platform.http.pages import RAISE_NAMES, PageParameters
from almoner.platform.settings import Settings

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def console_app(
    *, db: Database, settings: Settings, clock: Clock, public_url: str, dependencies: Mapping[str, object]
) -> ASGIApp:
    """The console under `/console`, with the addresses that `crmKeyUrls` promise. Handlers get `dependencies` by name."""
    pages = PageParameters(RAISE_NAMES, settings)
    services = {"db": db, "clock": clock, "settings": settings, "public_url": public_url, **dependencies}
    routes: Sequence[HTTPRouteHandler] = [
        home,
        *sign_in.routes,
        *gifts.routes,
        *contacts.routes,
        static_route(ASSETS),
    ]
    app = Litestar(
        [bind(route, db, services, pages, 200) for route in routes],
        before_request=check_session(db, clock, public_url),
        exception_handlers=dict.fromkeys((AlmonerError, HTTPException, Exception), show_error),
        request_max_body_size=settings.body_bytes_max,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    return _with_headers(app)


@get("/", opt=scope(None))
async def home() -> Redirect:
    """The console is what people come for."""
    return Redirect("/console/", status_code=303)


def _with_headers(app: ASGIApp) -> ASGIApp:
    async def guarded(scope: Any, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        # The web server drops the body of an answer to HEAD.
        scope["method"] = "GET" if scope["method"] == "HEAD" else scope["method"]
        await app(scope, receive, send_guarded)

    return guarded

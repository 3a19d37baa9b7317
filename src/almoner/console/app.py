"""The console as one ASGI app: its routes behind the session check, with the same headers on every answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from almoner.console import (
    account,
    contacts,
    crm_campaigns,
    crm_gift,
    crm_gifts,
    donors,
    gift,
    gift_list,
    gifts,
    needs,
    receipts,
    refunds,
    sign_in,
)
from almoner.console.access import check_session
from almoner.console.rendering import ASSETS, STATIC, show, show_error
from almoner.kernel.clock import Clock
from almoner.platform.accounts.sign_in import SignInDesk
from almoner.platform.database import Database
from almoner.platform.http import ASGIApp, Reply, Request, Route, Services, get
from almoner.platform.http.asgi import Message, Receive, Scope, Send
from almoner.platform.http.assets import static_route
from almoner.platform.http.endpoint import Edge, Endpoint
from almoner.platform.http.pages import RAISE_NAMES, PageParameters
from almoner.platform.http.router import routed_app
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
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


def console_app(
    *,
    db: Database,
    settings: Settings,
    clock: Clock,
    public_url: str,
    services: Services,
    desk: SignInDesk,
) -> ASGIApp:
    """The console under `/console`, with the addresses that `crmKeyUrls` promise. Handlers get `services` by type."""
    edge = Edge(
        product="",
        db=db,
        services=services,
        pages=PageParameters(RAISE_NAMES, settings),
        check=check_session(db, clock, public_url, desk),
        show_error=show_error,
        delete_status=200,
        body_bytes_max=settings.body_bytes_max,
        clock=clock,
        keys_kept=timedelta(days=settings.idempotency_days),
    )
    routes: Iterable[Route] = [
        home,
        *sign_in.routes,
        *account.routes,
        *gifts.routes,
        *gift_list.routes,
        *gift.routes,
        *refunds.routes,
        *needs.routes,
        *receipts.routes,
        *donors.routes,
        *contacts.routes,
        *crm_gifts.routes,
        *crm_gift.routes,
        *crm_campaigns.routes,
        static_route(ASSETS, STATIC),
    ]
    return _with_headers(routed_app([Endpoint(route, edge) for route in routes], edge))


@get("/", None)
async def home(request: Request) -> Reply:
    """Where everything is: a front page for whoever asks for the address alone."""
    return show(request, "home.html", title="Welcome")


def _with_headers(app: ASGIApp) -> ASGIApp:
    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                is_kept = any(name == b"cache-control" for name, _ in message["headers"])
                message["headers"] += _HEADERS if is_kept else [*_HEADERS, (b"cache-control", b"no-store")]
            await send(message)

        await app(scope, receive, send_guarded)

    return guarded

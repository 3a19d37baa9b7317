"""The one ASGI app of the web server: dispatch to the products and the console, health, metrics, request ids."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry

from almoner.kernel.errors import NotFound
from almoner.platform.http.addresses import PROXIES
from almoner.platform.http.asgi import ASGIApp, Message, Receive, Send
from almoner.platform.http.hosts import Hosts, dialect_named
from almoner.platform.http.inflight import InFlight
from almoner.platform.http.metrics import RequestMetrics, metrics_page, request_metrics
from almoner.platform.http.problems import RAISE
from almoner.platform.http.requests import header
from almoner.platform.http.responses import Reply
from almoner.platform.logger import Logger
from almoner.platform.networks import networks_in
from almoner.platform.settings import Settings
from almoner.platform.wire import encode_json

_LOG = Logger("almoner.http")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._\-]{1,128}")
_UNMATCHED = "unmatched"

Readiness = Callable[[], Awaitable[tuple[bool, Mapping[str, str]]]]
"""Whether the process can serve anybody, and each thing it needs, with `ok` or a sentence on what is missing."""


def root_app(
    *,
    raise_app: ASGIApp,
    crm_app: ASGIApp,
    console_app: ASGIApp | None,
    settings: Settings,
    readiness: Readiness,
    registry: CollectorRegistry = REGISTRY,
    inflight: InFlight | None = None,
) -> ASGIApp:
    """The app to serve: `/raise` and `/crm` in any case, or by host name; the rest is the console's.

    Also `/healthz` (the process is alive), `/readyz` (what is missing; 503 when nobody can be served) and `/metrics`.
    `inflight` knows the requests that are being answered, so that a stop can cut them off.
    """
    products = {"raise": raise_app, "crm": crm_app}
    own = {
        "/healthz": _health,
        "/readyz": _ready_check(readiness),
        "/metrics": metrics_page(registry, settings.metrics_token),
    }
    rest = console_app or _nothing_here
    root = _Root(products, own, rest, settings, request_metrics(registry), inflight or InFlight())

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await root.serve(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000, "reason": ""})

    return app


class _Root:
    def __init__(
        self,
        products: Mapping[str, ASGIApp],
        own: Mapping[str, ASGIApp],
        rest: ASGIApp,
        settings: Settings,
        metrics: RequestMetrics,
        inflight: InFlight,
    ) -> None:
        self._products = products
        self._own = own
        self._rest = rest
        self._metrics = metrics
        self._inflight = inflight
        self._hosts = Hosts(settings)
        self._proxies = networks_in(settings.trusted_proxies)
        self._logs_access = settings.log_level == "debug"

    async def serve(self, outer: Any, receive: Receive, send: Send) -> None:
        """Dispatch one request; the scope is copied, since what lies below rewrites it."""
        started = time.perf_counter()
        scope: Any = dict(outer)
        scope[PROXIES] = self._proxies
        name, app = self._destination(scope)
        sent_id = header(scope, b"x-request-id")
        request_id = sent_id if sent_id and _REQUEST_ID.fullmatch(sent_id) else secrets.token_hex(8).encode()
        scope["almoner.request_id"] = request_id.decode("ascii")
        status: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            await send(message)

        def answer(error: Exception) -> Awaitable[None]:
            return dialect_named(name).reply(error, scope["almoner.path"])(scope, receive, send_with_id)

        try:
            with self._inflight.counted():
                await app(scope, receive, send_with_id)
        except asyncio.CancelledError:
            if status is not None or not self._inflight.is_cut:
                raise
            await answer(self._inflight.cut_off(outer["method"]))
        except Exception as error:
            if status is not None:
                raise
            await answer(error)
        finally:
            seconds = time.perf_counter() - started
            route = scope.get("path_template") or _UNMATCHED
            self._metrics.observe(name, route, outer["method"], status or 0, seconds)
            if self._logs_access:
                self._log(scope, outer["method"], name, route, status or 0, seconds)

    def _destination(self, scope: dict[str, Any]) -> tuple[str, ASGIApp]:
        path = scope["path"]
        scope["almoner.path"] = path
        if (own := self._own.get(path)) is not None:
            scope["path_template"] = path
            return "server", own
        name, scope["path"] = self._hosts.product_of(path, header(scope, b"host"))
        return (name, self._products[name]) if name else ("console", self._rest)

    @staticmethod
    def _log(
        scope: dict[str, Any], method: str, product: str, route: str, status: int, seconds: float
    ) -> None:
        _LOG.debug(
            "request",
            method=method,
            product=product,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 3),
            request_id=scope["almoner.request_id"],
        )


async def _health(scope: Any, receive: Receive, send: Send) -> None:
    await Reply(200, encode_json({"status": "ok"}))(scope, receive, send)


async def _nothing_here(scope: Any, receive: Receive, send: Send) -> None:
    error = NotFound("Nothing is served at this address. The APIs are under /raise and /crm.")
    await RAISE.reply(error, scope["path"])(scope, receive, send)


def _ready_check(readiness: Readiness) -> ASGIApp:
    async def ready(scope: Any, receive: Receive, send: Send) -> None:
        serves, checks = await readiness()
        is_whole = serves and all(value == "ok" for value in checks.values())
        status = "ready" if is_whole else "degraded" if serves else "not ready"
        body = encode_json({"status": status, "checks": dict(checks)})
        await Reply(200 if serves else 503, body)(scope, receive, send)

    return ready

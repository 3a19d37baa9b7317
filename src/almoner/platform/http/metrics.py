"""Counts and times of requests, by product, route template and status, never by raw path; and the page that tells all figures."""

from __future__ import annotations

import hmac
import ipaddress
from functools import cache

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

from almoner.kernel.errors import Forbidden, Unauthenticated
from almoner.platform.http.asgi import ASGIApp, Receive, Scope, Send
from almoner.platform.http.auth import bearer_token
from almoner.platform.http.requests import header
from almoner.platform.http.responses import Reply

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_OTHER = "other"


class RequestMetrics:
    """The request counter and latency histogram of one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._count = Counter(
            "almoner_http_requests",
            "Requests answered.",
            ("product", "route", "method", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "almoner_http_request_seconds",
            "Time from a request's arrival to the end of its response, in seconds.",
            ("product", "route"),
            buckets=_BUCKETS,
            registry=registry,
        )
        self._counters: dict[tuple[str, str, str, int], Counter] = {}
        self._timers: dict[tuple[str, str], Histogram] = {}

    def observe(self, product: str, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request. `route` is a template, so there are only so many series."""
        method = method if method in _METHODS else _OTHER
        key = (product, route, method, status)
        if (counter := self._counters.get(key)) is None:
            counter = self._counters[key] = self._count.labels(product, route, method, str(status))
        if (timer := self._timers.get(key[:2])) is None:
            timer = self._timers[key[:2]] = self._seconds.labels(product, route)
        counter.inc()
        timer.observe(seconds)


@cache
def request_metrics(registry: CollectorRegistry) -> RequestMetrics:
    """The request metrics of `registry`, made once: a registry takes each name only once."""
    return RequestMetrics(registry)


_FORWARDED = (
    b"forwarded",
    b"via",
    b"x-forwarded",
    b"x-real-ip",
    b"x-client-ip",
    b"true-client-ip",
    b"cf-connecting",
)
"""How headers begin by which a proxy says that it asks for somebody else."""


def metrics_page(registry: CollectorRegistry, token: str) -> ASGIApp:
    """All figures of `registry`, for who brings `token`; without one, for callers on this machine alone.

    Raises `Unauthenticated` and `Forbidden`: the figures are of all organizations together.
    """

    async def metrics(scope: Scope, receive: Receive, send: Send) -> None:
        if token:
            if not hmac.compare_digest(bearer_token(scope["headers"]), token):
                raise Unauthenticated("This is not the metrics_token of the settings.")
        elif not _is_from_here(scope):
            raise Forbidden(
                "Metrics are told to this machine alone, asked as localhost, until the setting metrics_token names a token."
            )
        await Reply(200, generate_latest(registry), CONTENT_TYPE_LATEST)(scope, receive, send)

    return metrics


def _is_from_here(scope: Scope) -> bool:
    """Whether the connection comes from this machine and asks for this machine, and not from a proxy on it that asks for others."""
    client = scope.get("client")
    if client is None or any(name.startswith(_FORWARDED) for name, _ in scope["headers"]):
        return False
    host = (header(scope, b"host") or b"").decode("latin-1")
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return _is_loopback(client[0]) and (name.lower() == "localhost" or _is_loopback(name))


def _is_loopback(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback

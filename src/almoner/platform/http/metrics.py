"""Counts and times of requests, by product, route template and status; never by raw path."""

from __future__ import annotations

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram

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

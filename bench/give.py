"""Give through HTTP at 1, 8 and 64 connections, beside the bare driver, the ORM, and FastAPI over the ORM."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.prepare import Prepared, call, value
from bench.stand import Server, Stand, cpu_of, run_module

CALLERS = (1, 8, 64)
DRAIN_SECONDS_MAX = 60.0
HTTP, HTTP_SYNC = "almoner http, sync off", "almoner http, sync on"


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to write gifts at one number of callers. `run(seconds, seed)` answers one row of figures."""

    name: str
    callers: int
    run: Callable[[float, int], dict[str, Any]]


def measure(
    stand: Stand, seconds: float, rounds: int, chance: random.Random, callers: Sequence[int] = CALLERS
) -> list[dict[str, Any]]:
    """One row per variant and round; in every round the variants come in another order."""
    peer = stand.peer("bench.peers.fastapi_app", stand.quiet.at)
    variants = list(_variants(stand, peer, callers))
    rows = []
    for round_ in range(rounds):
        for variant in chance.sample(variants, len(variants)):
            figures = variant.run(seconds, chance.randrange(2**31))
            rows.append({"variant": variant.name, "callers": variant.callers, "round": round_, **figures})
    return rows


def _variants(stand: Stand, peer: Server, numbers: Sequence[int]) -> Iterator[Variant]:
    yield from almoner_variants(stand, stand.quiet, stand.main, numbers)
    for callers in numbers:
        yield Variant("fastapi + orm http", callers, _http(stand, peer, callers))
        yield Variant("orm, one a session", callers, _direct(stand, stand.quiet.at, "orm", callers))


def almoner_variants(
    stand: Stand, quiet: Server, syncing: Server, numbers: Sequence[int]
) -> Iterator[Variant]:
    """Every way into Almoner itself: its two servers, without and with sync workers, and the bare driver."""
    for callers in numbers:
        yield http_variant(stand, quiet, callers)
        yield sync_variant(stand, syncing, callers)
    yield from driver_variants(stand, quiet.at, numbers)


def driver_variants(stand: Stand, at: Prepared, numbers: Sequence[int]) -> Iterator[Variant]:
    """The bare driver, which needs no server of ours."""
    for callers in numbers:
        yield Variant("driver, one a call", callers, _direct(stand, at, "driver", callers, batch=1))
    yield Variant("driver, 64 a call", 2, _direct(stand, at, "driver", 2, batch=64))


def http_variant(stand: Stand, server: Server, callers: int) -> Variant:
    """Give through HTTP to a server without sync workers; other measurements set their figures beside it."""
    return Variant(HTTP, callers, _http(stand, server, callers))


def sync_variant(stand: Stand, server: Server, callers: int) -> Variant:
    """The same to one that syncs meanwhile."""
    return Variant(HTTP_SYNC, callers, _with_sync(stand, server, callers))


def _http(stand: Stand, server: Server, callers: int) -> Callable[[float, int], dict[str, Any]]:
    def run(seconds: float, seed: int) -> dict[str, Any]:
        arguments = ["--port", str(server.port), "--connections", str(callers)]
        arguments += ["--seconds", str(seconds), "--seed", str(seed)]
        with spent(stand, server) as figures:
            seen = run_module("bench.load", arguments, server.at.token)
        return figures(seen)

    return run


def _with_sync(stand: Stand, server: Server, callers: int) -> Callable[[float, int], dict[str, Any]]:
    run_http = _http(stand, server, callers)

    def run(seconds: float, seed: int) -> dict[str, Any]:
        figures = run_http(seconds, seed)
        left = backlog(server.at.dsn)
        _await_drained(server.at.dsn)
        return {**figures, "events_left": left}

    return run


def _direct(
    stand: Stand, at: Prepared, peer: str, callers: int, **options: object
) -> Callable[[float, int], dict[str, Any]]:
    def run(seconds: float, seed: int) -> dict[str, Any]:
        arguments = ["--dsn", at.dsn, "--organization", str(at.organization_id)]
        arguments += ["--callers", str(callers), "--seconds", str(seconds), "--seed", str(seed)]
        arguments += [part for name, value in options.items() for part in (f"--{name}", str(value))]
        with spent(stand, None) as figures:
            seen = run_module(f"bench.peers.{peer}", arguments)
        return figures(seen)

    return run


@contextmanager
def spent(stand: Stand, server: Server | None) -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """Add to what a client saw the microseconds of processor time a gift took in the web server and in PostgreSQL."""
    database = stand.postgres_cpu()
    web = cpu_of(server.process) if server else 0.0

    def figures(seen: dict[str, Any]) -> dict[str, Any]:
        if seen["errors"]:
            raise RuntimeError(f"{seen['errors']} of {seen['total']} gifts were refused")
        gifts = max(seen["total"], 1)
        web_cpu = (cpu_of(server.process) - web) / gifts * 1e6 if server else None
        return {
            "per_second": seen["per_second"],
            "p50_ms": seen["p50_ms"],
            "p99_ms": seen["p99_ms"],
            "client_cpu_us": seen["client_cpu_us"],
            "web_cpu_us": web_cpu,
            "postgres_cpu_us": (stand.postgres_cpu() - database) / gifts * 1e6,
        }

    yield figures


def backlog(dsn: str) -> int:
    """Events of the giving log that the sync has yet to read."""
    consumer = value(dsn, "SELECT max(consumer) FROM platform.event_cursor WHERE log = 'giving'")
    return int(call(dsn, "platform", "backlog", f"'giving', '{consumer}'"))


def _await_drained(dsn: str) -> None:
    deadline = time.monotonic() + DRAIN_SECONDS_MAX
    while backlog(dsn):
        if time.monotonic() > deadline:
            raise RuntimeError(f"the sync has events left after {DRAIN_SECONDS_MAX:.0f} s")
        time.sleep(0.05)

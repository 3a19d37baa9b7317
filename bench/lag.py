"""Lag from give to CRM at a steady rate: gifts leave on a timetable, whether or not earlier ones were answered.

Run as a process it sends the gifts and watches the CRM's table; `measure` starts it and reads what it saw.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import uvloop

from bench.load import requests
from bench.sample import percentiles
from bench.stand import Server, run_module

LOOK_SECONDS = 0.002
WAIT_SECONDS_MAX = 60.0
SHARES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}

RESPONSE, VISIBLE, NOTED = "timetable to answer", "answer to visible in the CRM", "noted by the sync"

_VISIBLE = """
SELECT transaction_id FROM crm.gift
WHERE organization_id = $1 AND transaction_source = 'RaiseDonors' AND transaction_id = ANY ($2)
"""
_NOTED = """
SELECT extract(epoch FROM changed_at - happened_at)::float8 * 1000 FROM sync.record
WHERE organization_id = $1 AND entity = 'gift' AND record_id = ANY ($2)
"""


@dataclass(slots=True)
class Seen:
    """Milliseconds of every gift: from its place on the timetable to its answer, and from its answer to the CRM."""

    response: list[float] = field(default_factory=list)
    visible: list[float] = field(default_factory=list)
    gift_ids: list[int] = field(default_factory=list)
    waiting: dict[str, float] = field(default_factory=dict)
    late_ms_max: float = 0.0
    failed: int = 0


def measure(server: Server, rate: int, seconds: float) -> list[dict[str, Any]]:
    """One row per way of measuring, on a server with sync workers."""
    arguments = ["--port", str(server.port), "--dsn", server.at.dsn]
    arguments += ["--organization", str(server.at.organization_id)]
    arguments += ["--rate", str(rate), "--seconds", str(seconds)]
    seen = run_module("bench.lag", arguments, server.at.token)
    if seen["failed"]:
        raise RuntimeError(f"{seen['failed']} gifts were refused or never came to the CRM")
    common = {"rate": rate, "gifts": seen["gifts"], "late_ms_max": seen["late_ms_max"]}
    return [{"variant": name, **common, **figures} for name, figures in seen["figures"].items()]


class _Lines:
    """Kept-alive connections; a gift that finds none free opens another, so that none waits for another's answer.

    The one that rested longest goes first: the server closes those that rest for five seconds.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._free: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = deque()

    async def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Send one request; answers status and body."""
        line = self._free.popleft() if self._free else await asyncio.open_connection(self._host, self._port)
        reader, writer = line
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        content = await reader.readexactly(length)
        self._free.append(line)
        return int(head[9:12]), content


async def _run(given: argparse.Namespace, source: Iterator[bytes]) -> dict[str, Any]:
    lines, seen = _Lines("127.0.0.1", given.port), Seen()
    conn = await asyncpg.connect(given.dsn)
    sending = asyncio.Event()
    watcher = asyncio.create_task(_watch(conn, given.organization, seen, sending))
    await _send(lines, source, given.rate, min(1.0, given.seconds), Seen())
    await _send(lines, source, given.rate, given.seconds, seen)
    sending.set()
    await watcher
    noted = [row[0] for row in await conn.fetch(_NOTED, given.organization, seen.gift_ids)]
    await conn.close()
    return {
        "gifts": len(seen.gift_ids),
        "failed": seen.failed + len(seen.waiting),
        "late_ms_max": seen.late_ms_max,
        "figures": {
            RESPONSE: _figures(seen.response),
            VISIBLE: _figures(seen.visible),
            NOTED: _figures(noted),
        },
    }


async def _send(lines: _Lines, source: Iterator[bytes], rate: int, seconds: float, seen: Seen) -> None:
    begin = time.perf_counter()
    tasks = []
    for number in range(int(rate * seconds)):
        due = begin + number / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        seen.late_ms_max = max(seen.late_ms_max, (time.perf_counter() - due) * 1e3)
        tasks.append(asyncio.create_task(_give(lines, next(source), due, seen)))
    await asyncio.gather(*tasks)


async def _give(lines: _Lines, request: bytes, due: float, seen: Seen) -> None:
    status, content = await lines.exchange(request)
    now = time.perf_counter()
    if status != 200:
        seen.failed += 1
        return
    gift_id = json.loads(content)["id"]
    seen.response.append((now - due) * 1e3)
    seen.gift_ids.append(gift_id)
    seen.waiting[str(gift_id)] = now


async def _watch(
    conn: asyncpg.Connection[Any], organization_id: int, seen: Seen, sent: asyncio.Event
) -> None:
    """Look for the gifts that were answered and are not in the CRM yet, until all were sent and found."""
    give_up = float("inf")
    while not (sent.is_set() and not seen.waiting) and time.perf_counter() < give_up:
        if sent.is_set():
            give_up = min(give_up, time.perf_counter() + WAIT_SECONDS_MAX)
        if seen.waiting:
            rows = await conn.fetch(_VISIBLE, organization_id, list(seen.waiting))
            now = time.perf_counter()
            seen.visible += [(now - seen.waiting.pop(row[0])) * 1e3 for row in rows]
        await asyncio.sleep(LOOK_SECONDS)


def _figures(values: list[float]) -> dict[str, float]:
    return dict(zip(SHARES, percentiles(values, *SHARES.values()), strict=True))


def main() -> None:
    """Run as a process: one JSON document out; the token comes on standard input."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--organization", type=int, required=True)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    given = parser.parse_args()
    source = requests(sys.stdin.readline().strip(), f"127.0.0.1:{given.port}", time.time_ns() % 2**31)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(_run(given, source))))


if __name__ == "__main__":
    main()

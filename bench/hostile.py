"""A hostile crowd and donors that somebody holds, beside honest gifts on a timetable: their time, the server's memory, what was lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import psutil

from bench.load import requests
from bench.prepare import value
from bench.sample import percentiles
from bench.stand import Server, stop

STUCK_DONORS = 5
STUCK_GIVES = 8
QUIET_SECONDS = 10.0
"""How long the honest are measured without the crowd, before it comes."""
TRY_AGAIN_SECONDS = 0.05
GIVE_UP_SECONDS = 30.0

_HELD = "SELECT FROM giving.donor WHERE organization_id = $1 AND email LIKE 'stuck-%' FOR UPDATE"
_STORED = "SELECT array_agg(idempotency_key) FROM giving.gift WHERE idempotency_key LIKE 'honest-%'"


@dataclass
class Honest:
    """What the honest saw: milliseconds from a gift's place on the timetable to its 200, tries included."""

    milliseconds: list[float] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    again: int = 0
    lost: int = 0

    def add(self, other: Honest) -> None:
        """Count what another time saw, too."""
        self.milliseconds += other.milliseconds
        self.answered += other.answered
        self.again += other.again
        self.lost += other.lost


@dataclass(frozen=True, slots=True)
class Measured:
    """A row for each time. `given_up`: gifts that had no 200 within `GIVE_UP_SECONDS`; `missing`: that had one, and are not stored."""

    rows: list[dict[str, Any]]
    given_up: int
    missing: int


@dataclass
class Giver:
    """Gives on a timetable over kept connections; a closed connection or a 503 is tried again under the same key."""

    server: Server
    seen: Honest = field(default_factory=Honest)
    _free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def give_on(self, rate: float, seconds: float, source: Any, first: int) -> int:
        """Give so many a second; answers how many."""
        begin, number = time.perf_counter(), int(rate * seconds)
        async with asyncio.TaskGroup() as gifts:
            for n in range(number):
                due = begin + n / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                gifts.create_task(self._give(next(source), first + n, due))
        return number

    async def _give(self, request: bytes, number: int, due: float) -> None:
        head, _, rest = request.partition(b"\r\n")
        keyed = b"%b\r\nIdempotency-Key: honest-%d\r\n%b" % (head, number, rest)
        while time.perf_counter() - due < GIVE_UP_SECONDS:
            try:
                async with asyncio.timeout(GIVE_UP_SECONDS):
                    status = await self._exchange(keyed)
            except (OSError, EOFError, TimeoutError):
                status = 0
            if status == 200:
                self.seen.milliseconds.append((time.perf_counter() - due) * 1000)
                self.seen.answered.append(number)
                return
            self.seen.again += 1
            await asyncio.sleep(TRY_AGAIN_SECONDS)
        self.seen.lost += 1

    async def _exchange(self, request: bytes) -> int:
        line = (
            self._free.pop() if self._free else await asyncio.open_connection("127.0.0.1", self.server.port)
        )
        reader, writer = line
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
        except BaseException:
            writer.close()
            raise
        if b"connection: close" in head.lower():
            writer.close()
        else:
            self._free.append(line)
        return int(head[9:12])


def measure(server: Server, seconds: float, rate: float, seed: int) -> Measured:
    """Quiet first; then beside the crowd: its coming, most of the time, its last minute, and all of it together."""
    return asyncio.run(_measure(server, seconds, rate, seed))


async def _measure(server: Server, seconds: float, rate: float, seed: int) -> Measured:
    source = requests(server.at.token, "bench", seed)
    process = psutil.Process(server.process.pid)
    quiet, whole, rows = Giver(server), Honest(), []
    given = await quiet.give_on(rate, QUIET_SECONDS, source, 0)
    rows.append(_row("quiet", quiet.seen, process))
    minute = min(60.0, seconds / 4)
    with _crowd(server) as crowd:
        async with _stuck(server):
            for name, length in (
                ("it comes", minute),
                ("it stays", seconds - 2 * minute),
                ("its end", minute),
            ):
                giver = Giver(server)
                given += await giver.give_on(rate, length, source, given)
                rows.append(_row(f"crowd, {name}", giver.seen, process))
                whole.add(giver.seen)
        if crowd.poll() is not None:
            raise SystemExit("the crowd went away before the end: what was measured means nothing")
    rows.append(_row("crowd, in all", whole, process))
    whole.add(quiet.seen)
    stored = set(await asyncio.to_thread(value, server.at.dsn, _STORED))
    missing = sum(f"honest-{number}" not in stored for number in whole.answered)
    return Measured(rows, given_up=whole.lost, missing=missing)


def _row(name: str, seen: Honest, process: psutil.Process) -> dict[str, Any]:
    p50, p99, most = percentiles(seen.milliseconds, 0.5, 0.99, 1.0)
    return {
        "when": name,
        "gifts": len(seen.milliseconds),
        "p50_ms": p50,
        "p99_ms": p99,
        "max_ms": most,
        "tried_again": seen.again,
        "given_up": seen.lost,
        "web_rss_mb": process.memory_info().rss / 1e6,
        "sockets": len(process.net_connections()),
    }


@contextmanager
def _crowd(server: Server) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "bench.foes", "--port", str(server.port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    try:
        assert process.stdin is not None
        process.stdin.write(server.at.token.encode() + b"\n")
        process.stdin.flush()
        yield process
    finally:
        stop(process)


@asynccontextmanager
async def _stuck(server: Server) -> AsyncIterator[None]:
    """Donors whose records another transaction holds, and gifts of theirs that come again and again."""
    giver = Giver(server)
    for n in range(STUCK_DONORS):
        await giver._exchange(_stuck_request(server, n))
    conn = await asyncpg.connect(server.at.dsn)
    async with conn.transaction():
        await conn.execute(_HELD, server.at.organization_id)
        tasks = [asyncio.create_task(_insist(server, n % STUCK_DONORS)) for n in range(STUCK_GIVES)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    await conn.close()


async def _insist(server: Server, donor: int) -> None:
    giver = Giver(server)
    while True:
        try:
            await giver._exchange(_stuck_request(server, donor))
        except (OSError, EOFError):
            await asyncio.sleep(TRY_AGAIN_SECONDS)


def _stuck_request(server: Server, donor: int) -> bytes:
    body = (
        '{"amount":10,"paymentMethodId":"tok_visa","paymentMethodType":0,"projects":[{"code":"bench-wells"}],'
        f'"donor":{{"email":"stuck-{donor}@example.org","firstName":"A","lastName":"B"}}}}'
    )
    head = (
        f"POST /raise/api/Raise/give HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {server.at.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()

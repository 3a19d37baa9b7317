"""What one run of one variant shows, and the closed loop that in-process peers share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sample:
    """Gifts a second, latency in milliseconds, all gifts sent (warm-up too), failures, the client's own CPU a gift."""

    per_second: float
    p50_ms: float
    p99_ms: float
    total: int
    errors: int
    client_cpu_us: float

    def document(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def percentiles(values: Sequence[float], *shares: float) -> list[float]:
    """The smallest value that at least `share` of `values` do not exceed, for each share; zeros when there are none."""
    ordered = sorted(values)
    return [ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0 for share in shares]


async def closed_loop(
    callers: int, warm_up: float, seconds: float, act: Callable[[], Awaitable[int]]
) -> Sample:
    """Call `act`, which answers how many gifts it wrote, from `callers` coroutines without pause."""
    begin = time.perf_counter() + warm_up
    end = begin + seconds
    latencies: list[float] = []
    counted, total = 0, 0

    async def caller() -> None:
        nonlocal counted, total
        while (started := time.perf_counter()) < end:
            gifts = await act()
            now = time.perf_counter()
            total += gifts
            if begin <= now < end:
                counted += gifts
                latencies.append(now - started)

    cpu = time.process_time()
    await asyncio.gather(*[caller() for _ in range(callers)])
    cpu = time.process_time() - cpu
    p50, p99 = percentiles(latencies, 0.5, 0.99)
    return Sample(counted / seconds, p50 * 1e3, p99 * 1e3, total, 0, cpu / max(total, 1) * 1e6)

"""Read the lag of gifts, apart by whether they went directly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from almoner.platform.database import Tx, load_queries
from almoner.sync.destinations import BUILTIN

_queries = load_queries(__file__)

LAG_GIFTS_MAX = 20_000
"""Gifts that a lag is told of, the latest ones: after an import a span may hold hundreds of thousands."""


@dataclass(frozen=True, slots=True)
class Lag:
    """Seconds from give to CRM of the gifts synced in a span: how many, and the 50th and 99th percentile."""

    at: datetime | None
    gifts: int
    p50_seconds: float
    p99_seconds: float


NO_GIFTS = Lag(None, 0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Lags:
    """The lag of gifts that went `directly`, and of those that `waited` until something was mended: a project, a contact, a pause."""

    directly: Lag
    waited: Lag


async def lag_by_second(tx: Tx, now: datetime, span: timedelta) -> list[Lag]:
    """Lag of each second of the last `span` in which gifts were synced that went directly, oldest first.

    Of the latest `LAG_GIFTS_MAX` gifts.
    """
    rows = await _queries.by_second(tx, destination=BUILTIN.name, since=now - span, most=LAG_GIFTS_MAX)
    return [Lag(row["at"], row["gifts"], *row["seconds"]) for row in rows]


async def lag_overall(tx: Tx, now: datetime, span: timedelta) -> Lags:
    """Lag of all gifts synced during the last `span`, or of the latest `LAG_GIFTS_MAX`; zeros when there are none."""
    rows = await _queries.overall(tx, destination=BUILTIN.name, since=now - span, most=LAG_GIFTS_MAX)
    found = {row["has_waited"]: Lag(None, row["gifts"], *row["seconds"]) for row in rows}
    return Lags(found.get(False, NO_GIFTS), found.get(True, NO_GIFTS))

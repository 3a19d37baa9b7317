"""Count requests against the hour's limit: each process takes portions of it from the database and counts those by itself.

All processes together never let more pass than the limit, for a request passes only on a portion that the database gave out. What a
process is told to remain may differ from the truth by what others hold or took since it last asked. Why: docs/decisions/0034.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from math import ceil, inf
from time import monotonic

import asyncpg
from prometheus_client import Counter

from almoner.kernel.clock import Clock
from almoner.kernel.errors import Unavailable
from almoner.platform.database import Database, Server, Tx, load_queries
from almoner.platform.database.trouble import AWAY
from almoner.platform.logger import Logger, error_facts
from almoner.platform.repeating import keep_looking

_queries = load_queries(__file__)
_log = Logger(__name__)

HOUR = 3600
IDLE_SECONDS = 5.0
"""After this time without a request a process gives back what it holds of an organization's hour."""
ASK_AGAIN_SECONDS = 1.0
"""How long a process refuses without asking: whether something was given back or the limit raised, or whether a database that failed is back."""
NEAR = 0.8
"""From this part of its hour on, an organization is told of as near its limit."""

REFUSED = Counter(
    "almoner_rate_limited", "Requests refused because their organization sent too many in an hour."
)
LEASES = Counter(
    "almoner_rate_limit_leases", "Portions of an organization's hour that were asked of the database."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an organization stands in its hour, after one request; `resets_at` and `seconds` say when the next hour begins."""

    limit: int
    remaining: int
    resets_at: int
    """Seconds since 1970."""
    seconds: int
    """Seconds from now, at least 1."""
    is_granted: bool
    """Whether the request is within the limit."""


@dataclass(frozen=True, slots=True)
class Near:
    """An organization that has used most of its hour."""

    organization_id: int
    per_hour: int
    leased: int


@dataclass(slots=True)
class _Lease:
    """What one process holds of one organization's hour."""

    limit: int = 0
    left: int = 0
    spare: int = 0
    """What nobody had taken when it was asked for."""
    hour: int = 0
    at: float = 0.0
    """The database's time when it was asked for, and the process's own."""
    read_at: float = 0.0
    used_at: float = 0.0
    failed_at: float = -inf
    """When the database last did not answer."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def resets_at(self) -> int:
        """When the hour ends, in seconds since 1970."""
        return (self.hour + 1) * HOUR


class RateLimiter:
    """The limit of `per_hour` requests for each organization that has none of its own.

    Hours are the database's: a clock of ours that jumps changes nothing. A `clock` that is given stands for it.
    """

    def __init__(self, db: Database, per_hour: int, clock: Clock | None = None) -> None:
        self._db = db
        self._per_hour = per_hour
        self._clock = clock
        self._leases: dict[int, _Lease] = {}

    async def take(self, organization_id: int) -> Standing:
        """Count one request of an organization.

        Raises what the database raises, when it must be asked and does not answer; `Unavailable` to all who waited for that answer.
        """
        lease = self._leases.get(organization_id)
        if lease is None:
            lease = self._leases[organization_id] = _Lease()
        if not lease.left or self._now(lease) >= lease.resets_at:
            await self._renew(organization_id, lease)
        standing = self._taken(lease)
        if not standing.is_granted:
            REFUSED.inc()
        return standing

    def take_in_hand(self, organization_id: int) -> Standing | None:
        """Count one request as far as this process holds something of the hour, without a question; None when it knows nothing of it."""
        lease = self._leases.get(organization_id)
        return None if lease is None or self._now(lease) >= lease.resets_at else self._taken(lease)

    def _taken(self, lease: _Lease) -> Standing:
        # Nobody else runs in between: what is left is taken by one request only.
        lease.used_at = monotonic()
        is_granted = lease.left > 0
        lease.left -= is_granted
        return self._standing(lease, is_granted)

    def _standing(self, lease: _Lease, is_granted: bool) -> Standing:
        seconds = max(1, ceil(lease.resets_at - self._now(lease)))
        return Standing(lease.limit, lease.left + lease.spare, lease.resets_at, seconds, is_granted)

    def _now(self, lease: _Lease) -> float:
        if self._clock is not None:
            return self._clock.now().timestamp()
        return lease.at + (monotonic() - lease.read_at)

    async def _renew(self, organization_id: int, lease: _Lease) -> None:
        """Ask for a portion, once for all who wait for one; not when there was none, or no answer, a moment ago."""
        async with lease.turn:
            if self._now(lease) < lease.resets_at and (
                lease.left or (not lease.spare and monotonic() - lease.read_at < ASK_AGAIN_SECONDS)
            ):
                return
            if monotonic() - lease.failed_at < ASK_AGAIN_SECONDS:
                raise Unavailable("The database does not answer. Try again shortly.")
            at = None if self._clock is None else self._clock.now()
            try:
                async with self._db.tenant(organization_id) as tx:
                    row = await _queries.lease(tx, default=self._per_hour, now=at)
            except Exception:
                lease.failed_at = monotonic()
                raise
            LEASES.inc()
            held = lease.left if row["hour"] == lease.hour else 0
            lease.limit, lease.left, lease.spare = row["per_hour"], held + row["leased"], row["spare"]
            lease.hour, lease.at, lease.read_at = row["hour"], row["at"], monotonic()

    async def keep(self) -> None:
        """Give back what lies idle, until cancelled."""
        await keep_looking(partial(self.give_back, IDLE_SECONDS), IDLE_SECONDS, "rate_limit_not_given_back")

    async def give_back(self, idle_seconds: float = 0.0) -> None:
        """Give back what organizations that have been still for so long did not use, so that other processes can."""
        still = monotonic() - idle_seconds
        for organization_id, lease in list(self._leases.items()):
            if lease.used_at > still or lease.turn.locked():
                continue
            unused, hour = lease.left, lease.hour
            del self._leases[organization_id]
            lease.left = 0  # first: whatever becomes of the statement, nothing is used twice
            if unused and self._now(lease) < lease.resets_at:
                async with self._db.tenant(organization_id) as tx:
                    await _queries.give_back(tx, unused=unused, hour=hour)

    async def stop(self, seconds: float) -> None:
        """Give back all that is held, as far as that takes no longer than `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self.give_back()
        except (OSError, asyncpg.PostgresError, *AWAY) as error:
            _log.warning("rate_limit_not_given_back", **error_facts(error))


async def set_limit(tx: Tx, per_hour: int | None) -> None:
    """Let the organization send so many requests in an hour; None is what the setting says. Processes follow with their next portion."""
    await _queries.set_limit(tx, per_hour=per_hour)


async def own_limit(tx: Tx, now: datetime) -> tuple[int | None, int]:
    """The organization's own limit, if it has one, and how many requests of the hour of `now` were given out to processes."""
    row = await _queries.standing(tx, now=now)
    return (None, 0) if row is None else (row["per_hour"], row["leased"])


async def near_limit(server: Server, per_hour: int, now: datetime) -> list[Near]:
    """Organizations on a server that have used up `NEAR` of the hour of `now`, the nearest to its end first."""
    async with server.system() as conn:
        return [Near(**row) for row in await _queries.near(conn, default=per_hour, part=NEAR, now=now)]

"""Time comes from a clock that is handed in, so that tests can move it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from almoner.kernel.errors import Invalid


class Clock(Protocol):
    """Anything that can tell the present instant."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that moves only when told to; for tests and simulations."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The instant this clock was last set to, in UTC."""
        return self._now

    def advance(self, step: timedelta) -> None:
        """Move by `step`; a negative step is a clock that lies."""
        self._now += step


def zone(name: str) -> ZoneInfo:
    """The IANA zone called `name`; `Invalid` on field `timeZone` when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid.field("timeZone", "UNKNOWN", f"'{name}' is not an IANA time zone.") from error


def local_day(instant: datetime, zone_name: str) -> date:
    """The calendar day of `instant` in the organization's zone: its gift, batch and receipt day."""
    return instant.astimezone(zone(zone_name)).date()

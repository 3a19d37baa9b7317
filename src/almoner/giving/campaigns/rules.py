"""A campaign as it is stored, and the history of its sync switch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign. `can_sync` holds for gifts made from now on; those made before keep what they were made with."""

    id: int
    name: str
    description: str | None
    start_at: datetime
    end_at: datetime | None
    giving_goal_minor: int | None
    total_gift_goal: int | None
    can_sync: bool
    crm_key: str | None
    created_at: datetime
    modified_at: datetime
    gifts: int
    donors: int
    raised_minor: int


@dataclass(frozen=True, slots=True)
class SyncChange:
    """One flip of `canSync`: when (UTC), to what, by whom and why."""

    changed_at: datetime
    can_sync: bool
    changed_by: str
    reason: str | None

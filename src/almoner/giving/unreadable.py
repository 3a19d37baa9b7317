"""What is left of a record that cannot be read in full."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """A donor or gift that has a value no program can hold, or lacks one that it must have; `lack` names the columns.

    `version` is 0 when it is unknown. `made_at` is UTC, the nearest instant that can be held. Of a gift, its money in minor units as
    far as it is known.
    """

    id: int
    donor_id: int
    version: int
    made_at: datetime
    lack: str | None
    currency: str | None = None
    amount_minor: int | None = None

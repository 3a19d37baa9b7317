"""Organizations of which somebody holds rows: they wait alone, and nobody else with them."""

from __future__ import annotations

from time import monotonic

CONFLICTS_MAX = 2
"""Donors of an organization who meet held rows one after another, until its others are not tried before the next look."""
HELD_SECONDS = 5.0
"""How long that is remembered after the last of them."""


class Held:
    """What one worker has met of late. It is no more than a hint: whoever forgets it meets the rows again."""

    def __init__(self) -> None:
        self._met: dict[int, tuple[int, float]] = {}

    def __contains__(self, organization_id: int) -> bool:
        """Whether donor after donor of the organization met held rows just now."""
        met, at = self._met.get(organization_id, (0, 0.0))
        if met and monotonic() - at > HELD_SECONDS:
            del self._met[organization_id]
            return False
        return met >= CONFLICTS_MAX

    def meet(self, organization_id: int) -> None:
        """A donor of the organization met a held row."""
        met, _ = self._met.get(organization_id, (0, 0.0))
        self._met[organization_id] = met + 1, monotonic()

    def free(self, organization_id: int) -> None:
        """A donor of the organization met none."""
        self._met.pop(organization_id, None)

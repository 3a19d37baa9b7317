"""The wire shape of what happened with a donor (the original's is unknown, choices.md)."""

from __future__ import annotations

from typing import Annotated, Any

from almoner.kernel.wire import utc_text
from almoner.platform.wire import Instant, View, fill, one_of

TYPES = (
    "DonorCreated",
    "GiftCreated",
    "GiftMovedToDonor",
    "GiftReceivedFromDonor",
    "DonorMergedIn",
    "MergedIntoDonor",
    "DonorParted",
    "CrmKeyChanged",
    "Erased",
)
"""What can happen with a donor."""


class DonorActivityView(View):
    """Something that happened with a donor."""

    date: Instant
    """When."""
    type: Annotated[str, one_of(TYPES)]
    """What."""
    gift_id: int | None
    """The gift that it is about."""
    other_donor_id: int | None
    """The other donor that it is about."""
    by: str | None
    """Who did it, where somebody did: the name of a user or of an API key."""
    reason: str | None
    """Why, as far as somebody said."""


def activity_view(row: Any) -> DonorActivityView:
    """A row of the activities as the wire has it."""
    return fill(DonorActivityView, row, date=utc_text(row["at"]))

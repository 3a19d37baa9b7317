"""The wire shape of a gift's move from one donor to another."""

from __future__ import annotations

from typing import Any

from almoner.kernel.wire import utc_text
from almoner.platform.wire import Instant, View, fill


class GiftTransferView(View):
    """A move of a gift from one donor to another."""

    id: int
    """The id of the move."""
    gift_id: int
    """The gift that moved."""
    from_donor_id: int
    """Whose it was."""
    to_donor_id: int
    """Whose it was then."""
    merge_id: int | None
    """The merge of two donors that moved it, or whose undoing did; null when somebody moved this gift alone."""
    moved_date: Instant
    """When it moved."""
    moved_by: str
    """Who moved it: the name of a user or of an API key."""
    reason: str | None
    """Why, as far as somebody said."""


def transfer_view(row: Any) -> GiftTransferView:
    """A row of the moves as the wire has it."""
    return fill(GiftTransferView, row, moved_date=utc_text(row["moved_at"]))

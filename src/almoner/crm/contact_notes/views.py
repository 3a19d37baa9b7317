"""The wire shape of a contact note (crm-api.md 8.3 and appendix A)."""

from __future__ import annotations

from typing import Any

from almoner.crm.wire import StampedView, short_text, stamps
from almoner.platform.wire import fill


class ContactNoteView(StampedView, kw_only=True):
    """A note about a contact. What this version does not keep is null."""

    id: int
    contact_id: int
    note_date: str
    type: str
    note: str
    important: bool
    is_private: bool
    created_by_avatar_url: str | None = None
    reminder: str | None = None


def note_view(row: Any) -> ContactNoteView:
    """A row of the table as the wire has it."""
    return fill(ContactNoteView, row, note_date=short_text(row["noted_on"]), **stamps(row))

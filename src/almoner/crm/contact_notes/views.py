"""The wire shape of a contact note (crm-api.md 8.3 and appendix A)."""

from __future__ import annotations

from typing import Annotated, Any

from almoner.crm.contact_notes.rules import TYPES
from almoner.crm.wire import StampedView, short_text, stamps
from almoner.platform.wire import fill, one_of


class ContactNoteView(StampedView, kw_only=True):
    """A note about a contact. What this version does not keep is null."""

    id: int
    """The id of the note."""
    contact_id: int
    """The contact that it is about."""
    note_date: str
    """The day of the note (`12/7/2023`)."""
    type: Annotated[str, one_of(TYPES)]
    """What kind of note it is."""
    note: str
    """The text."""
    important: bool
    """Whether it stands among the important ones."""
    is_private: bool
    """Whether it is left out of what others see."""
    created_by_avatar_url: str | None = None
    """A picture of who wrote it; not kept yet."""
    reminder: str | None = None
    """When to be reminded of it; not kept yet."""


def note_view(row: Any) -> ContactNoteView:
    """A row of the table as the wire has it."""
    return fill(ContactNoteView, row, note_date=short_text(row["noted_on"]), **stamps(row))

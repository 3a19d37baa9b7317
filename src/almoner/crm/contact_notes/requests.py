"""What comes in about contact notes (crm-api.md 8.3 and appendix A)."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from almoner.crm.contact_notes.rules import TYPES
from almoner.crm.wire import WrittenDay
from almoner.kernel.ids import ID_MAX
from almoner.platform.wire import Body, one_of


class ContactNoteChangeBody(Body):
    """What a note says from now on. What is left out is cleared, but for the day and the time spent (in minutes)."""

    type: Annotated[str, one_of(TYPES)]
    """What kind of note it is, in whatever case."""
    note: Annotated[str, Meta(max_length=20_000)]
    """The text."""
    note_date_time: WrittenDay | None = None
    """The day of the note; a time of day is ignored. Today, in the organization's zone, when a new note leaves it out."""
    important: bool = False
    """Whether it stands among the important ones."""
    private: bool = False
    """Another name of `isPrivate`: either makes the note private."""
    is_private: bool = False
    """Whether it is left out of what others see."""
    time_spent: Annotated[int, Meta(ge=0, le=2**31 - 1)] | UnsetType | None = UNSET
    """Minutes spent."""


class ContactNoteBody(ContactNoteChangeBody, kw_only=True):
    """A note to write."""

    contact_id: Annotated[int, Meta(ge=1, le=ID_MAX)]
    """The contact that it is about."""

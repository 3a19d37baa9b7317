"""What comes in about contact notes (crm-api.md 8.3 and appendix A)."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from almoner.platform.wire import Body


class ContactNoteChangeBody(Body):
    """What a note says from now on. What is left out is cleared, but for the day and the time spent (in minutes)."""

    type: str
    note: Annotated[str, Meta(max_length=20_000)]
    note_date_time: str | None = None
    important: bool = False
    private: bool = False
    is_private: bool = False
    time_spent: Annotated[int, Meta(ge=0, le=2**31 - 1)] | UnsetType | None = UNSET


class ContactNoteBody(ContactNoteChangeBody, kw_only=True):
    """A note to write."""

    contact_id: int

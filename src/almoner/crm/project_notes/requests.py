"""What comes in about project notes (crm-api.md appendix A)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.contact_notes.rules import TYPES
from almoner.crm.wire import RecordId
from almoner.platform.wire import Body, one_of


class ProjectNoteChangeBody(Body):
    """What a note says from now on. What is left out is cleared."""

    type: Annotated[str, one_of(TYPES)]
    """What kind of note it is, in whatever case."""
    note: Annotated[str, Meta(max_length=20_000)]
    """The text."""
    important: bool = False
    """Whether it stands among the important ones."""
    private: bool = False
    """Another name of `isPrivate`: either makes the note private."""
    is_private: bool = False
    """Whether it is left out of what others see."""
    contact_id: RecordId | None = None
    """A contact that it is about too."""


class ProjectNoteBody(ProjectNoteChangeBody, kw_only=True):
    """A note to write."""

    project_id: RecordId
    """The project that it is about."""

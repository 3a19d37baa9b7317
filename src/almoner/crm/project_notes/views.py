"""The wire shape of a project note (crm-api.md appendix A)."""

from __future__ import annotations

from typing import Annotated, Any

from almoner.crm.contact_notes.rules import TYPES
from almoner.crm.wire import StampedView, stamps
from almoner.platform.wire import fill, one_of


class ProjectNoteView(StampedView, kw_only=True):
    """A note about a project. What this version does not keep is null."""

    id: int
    """The id of the note."""
    project_id: int
    """An extension: the project that it is about."""
    contact_id: int | None
    """An extension: a contact that it is about too."""
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
    binary_path: str | None = None
    """Where a file that hangs on it is; not kept yet."""


def note_view(row: Any) -> ProjectNoteView:
    """A row of the table as the wire has it."""
    return fill(ProjectNoteView, row, **stamps(row))

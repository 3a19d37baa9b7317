"""Write and read the notes of projects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from almoner.crm.events import LOG
from almoner.crm.project_notes.rules import checked
from almoner.crm.project_notes.views import ProjectNoteView, note_view
from almoner.kernel.errors import FieldError, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries
from almoner.platform.records import Records, unknown

_queries = load_queries(__file__)

NOTES = Records(LOG, "crm.project_note", note_view)
SORTS = {"id": "id", "createddatetime": "created_at", "important": "important"}
"""`sortBy` names of a project's notes and the columns behind them."""


async def create_note(tx: Tx, said: Mapping[str, Any], now: datetime) -> ProjectNoteView:
    """Write a note of the fields `said`; `Invalid` names every broken one, or what is not there."""
    return await NOTES.make(tx, checked(said), now)


async def replace_note(tx: Tx, note_id: int, said: Mapping[str, Any], now: datetime) -> ProjectNoteView:
    """Let a note say what is `said`; `Invalid` names every broken field, `NotFound` a note that is not there."""
    return await NOTES.replace(tx, note_id, checked(said), now)


async def broken_in_note(tx: Tx, said: Mapping[str, Any]) -> list[FieldError]:
    """Everything that keeps a note from saying what is `said`, of a project or not; null stands for what could not be read."""
    return [
        *refused_by(checked, said),
        *await unknown(tx, "crm.project", {"projectId": said.get("project_id")}),
        *await unknown(tx, "crm.contact", {"contactId": said.get("contact_id")}),
    ]


async def list_notes(tx: Tx, project_id: int, paging: Paging) -> Page[ProjectNoteView]:
    """A page of a project's notes and how many there are."""
    return await NOTES.page(tx, _queries.chosen_of_project, paging, project_id=project_id)

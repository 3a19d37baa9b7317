"""Write and read the notes of contacts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from almoner.crm.contact_notes.rules import checked
from almoner.crm.contact_notes.views import ContactNoteView, note_view
from almoner.crm.events import LOG
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries
from almoner.platform.records import Records, unknown

_queries = load_queries(__file__)

NOTES = Records(LOG, "crm.contact_note", note_view, key="contact_id")
SORTS = {"id": "id", "notedate": "noted_on", "createddatetime": "created_at"}
"""`sortBy` names of a contact's notes (crm-api.md section 5) and the columns behind them."""


async def create_note(tx: Tx, said: Mapping[str, Any], now: datetime) -> ContactNoteView:
    """Write a note of the fields `said`; `Invalid` names every broken one, or a contact that is not there."""
    return await NOTES.make(tx, checked(said, local_day(now, tx.organization.time_zone)), now)


async def replace_note(tx: Tx, note_id: int, said: Mapping[str, Any], now: datetime) -> ContactNoteView:
    """Let a note say what is `said`; `Invalid` names every broken field, `NotFound` a note that is not there."""
    return await NOTES.replace(tx, note_id, checked(said), now)


async def broken_in_note(tx: Tx, said: Mapping[str, Any]) -> list[FieldError]:
    """Everything that keeps a note from saying what is `said`, of a contact or not; null stands for what could not be read."""
    strange = await unknown(tx, "crm.contact", {"contactId": said.get("contact_id")})
    return [*refused_by(checked, said), *strange]


async def list_notes(tx: Tx, contact_id: int, paging: Paging, *, important: bool) -> Page[ContactNoteView]:
    """A page of a contact's notes, or of its `important` ones, and how many there are."""
    return await NOTES.page(
        tx, _queries.chosen_of_contact, paging, contact_id=contact_id, important=important
    )

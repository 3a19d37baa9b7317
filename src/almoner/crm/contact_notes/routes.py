"""`/api/ContactNote`: write and read the notes of contacts."""

from __future__ import annotations

from almoner.crm.contact_notes import service
from almoner.crm.contact_notes.requests import ContactNoteBody, ContactNoteChangeBody
from almoner.crm.contact_notes.views import ContactNoteView
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, delete, get, post, put, routes_in
from almoner.platform.wire import CrmPage, said


@post("/api/ContactNote", "contact:write", judge=service.broken_in_note)
async def create_contact_note(tx: Tx, data: ContactNoteBody, clock: Clock) -> ContactNoteView:
    """Write a note about a contact."""
    return await service.create_note(tx, said(data), clock.now())


@get("/api/ContactNote/{note_id:int}", "contact:read")
async def get_contact_note(tx: Tx, note_id: int) -> ContactNoteView:
    """Read one note."""
    return await service.NOTES.one(tx, note_id)


@put("/api/ContactNote/{note_id:int}", "contact:write", judge=service.broken_in_note)
async def replace_contact_note(
    tx: Tx, note_id: int, data: ContactNoteChangeBody, clock: Clock
) -> ContactNoteView:
    """Replace what a note says; what is left out is cleared."""
    return await service.replace_note(tx, note_id, said(data), clock.now())


@delete("/api/ContactNote/{note_id:int}", "contact:write")
async def delete_contact_note(tx: Tx, note_id: int, clock: Clock) -> None:
    """Delete a note."""
    await service.NOTES.remove(tx, note_id, clock.now())


@get("/api/ContactNote/ByContact/{contact_id:int}", "contact:read", sorts=service.SORTS)
async def list_contact_notes(tx: Tx, contact_id: int, page: PageQuery) -> CrmPage[ContactNoteView]:
    """Page through the notes of a contact."""
    return CrmPage.of(await service.list_notes(tx, contact_id, page.checked(), important=False))


@get("/api/ContactNote/Important/ByContact/{contact_id:int}", "contact:read", sorts=service.SORTS)
async def list_important_contact_notes(tx: Tx, contact_id: int, page: PageQuery) -> CrmPage[ContactNoteView]:
    """Page through the important notes of a contact."""
    return CrmPage.of(await service.list_notes(tx, contact_id, page.checked(), important=True))


routes = routes_in(__name__)

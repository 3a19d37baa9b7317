"""`/api/ProjectNote`: write and read the notes of projects."""

from __future__ import annotations

from almoner.crm.contact_notes.rules import TYPES
from almoner.crm.project_notes import service
from almoner.crm.project_notes.requests import ProjectNoteBody, ProjectNoteChangeBody
from almoner.crm.project_notes.views import ProjectNoteView
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, delete, get, post, put, routes_in
from almoner.platform.wire import CrmPage, said


@post("/api/ProjectNote", "project:write", judge=service.broken_in_note)
async def create_project_note(tx: Tx, data: ProjectNoteBody, clock: Clock) -> ProjectNoteView:
    """Write a note about a project."""
    return await service.create_note(tx, said(data), clock.now())


@get("/api/ProjectNote/{note_id:int}", "project:read")
async def get_project_note(tx: Tx, note_id: int) -> ProjectNoteView:
    """Read one note."""
    return await service.NOTES.one(tx, note_id)


@put("/api/ProjectNote/{note_id:int}", "project:write", judge=service.broken_in_note)
async def replace_project_note(
    tx: Tx, note_id: int, data: ProjectNoteChangeBody, clock: Clock
) -> ProjectNoteView:
    """Replace what a note says; what is left out is cleared."""
    return await service.replace_note(tx, note_id, said(data), clock.now())


@delete("/api/ProjectNote/{note_id:int}", "project:write")
async def delete_project_note(tx: Tx, note_id: int, clock: Clock) -> None:
    """Delete a note."""
    await service.NOTES.remove(tx, note_id, clock.now())


@get("/api/ProjectNote/ByProject/{project_id:int}", "project:read", sorts=service.SORTS)
async def list_project_notes(tx: Tx, project_id: int, page: PageQuery) -> CrmPage[ProjectNoteView]:
    """Page through the notes of a project."""
    return CrmPage.of(await service.list_notes(tx, project_id, page.checked()))


@get("/api/ProjectNote/Types", "project:read")
async def list_project_note_types() -> list[str]:
    """List the kinds of notes."""
    return list(TYPES)


routes = routes_in(__name__)

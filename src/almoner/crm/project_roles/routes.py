"""`/api/ProjectRole`: the parts that contacts play in projects."""

from __future__ import annotations

from almoner.crm.project_roles import service
from almoner.crm.project_roles.errors import RoleTypeTaken
from almoner.crm.project_roles.requests import ProjectRoleBody, ProjectRoleChangeBody, ProjectRoleTypeBody
from almoner.crm.project_roles.views import (
    ProjectRoleRowView,
    ProjectRoleTypeView,
    ProjectRoleView,
    role_row,
)
from almoner.kernel.clock import Clock
from almoner.kernel.paging import Page
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, delete, get, post, put, routes_in
from almoner.platform.wire import CrmPage, said


@post("/api/ProjectRole", "project:write", judge=service.broken_in_role)
async def create_project_role(tx: Tx, data: ProjectRoleBody, clock: Clock) -> ProjectRoleView:
    """Give a contact a part in a project."""
    return await service.create_role(tx, said(data), clock.now())


@get("/api/ProjectRole/{project_role_id:int}", "project:read")
async def get_project_role(tx: Tx, project_role_id: int) -> ProjectRoleView:
    """Read one role."""
    return await service.read_role(tx, project_role_id)


@put("/api/ProjectRole/{project_role_id:int}", "project:write", judge=service.broken_in_role)
async def replace_project_role(
    tx: Tx, project_role_id: int, data: ProjectRoleChangeBody, clock: Clock
) -> ProjectRoleView:
    """Let a role be of another kind; project and contact stay."""
    return await service.replace_role(tx, project_role_id, said(data), clock.now())


@delete("/api/ProjectRole/{project_role_id:int}", "project:write")
async def delete_project_role(tx: Tx, project_role_id: int, clock: Clock) -> None:
    """Take a part from a contact."""
    await service.remove_role(tx, project_role_id, clock.now())


@get("/api/ProjectRole/ByContact/{contact_id:int}", "project:read", sorts=service.SORTS)
async def list_contact_project_roles(tx: Tx, contact_id: int, page: PageQuery) -> CrmPage[ProjectRoleRowView]:
    """Page through the parts that a contact plays."""
    roles = await service.list_of_contact(tx, contact_id, page.checked())
    return CrmPage.of(Page([role_row(role) for role in roles.items], roles.total))


@get("/api/ProjectRole/ByProject/{project_id:int}", "project:read", sorts=service.SORTS)
async def list_project_roles(tx: Tx, project_id: int, page: PageQuery) -> CrmPage[ProjectRoleRowView]:
    """Page through the parts in a project."""
    roles = await service.list_of_project(tx, project_id, page.checked())
    return CrmPage.of(Page([role_row(role) for role in roles.items], roles.total))


@get("/api/ProjectRole/Types", "project:read", sorts=service.TYPE_SORTS)
async def list_project_role_types(tx: Tx, page: PageQuery) -> CrmPage[ProjectRoleTypeView]:
    """Page through the kinds of parts that there are."""
    return CrmPage.of(await service.list_types(tx, page.checked()))


@post(
    "/api/ProjectRole/Types",
    "project:write",
    extension=True,
    raises=(RoleTypeTaken,),
    judge=service.broken_in_type,
)
async def create_project_role_type(tx: Tx, data: ProjectRoleTypeBody, clock: Clock) -> ProjectRoleTypeView:
    """Make a kind of part."""
    return await service.create_type(tx, said(data), clock.now())


@put(
    "/api/ProjectRole/Types/{project_role_type_id:int}",
    "project:write",
    extension=True,
    raises=(RoleTypeTaken,),
    judge=service.broken_in_type,
)
async def replace_project_role_type(
    tx: Tx, project_role_type_id: int, data: ProjectRoleTypeBody, clock: Clock
) -> ProjectRoleTypeView:
    """Give a kind of part another name, or let it be given no more. Whoever has it keeps it."""
    return await service.replace_type(tx, project_role_type_id, said(data), clock.now())


routes = routes_in(__name__)

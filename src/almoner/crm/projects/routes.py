"""`/api/Project`: make and read projects, open and close them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.projects import service
from almoner.crm.projects.catalog import PROJECTS
from almoner.crm.projects.errors import ProjectCodeTaken
from almoner.crm.projects.requests import ProjectBody, SearchBody
from almoner.crm.projects.views import ProjectBalanceView, ProjectView, project_balance
from almoner.kernel.clock import Clock
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import Request, WithHeaders, get, post, put, routes_in
from almoner.platform.query import QueryBody, QueryOptionsView, Window, options_view
from almoner.platform.query.serving import answered, query, search
from almoner.platform.wire import CrmPage, said


@post("/api/Project", "project:write", raises=(ProjectCodeTaken,), judge=service.broken_in_new)
async def create_project(tx: Tx, data: ProjectBody, clock: Clock) -> ProjectView:
    """Create a project. Without `projectCode` it is given one."""
    return await service.create_project(tx, said(data), clock.now())


@get("/api/Project/{project_id:int}", "project:read")
async def get_project(tx: Tx, project_id: int, clock: Clock) -> ProjectView:
    """Read one project."""
    return await service.read_project(tx, project_id, clock.now())


@get("/api/Project/Code/{project_code:str}", "project:read")
async def get_project_by_code(
    tx: Tx,
    project_code: Annotated[str, Meta(description="The code of the project, in whatever case.")],
    clock: Clock,
) -> ProjectView:
    """Read the project with this code, written in any case."""
    return await service.read_project_by_code(tx, project_code, clock.now())


@get("/api/Project/Types", "project:read")
async def list_project_types(tx: Tx) -> list[str]:
    """List the kinds of projects that the organization has, in its own words."""
    return await service.project_types(tx)


@get("/api/Project/QueryOptions", "project:read")
async def get_project_query_options() -> QueryOptionsView:
    """List what can be asked of projects."""
    return options_view(PROJECTS)


@query("/api/Project/Query", "project:read", PROJECTS)
async def query_projects(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock
) -> WithHeaders[CrmPage[ProjectView]]:
    """Find projects. Whether they are public, active or online plays a part only where it is asked for."""
    found = await service.query_projects(tx, data, window, clock.now())
    return answered(request, found, CrmPage.of, lambda project: project)


@search("/api/Project/Search", "project:read")
async def search_projects(
    tx: Snapshot,
    request: Request,
    data: SearchBody,
    window: Window,
    clock: Clock,
    hidden: Annotated[
        bool, Meta(description="An extension: whether to find those that are not public too.")
    ] = False,
) -> WithHeaders[CrmPage[ProjectView]]:
    """Find projects by a piece of their name or of one of their codes, in the order of names. Those that are not public are left out."""
    found = await service.search_projects(tx, data.search, window, clock.now(), hidden=hidden)
    return answered(request, found, CrmPage.of, lambda project: project)


@get("/api/Project/{project_id:int}/Balance", "project:read")
async def get_project_balance(tx: Tx, project_id: int, clock: Clock) -> ProjectBalanceView:
    """Read the balance and the giving totals of a project."""
    return project_balance(await service.read_project(tx, project_id, clock.now()))


@put("/api/Project/{project_id:int}/Active", "project:write", extension=True)
async def set_project_active(
    tx: Tx,
    project_id: int,
    active: Annotated[bool, Meta(description="Whether it takes designations from now on.")],
    clock: Clock,
) -> ProjectView:
    """Let a project take new designations, or no more."""
    return await service.set_active(tx, project_id, active=active, now=clock.now())


routes = routes_in(__name__)

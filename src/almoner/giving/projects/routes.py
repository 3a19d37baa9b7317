"""`/api/Project`: make and read giving projects."""

from __future__ import annotations

from almoner.giving.filtering import Filter
from almoner.giving.projects import service
from almoner.giving.projects.errors import ProjectCodeTaken
from almoner.giving.projects.requests import ProjectBody
from almoner.giving.projects.views import ProjectView
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, get, post, put, routes_in
from almoner.platform.wire import RaisePage, said


@post("/api/Project", "project:write", raises=(ProjectCodeTaken,), judge=service.broken_in_new)
async def create_project(tx: Tx, data: ProjectBody, clock: Clock) -> ProjectView:
    """Create a project."""
    return await service.create_project(tx, said(data), clock.now())


@get("/api/Project/{project_id:int}", "project:read")
async def get_project(tx: Tx, project_id: int) -> ProjectView:
    """Read one project."""
    return await service.PROJECTS.one(tx, project_id)


@put(
    "/api/Project/{project_id:int}",
    "project:write",
    raises=(ProjectCodeTaken, Conflict),
    judge=service.broken_in_new,
)
async def replace_project(tx: Tx, project_id: int, data: ProjectBody, clock: Clock) -> ProjectView:
    """Replace what a project says. An inactive one takes no gifts and keeps its history; none is deleted."""
    return await service.replace_project(tx, project_id, said(data), clock.now())


@get("/api/Project/list", "project:read", sorts=service.SORTS)
async def list_projects(tx: Tx, page: PageQuery, filter_: Filter = None) -> RaisePage[ProjectView]:
    """Page through projects."""
    return RaisePage.of(await service.list_projects(tx, page.checked(), filter_))


routes = routes_in(__name__)

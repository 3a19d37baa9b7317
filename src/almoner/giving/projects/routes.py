"""`/api/Project`: make and read giving projects."""

from __future__ import annotations

from almoner.giving.projects import service
from almoner.giving.projects.schemas import ProjectModel, ProjectRequest, project_model
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, get, post
from almoner.platform.wire import RaisePage


@post("/api/Project", "project:write", once=True)
async def create_project(tx: Tx, data: ProjectRequest, clock: Clock) -> ProjectModel:
    """Create a project."""
    return project_model(await service.create_project(tx, data, clock.now()))


@get("/api/Project/{project_id:int}", "project:read")
async def get_project(tx: Tx, project_id: int) -> ProjectModel:
    """Read one project."""
    return project_model(await service.read_project(tx, project_id))


@get("/api/Project/list", "project:read")
async def list_projects(tx: Tx, page: PageQuery) -> RaisePage[ProjectModel]:
    """Page through projects."""
    found = await service.list_projects(tx, page.checked(service.SORTS))
    return RaisePage(items=[project_model(project) for project in found.items], total=found.total)


routes = [create_project, get_project, list_projects]

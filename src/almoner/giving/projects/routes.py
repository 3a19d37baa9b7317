"""`/api/Project`: make and read giving projects."""

from __future__ import annotations

from litestar import get, post

from almoner.giving.projects import service
from almoner.giving.projects.schemas import ProjectList, ProjectModel, ProjectRequest, project_model
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import Once, PageQuery, scope


@post("/api/Project", opt=scope("project:write"))
async def create_project(tx: Tx, data: ProjectRequest, once: Once, clock: Clock) -> ProjectModel:
    """Create a project."""

    async def create() -> ProjectModel:
        return project_model(await service.create_project(tx, data, clock.now()))

    return await once(create, ProjectModel)


@get("/api/Project/{project_id:int}", opt=scope("project:read"))
async def get_project(tx: Tx, project_id: int) -> ProjectModel:
    """Read one project."""
    return project_model(await service.read_project(tx, project_id))


@get("/api/Project/list", opt=scope("project:read"))
async def list_projects(tx: Tx, page: PageQuery) -> ProjectList:
    """Page through projects."""
    found = await service.list_projects(tx, page.checked(service.SORTS))
    return ProjectList(items=[project_model(project) for project in found.items], total=found.total)


routes = [create_project, get_project, list_projects]

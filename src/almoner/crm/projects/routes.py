"""`/api/Project`: make and read projects, open and close them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.projects import service
from almoner.crm.projects.errors import ProjectCodeTaken
from almoner.crm.projects.requests import ProjectBody
from almoner.crm.projects.views import ProjectBalanceView, ProjectView, project_balance
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import get, post, put, routes_in
from almoner.platform.wire import said


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

"""Make and read projects."""

from __future__ import annotations

from datetime import datetime

from almoner.giving.projects.errors import ProjectCodeTaken
from almoner.giving.projects.rules import DEFAULT_CODE, DEFAULT_NAME, Project, name_and_code
from almoner.giving.projects.schemas import ProjectRequest
from almoner.kernel.errors import NotFound
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import fold_code
from almoner.platform.database import Tx, load_queries, read_page

_queries = load_queries(__file__)

SORTS = {"id": "id", "name": "name", "code": "code"}


async def create_project(
    tx: Tx, request: ProjectRequest, now: datetime, *, is_default: bool = False
) -> Project:
    """Make a project; `Invalid` names every broken field, `ProjectCodeTaken` a code in use, in whatever case."""
    name, code = name_and_code(request)
    project_id = await _queries.add_project(
        tx,
        name=name,
        code=code,
        code_key=fold_code(code),
        description=request.description,
        is_active=request.is_active,
        is_default=is_default,
        now=now,
    )
    if project_id is None:
        raise ProjectCodeTaken(code)
    return await read_project(tx, project_id)


async def create_default_project(tx: Tx, now: datetime) -> Project:
    """The project of gifts that name none (raise-api.md 3.7: every donation has a project)."""
    request = ProjectRequest(name=DEFAULT_NAME, code=DEFAULT_CODE)
    return await create_project(tx, request, now, is_default=True)


async def read_project(tx: Tx, project_id: int) -> Project:
    """One project; `NotFound` when this organization has none with this id."""
    row = await _queries.project_by_id(tx, id=project_id)
    if row is None:
        raise NotFound(f"There is no project {project_id}.")
    return Project(**row)


async def list_projects(tx: Tx, paging: Paging) -> Page[Project]:
    """A page of projects and how many there are."""
    return await read_page(tx, _queries.list_projects, paging, lambda row: Project(**row))

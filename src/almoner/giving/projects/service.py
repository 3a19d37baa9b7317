"""Make and read projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from almoner.giving.projects.errors import ProjectCodeTaken
from almoner.giving.projects.rules import DEFAULT, checked
from almoner.giving.projects.views import ProjectView, project_view
from almoner.kernel.errors import found
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, in_order, load_queries, read_page

_queries = load_queries(__file__)

SORTS = {"id": "id", "name": "name", "code": "code"}


async def records(tx: Tx, ids: Sequence[int]) -> list[ProjectView]:
    """Projects in the order of `ids`; unknown ids are left out. The one read of projects."""
    return [project_view(row) for row in in_order(await _queries.records(tx, ids=list(ids)), ids)]


async def create_project(tx: Tx, said: Mapping[str, Any], now: datetime) -> ProjectView:
    """Make a project of the fields `said`; `Invalid` names every broken one, `ProjectCodeTaken` a code in use."""
    row = {**checked(said), "created_at": now, "modified_at": now}
    project_id = await _queries.add_project(tx, row=row)
    if project_id is None:
        raise ProjectCodeTaken(row["code"])
    return await read_project(tx, project_id)


async def create_default_project(tx: Tx, now: datetime) -> ProjectView:
    """The project of gifts that name none."""
    return await create_project(tx, DEFAULT, now)


async def read_project(tx: Tx, project_id: int) -> ProjectView:
    """One project; `NotFound` when this organization has none with this id."""
    read = await records(tx, [project_id])
    return found(read[0] if read else None, "project", project_id)


async def list_projects(tx: Tx, paging: Paging) -> Page[ProjectView]:
    """A page of projects and how many there are."""
    return await read_page(tx, _queries.chosen, paging, records)

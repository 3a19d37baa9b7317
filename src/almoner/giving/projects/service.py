"""Make and read projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from almoner.giving.events import LOG
from almoner.giving.projects.errors import ProjectCodeTaken
from almoner.giving.projects.rules import DEFAULT, checked
from almoner.giving.projects.views import ProjectView, project_view
from almoner.kernel.errors import FieldError, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import fold_code
from almoner.platform.database import Tx, load_queries
from almoner.platform.records import Records

_queries = load_queries(__file__)

PROJECTS = Records(LOG, "giving.project", project_view)
SORTS = {"id": "id", "name": "name", "code": "code"}


async def create_project(tx: Tx, said: Mapping[str, Any], now: datetime) -> ProjectView:
    """Make a project of the fields `said`; `Invalid` names every broken one, `ProjectCodeTaken` a code in use."""
    row = checked(said)
    try:
        return await PROJECTS.make(tx, row, now)
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != "project_organization_id_code_key_key":
            raise
        raise ProjectCodeTaken(row["code"]) from None


async def broken_in_new(said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that `create_project` refuses; null stands for what could not be read."""
    return refused_by(checked, said)


async def create_default_project(tx: Tx, now: datetime) -> ProjectView:
    """The project of gifts that name none."""
    return await create_project(tx, DEFAULT, now)


async def list_projects(tx: Tx, paging: Paging) -> Page[ProjectView]:
    """A page of projects and how many there are."""
    return await PROJECTS.page(tx, _queries.chosen, paging)


async def list_open_projects(tx: Tx, but: Sequence[str], paging: Paging) -> Page[ProjectView]:
    """A page of the active projects and how many there are, without those of the folded codes `but`."""
    return await PROJECTS.page(tx, _queries.chosen_open, paging, but=list(but))


async def name_of(tx: Tx, code: str) -> str | None:
    """The name of the project with this code, in whatever case; None when there is none."""
    name: str | None = await _queries.name_by_code(tx, code_key=fold_code(code))
    return name

"""Make, read and change projects. None is deleted: gifts name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from almoner.giving.coded import code_once
from almoner.giving.events import LOG
from almoner.giving.projects.errors import ProjectCodeTaken
from almoner.giving.projects.rules import DEFAULT, FOR_COSTS, checked
from almoner.giving.projects.views import ProjectView, project_view
from almoner.kernel.errors import Conflict, FieldError, Invalid, found, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean, fold_code
from almoner.platform.database import Tx, load_queries
from almoner.platform.records import Records

_queries = load_queries(__file__)

PROJECTS = Records(LOG, "giving.project", project_view)
SORTS = {"id": "id", "name": "name", "code": "code", "sortorder": "sort_order", "createddate": "created_at"}


async def create_project(tx: Tx, said: Mapping[str, Any], now: datetime) -> ProjectView:
    """Make a project of the fields `said`; `Invalid` names every broken one, `ProjectCodeTaken` a code in use."""
    row = checked(said)
    await _let_go_of_default(tx, row, None, now)
    with code_once("project", row, ProjectCodeTaken):
        return await PROJECTS.make(tx, row, now)


async def replace_project(tx: Tx, project_id: int, said: Mapping[str, Any], now: datetime) -> ProjectView:
    """Let a project be as it is `said`; `NotFound` without it, `Conflict` for the one of processing costs, and as `create_project`.

    The default project stays so until another one is.
    """
    was = found(await _queries.kind_for_update(tx, id=project_id), "project", project_id)
    if was["is_for_costs"]:
        raise Conflict("The project of processing costs is kept by the program and cannot be changed.")
    row = _checked_change(said, is_default=was["is_default"])
    await _let_go_of_default(tx, row, project_id, now)
    with code_once("project", row, ProjectCodeTaken):
        return await PROJECTS.replace(tx, project_id, row, now)


def _checked_change(said: Mapping[str, Any], *, is_default: bool) -> dict[str, Any]:
    if is_default and said["is_default"] is False and said["is_active"] is False:
        text = "It is the default project: let another one be that first."
        raise Invalid("The project is not valid.", fields=(FieldError("isActive", "INCONSISTENT", text),))
    return checked({**said, "is_default": said["is_default"] or is_default})


async def _let_go_of_default(tx: Tx, row: Mapping[str, Any], project_id: int | None, now: datetime) -> None:
    """There is one default project: when another becomes it, the one of before is it no more."""
    if row.get("is_default"):
        before = await _queries.default_for_update(tx)
        if before is not None and before != project_id:
            await PROJECTS.change(tx, before, {"is_default": False}, now)


async def broken_in_new(said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that `create_project` refuses; null stands for what could not be read."""
    return refused_by(checked, said)


async def create_first_projects(tx: Tx, now: datetime) -> None:
    """The project of gifts that name none, and the one of the costs that donors cover."""
    await create_project(tx, DEFAULT, now)
    await create_project(tx, FOR_COSTS, now)


async def list_projects(tx: Tx, paging: Paging, filter_: str | None = None) -> Page[ProjectView]:
    """A page of projects, of those that hold `filter_`, and how many there are."""
    return await PROJECTS.page(tx, _queries.chosen, paging, filter=clean(filter_))


async def list_open_projects(tx: Tx, but: Sequence[str], paging: Paging) -> Page[ProjectView]:
    """A page of the active projects and how many there are, without those of the folded codes `but` and the one of processing costs."""
    return await PROJECTS.page(tx, _queries.chosen_open, paging, but=list(but))


async def name_of(tx: Tx, code: str) -> str | None:
    """The name of the project with this code, in whatever case; None when there is none."""
    name: str | None = await _queries.name_by_code(tx, code_key=fold_code(code))
    return name

"""Make and read projects; open and close them; prove their totals. What else changes of them is in `changes.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from almoner.crm.custom_fields.service import fields_of, parameters_of
from almoner.crm.events import LOG
from almoner.crm.nearest import nearest_ones
from almoner.crm.projects.catalog import PROJECTS
from almoner.crm.projects.errors import ProjectCodeTaken, code_taken
from almoner.crm.projects.rules import DEFAULT, FOR_COSTS, checked, code_from, free_code
from almoner.crm.projects.views import (
    ProjectBalanceView,
    ProjectView,
    balance_of,
    project_view,
)
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, Invalid, NotFound, only, refused_by
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.kernel.text import clean, fold_code
from almoner.platform.database import Tx, load_queries
from almoner.platform.query import ConditionBody, Found, GroupBody, Parameter, QueryBody, Window, run_query
from almoner.platform.records import unknown
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

SEARCHED = ("Project Name", "Project Code", "External Accounting Code", "Online Display Name")
"""What a search looks through."""

CODE_ATTEMPTS = 5
"""How often another free code is tried when others take it at the same moment."""


async def records(tx: Tx, ids: Sequence[int], now: datetime) -> list[ProjectView]:
    """Projects in the order of `ids`, with what their subtrees were given up to `now`; unknown ids are left out.

    The one read of projects. The year is the organization's present one.
    """
    home = tx.organization
    year = local_day(now, home.time_zone).year
    rows = await read_rows(_queries.records, tx, ids, year=year, now=now)
    tell = partial(project_view, currency=home.currency)
    return await tell_rows("crm.project", rows, ids, tell, ProjectView)


async def create_project(tx: Tx, said: Mapping[str, Any], now: datetime) -> ProjectView:
    """Make a project of the fields `said`; without a code it gets one from its name.

    `Invalid` names every broken field; `ProjectCodeTaken` when the given code is in use, in whatever case.
    """
    row = checked(said, tx.organization.currency, await fields_of(tx, "Project"))
    parent_id = row.get("parent_id")
    if strange := await _unknown_parent(tx, said):
        raise Invalid(strange[0].message, fields=tuple(strange))
    if parent_id is not None:
        await keep_tree(tx)
    project_id = await _add(tx, row, now)
    await _queries.add_ancestors(tx, id=project_id, parent_id=parent_id)
    await LOG.announce(tx, "project.created", project_id, now)
    return await read_project(tx, project_id, now)


async def broken_in_new(tx: Tx, said: Mapping[str, Any]) -> list[FieldError]:
    """Everything that keeps `create_project` from making a project of the fields `said`; null stands for what could not be read."""
    refused = refused_by(checked, said, tx.organization.currency, await fields_of(tx, "Project"))
    return [*refused, *await _unknown_parent(tx, said)]


async def create_first_projects(tx: Tx, now: datetime) -> None:
    """The project of gifts that name none, and the one of the costs that donors cover."""
    await create_project(tx, DEFAULT, now)
    await create_project(tx, FOR_COSTS, now)


async def read_project(tx: Tx, project_id: int, now: datetime) -> ProjectView:
    """One project; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [project_id], now), "project", project_id)


async def read_project_by_code(tx: Tx, code: str, now: datetime) -> ProjectView:
    """The project with this code, in whatever case; `NotFound` when there is none."""
    return await read_project(tx, await id_by_code(tx, code), now)


async def id_by_code(tx: Tx, code: str) -> int:
    """The id of the project with this code, in whatever case; `NotFound` when there is none."""
    project_id: int | None = await _queries.id_by_code(tx, code_key=fold_code(code))
    if project_id is None:
        raise NotFound(f"There is no project with this code.{await nearest_ones(tx, 'project code', code)}")
    return project_id


async def keep_tree(tx: Tx) -> None:
    """Hold the tree of projects as it is until the transaction ends, beside others who do: what counts above projects is written under it.

    Before anything else is locked.
    """
    await _queries.keep_tree(tx)


async def read_balance(tx: Tx, project_id: int, day: date | None) -> ProjectBalanceView:
    """What is in a project, what it was given and what it spent, now or at the end of a `day`; `NotFound` without the project.

    Of a day: by the tree as it was then, and gifts up to it, as they are known today.
    """
    rows = await (
        _queries.balance_now(tx, id=project_id)
        if day is None
        else _queries.balance_on(tx, id=project_id, day=day)
    )
    only(rows, "project", project_id)
    return balance_of(rows, tx.organization.currency)


async def query_projects(tx: Tx, body: QueryBody, window: Window, now: datetime) -> Found[ProjectView]:
    """The projects that a query wants; `BadQuery` names everything that is wrong with it."""
    more = await own_parameters(tx)
    return await run_query(tx, PROJECTS, body, window, partial(records, now=now), now, more)


async def own_parameters(tx: Tx) -> Mapping[str, Parameter]:
    """What can be asked of the organization's own fields of projects."""
    return await parameters_of(tx, "Project", "p.custom_values")


async def search_projects(
    tx: Tx, text: str, window: Window, now: datetime, *, hidden: bool
) -> Found[ProjectView]:
    """Projects whose name or one of whose codes holds `text`, in whatever case; those that are not public only with `hidden`."""
    shown = [] if hidden else [ConditionBody(parameter="Is Public", operator="IsTrue")]
    named = clean(text) and [
        [ConditionBody(parameter=name, operator="Contains", value=text)] for name in SEARCHED
    ]
    groups = [GroupBody(conditions=[*shown, *each]) for each in named or [[]]]
    return await query_projects(tx, QueryBody(groups=groups, sort_by="Name"), window, now)


async def project_types(tx: Tx) -> list[str]:
    """The kinds of projects that the organization has, in its own words."""
    return [row["type"] for row in await _queries.types(tx)]


async def set_active(tx: Tx, project_id: int, *, active: bool, now: datetime) -> ProjectView:
    """Let a project take new designations, or no more; it keeps those it has. Saying so twice changes nothing."""
    version = await _queries.set_active(tx, id=project_id, active=active, now=now)
    if version is not None:
        old = {"isActive": not active}
        await LOG.announce(tx, "project.updated", project_id, now, version=version, data=old)
    return await read_project(tx, project_id, now)


async def totals_are_exact(tx: Tx) -> list[FigureDifference]:
    """Every project, currency and year (or all years) whose kept sum, gifts and givers are not those of its subtree's gifts.

    Empty when all are. Reads every gift.
    """
    return differences_in(await _queries.total_differences(tx))


async def _unknown_parent(tx: Tx, said: Mapping[str, Any]) -> list[FieldError]:
    return await unknown(tx, "crm.project", {"parentId": said.get("parent_id")})


async def _add(tx: Tx, row: dict[str, Any], now: datetime) -> int:
    """The id of the new project under the code it asks for, or under the first free one that its name suggests."""
    asked = row["project_code"]
    for _ in range(1 if asked else CODE_ATTEMPTS):
        row["project_code"] = code = asked or await _free_code(tx, row["name"])
        stored = {**row, "code_key": fold_code(code), "created_at": now, "modified_at": now}
        project_id: int | None = await _queries.add_project(tx, row=stored)
        if project_id is not None:
            return project_id
    raise ProjectCodeTaken(code_taken(row["project_code"]))


async def _free_code(tx: Tx, name: str) -> str:
    base = code_from(name)
    await _queries.hold_codes(tx, base=fold_code(base))
    rows = await _queries.codes_like(tx, base=fold_code(base))
    return free_code(base, {row["code_key"] for row in rows})


async def recount_projects(tx: Tx) -> None:
    """Make the kept figures of projects anew from the gifts, which wait until the transaction ends. Reads every gift."""
    await _queries.recount(tx)

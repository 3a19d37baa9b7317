"""Make and read projects; open and close them; prove their totals."""

from __future__ import annotations

from datetime import date, datetime

from almoner.crm.projects.errors import ProjectCodeTaken
from almoner.crm.projects.rules import (
    DEFAULT_CODE,
    DEFAULT_NAME,
    Draft,
    Figures,
    Project,
    code_from,
    draft,
    free_code,
)
from almoner.crm.projects.schemas import ProjectCreateBody
from almoner.kernel.clock import local_day
from almoner.kernel.errors import Invalid, NotFound
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.kernel.text import fold_code
from almoner.platform.database import Tx, load_queries

_queries = load_queries(__file__)

CODE_ATTEMPTS = 5
"""How often another free code is tried when others take it at the same moment."""


async def create_project(tx: Tx, request: ProjectCreateBody, now: datetime) -> Project:
    """Make a project; without a code it gets one from its name.

    `Invalid` names every broken field; `ProjectCodeTaken` when the given code is in use, in whatever case.
    """
    checked = draft(request, tx.organization.currency)
    if request.parent_id is not None and not await _queries.has_project(tx, id=request.parent_id):
        raise Invalid.field("parentId", "UNKNOWN", f"There is no project {request.parent_id}.")
    project_id = await _add(tx, request, checked, now)
    await _queries.add_ancestors(tx, id=project_id, parent_id=request.parent_id)
    await _announce(tx, "project.created", project_id, now)
    return await read_project(tx, project_id)


async def create_default_project(tx: Tx, now: datetime) -> Project:
    """The project of gifts that name none, under the code that giving's default has."""
    return await create_project(tx, ProjectCreateBody(name=DEFAULT_NAME, project_code=DEFAULT_CODE), now)


async def read_project(tx: Tx, project_id: int) -> Project:
    """One project with its totals; `NotFound` when this organization has none with this id."""
    project = await _find(tx, project_id=project_id)
    if project is None:
        raise NotFound(f"There is no project {project_id}.")
    return project


async def read_project_by_code(tx: Tx, code: str) -> Project:
    """The project with this code, in whatever case; `NotFound` when there is none."""
    project = await _find(tx, code_key=fold_code(code))
    if project is None:
        raise NotFound("There is no project with this code.")
    return project


async def read_figures(tx: Tx, project: Project, now: datetime) -> Figures:
    """Givers of `project` and what it got in the organization's present calendar year, counted over its gifts."""
    year = local_day(now, tx.organization.time_zone).year
    row = await _queries.figures(
        tx,
        id=project.id,
        currency=project.currency,
        from_day=date(year, 1, 1),
        before_day=date(year + 1, 1, 1),
    )
    return Figures(**row)


async def set_active(tx: Tx, project_id: int, *, active: bool, now: datetime) -> Project:
    """Let a project take new designations, or no more; it keeps those it has. Saying so twice changes nothing."""
    changed = await _queries.set_active(tx, id=project_id, active=active, now=now)
    if changed is not None:
        await _announce(tx, "project.updated", project_id, now)
    return await read_project(tx, project_id)


async def totals_are_exact(tx: Tx) -> list[FigureDifference]:
    """Every project, currency and year (or all years) whose kept sum, gifts and givers are not those of its subtree's gifts.

    Empty when all are. Reads every gift.
    """
    return differences_in(await _queries.total_differences(tx))


async def _find(tx: Tx, *, project_id: int | None = None, code_key: str | None = None) -> Project | None:
    currency = tx.organization.currency
    row = await _queries.find_project(tx, id=project_id, code_key=code_key, currency=currency)
    return None if row is None else Project(**row)


async def _add(tx: Tx, request: ProjectCreateBody, checked: Draft, now: datetime) -> int:
    """The id of the new project under the code it asks for, or under the first free one that its name suggests."""
    code = checked.code or ""
    for _ in range(1 if checked.code else CODE_ATTEMPTS):
        code = checked.code or await _free_code(tx, checked.name)
        project_id: int | None = await _insert(tx, request, checked, code, now)
        if project_id is not None:
            return project_id
    raise ProjectCodeTaken(code)


async def _free_code(tx: Tx, name: str) -> str:
    base = code_from(name)
    rows = await _queries.codes_like(tx, base_key=fold_code(base))
    return free_code(base, {row["code_key"] for row in rows})


async def _insert(tx: Tx, request: ProjectCreateBody, checked: Draft, code: str, now: datetime) -> int | None:
    """The new id; None when the code is in use."""
    project_id: int | None = await _queries.add_project(
        tx,
        name=checked.name,
        code=code,
        code_key=fold_code(code),
        external_accounting_code=request.external_accounting_code,
        revenue_accounting_code=request.revenue_accounting_code,
        online_display_name=request.online_display_name,
        description=request.description,
        type=request.type,
        location=request.location,
        inventory_status=request.inventory_status,
        parent_id=request.parent_id,
        is_public=request.is_public,
        is_active=request.is_active,
        is_available_online=request.is_available_online,
        is_tax_deductible=request.is_tax_deductible,
        is_limited_to_financial_need=request.is_limited_to_financial_need,
        is_restricted_to_gift_specifications=request.is_restricted_to_gift_specifications,
        treat_as_accounts_payable=request.treat_as_accounts_payable,
        beginning_balance_minor=checked.beginning_balance_minor,
        financial_need_minor=checked.financial_need_minor,
        financial_need_type=request.financial_need_type,
        financial_need_frequency=request.financial_need_frequency,
        duration_type=request.duration_type,
        start_on=checked.start_on,
        end_on=checked.end_on,
        now=now,
    )
    return project_id


async def _announce(tx: Tx, kind: str, project_id: int, now: datetime) -> None:
    await _queries.add_project_event(tx, kind=kind, id=project_id, now=now)

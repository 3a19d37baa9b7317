"""`/api/ProjectExpense`: what projects spend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from msgspec import Meta

from almoner.crm.project_expenses import service
from almoner.crm.project_expenses.requests import (
    ProjectExpenseBatchBody,
    ProjectExpenseBody,
    ProjectExpenseChangeBody,
)
from almoner.crm.project_expenses.views import ProjectExpenseView
from almoner.kernel.clock import Clock
from almoner.kernel.errors import FieldError
from almoner.kernel.ids import ID_MAX
from almoner.kernel.paging import SKIP_MAX
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, get, post, put, routes_in
from almoner.platform.wire import CrmPage, said


async def broken_in_expense(tx: Tx, fields: Mapping[str, Any], clock: Clock) -> list[FieldError]:
    """See `service.broken_in_expense`."""
    return await service.broken_in_expense(tx, fields, clock.now())


@post("/api/ProjectExpense", "project:write", judge=broken_in_expense)
async def create_project_expense(tx: Tx, data: ProjectExpenseBody, clock: Clock) -> ProjectExpenseView:
    """Enter what a project spent: it lowers the current balance of the project and of all above it."""
    return await service.enter_expense(tx, said(data), clock.now())


def expenses_of(data: ProjectExpenseBatchBody) -> list[dict[str, Any]]:
    """What each expense of a batch says; of one that could not be read, nothing."""
    unread: Sequence[ProjectExpenseBody | None] | None = data.project_expenses
    return [{} if one is None else said(one) for one in unread or ()]


async def broken_in_batch(tx: Tx, data: ProjectExpenseBatchBody, clock: Clock) -> list[FieldError]:
    """See `service.broken_in_batch`."""
    return await service.broken_in_batch(tx, expenses_of(data), clock.now())


@post("/api/ProjectExpense/Batch", "project:write", judge=broken_in_batch)
async def create_project_expenses(
    tx: Tx, data: ProjectExpenseBatchBody, clock: Clock
) -> list[ProjectExpenseView]:
    """Enter up to 1,000 expenses, all or none: when one is broken, all that is broken in any is named.

    The original answers nothing; here they are told as they were entered.
    """
    return await service.enter_batch(tx, expenses_of(data), clock.now())


@get("/api/ProjectExpense/{project_expense_id:int}", "project:read")
async def get_project_expense(tx: Tx, project_expense_id: int) -> ProjectExpenseView:
    """Read one expense."""
    return await service.read_expense(tx, project_expense_id)


@put("/api/ProjectExpense/{project_expense_id:int}", "project:write", judge=broken_in_expense)
async def replace_project_expense(
    tx: Tx, project_expense_id: int, data: ProjectExpenseChangeBody, clock: Clock
) -> ProjectExpenseView:
    """Replace an expense; what is left out is cleared, but for the day. The project stays. An amount of zero takes it back."""
    return await service.replace_expense(tx, project_expense_id, said(data), clock.now())


@get("/api/ProjectExpense", "project:read", sorts=service.SORTS)
async def list_project_expenses(
    tx: Tx,
    page: PageQuery,
    project_id: Annotated[int, Meta(ge=1, le=ID_MAX, description="The project, by its id.")] | None = None,
    project_code: Annotated[
        str | None, Meta(description="The project, by its code in whatever case, when no id is given.")
    ] = None,
    filter_: Annotated[
        str | None, Meta(description="A piece of the account or the description, in whatever case.")
    ] = None,
    count: Annotated[
        int,
        Meta(
            ge=0, le=SKIP_MAX, description="How many were read before: as many are left out, as with `skip`."
        ),
    ] = 0,
) -> CrmPage[ProjectExpenseView]:
    """Page through what a project spent. The original pages with `take` and `count`; `skip` is read too."""
    paging = page.checked()
    paging = replace(paging, skip=paging.skip + count)
    return CrmPage.of(await service.list_expenses(tx, project_id, project_code, filter_, paging))


routes = routes_in(__name__)

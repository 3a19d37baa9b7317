"""Enter, change and read what projects spend; prove the figures that are kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from almoner.crm.events import LOG
from almoner.crm.project_expenses.requests import BATCH_MAX
from almoner.crm.project_expenses.rules import checked
from almoner.crm.project_expenses.views import ProjectExpenseView, expense_view
from almoner.crm.projects.service import id_by_code, keep_tree
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, Invalid, NotFound, found, only, refused_by
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean, fold
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.records import Table, unknown
from almoner.platform.telling import read_rows, tell_rows
from almoner.platform.wire import encode_json

_queries = load_queries(__file__)

EXPENSES = Table(LOG, "crm.project_expense")
SORTS = {
    "id": "id",
    "expensedate": "spent_on",
    "expenseamount": "amount_minor",
    "createddatetime": "created_at",
}


async def records(tx: Tx, ids: Sequence[int]) -> list[ProjectExpenseView]:
    """Expenses in the order of `ids`; unknown ids are left out. The one read of expenses."""
    rows = await read_rows(_queries.records, tx, ids)
    tell = partial(expense_view, currency=tx.organization.currency)
    return await tell_rows("crm.project_expense", rows, ids, tell, ProjectExpenseView)


async def read_expense(tx: Tx, expense_id: int) -> ProjectExpenseView:
    """One expense; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [expense_id]), "project expense", expense_id)


async def enter_expense(tx: Tx, said: Mapping[str, Any], now: datetime) -> ProjectExpenseView:
    """Enter what a project spent; `Invalid` names every broken field. It lowers the balance of the project and of all above it."""
    return await read_expense(tx, (await _enter(tx, [said], now, [""]))[0])


async def enter_batch(tx: Tx, batch: Sequence[Mapping[str, Any]], now: datetime) -> list[ProjectExpenseView]:
    """Enter several expenses, all or none; `Invalid` names every broken field of each (`projectExpenses[1].expenseAmount`)."""
    if len(batch) > BATCH_MAX:
        text = f"At most {BATCH_MAX} expenses at once."
        raise Invalid.field(f"projectExpenses[{BATCH_MAX}]", "TOO_MANY", text)
    return await records(tx, await _enter(tx, batch, now, _places(batch)) if batch else [])


async def replace_expense(
    tx: Tx, expense_id: int, said: Mapping[str, Any], now: datetime
) -> ProjectExpenseView:
    """Let an expense be as it is `said`: amount and day move the balances. `Invalid` as when it is entered, `NotFound` without it.

    Without a day it keeps its own.
    """
    row = checked(said, tx.organization.currency, _today(tx, now))
    await keep_tree(tx)
    was = found(await _queries.lock(tx, id=expense_id), "project expense", expense_id)
    if await EXPENSES.change(tx, expense_id, row, now):
        since = {**was, **row}
        await _queries.book(
            tx,
            project_ids=[was["project_id"]] * 2,
            years=[was["spent_on"].year, since["spent_on"].year],
            minor=[-was["amount_minor"], since["amount_minor"]],
        )
    return await read_expense(tx, expense_id)


async def broken_in_expense(tx: Tx, said: Mapping[str, Any], now: datetime) -> list[FieldError]:
    """Everything that keeps an expense from being as it is `said`; null stands for what could not be read."""
    return await _broken(tx, [said], now, [""])


async def broken_in_batch(tx: Tx, batch: Sequence[Mapping[str, Any]], now: datetime) -> list[FieldError]:
    """Everything that keeps a batch from being entered; of one that is too long nothing past the most is looked at."""
    return await _broken(tx, batch[:BATCH_MAX], now, _places(batch))


async def list_expenses(
    tx: Tx, project_id: int | None, code: str | None, words: str | None, paging: Paging
) -> Page[ProjectExpenseView]:
    """A page of what a project spent, by its id or else its code, and how many there are.

    With `words`, those whose account or description holds them, in whatever case. `Invalid` when no project is named.
    """
    if project_id is None:
        if clean(code) is None:
            raise Invalid.field("projectId", "REQUIRED", "Name the project by projectId or projectCode.")
        try:
            project_id = await id_by_code(tx, code or "")
        except NotFound:
            return Page([], 0)
    looked_for = clean(words)
    return await read_page(
        tx,
        _queries.chosen_of_project,
        paging,
        records,
        project_id=project_id,
        words=looked_for and fold(looked_for),
    )


async def spending_differences(tx: Tx) -> list[FigureDifference]:
    """Every project and year (or all years) whose kept expenses are not those of its subtree. Reads every expense."""
    return differences_in(await _queries.differences(tx))


async def _enter(
    tx: Tx, batch: Sequence[Mapping[str, Any]], now: datetime, places: Sequence[str]
) -> list[int]:
    """The ids of new expenses."""
    if broken := await _broken(tx, batch, now, places):
        raise Invalid("The expense is not valid.", fields=tuple(broken))
    today = _today(tx, now)
    rows = [
        {
            "spent_on": today,
            "project_id": said["project_id"],
            **checked(said, tx.organization.currency, today),
        }
        for said in batch
    ]
    await keep_tree(tx)
    made = await _queries.enter(tx, expenses=encode_json(rows).decode(), now=now)
    await _queries.book(
        tx,
        project_ids=[row["project_id"] for row in rows],
        years=[row["spent_on"].year for row in rows],
        minor=[row["amount_minor"] for row in rows],
    )
    ids = [row["id"] for row in made]
    await _queries.announce_new(tx, ids=ids, now=now)
    return ids


async def _broken(
    tx: Tx, batch: Sequence[Mapping[str, Any]], now: datetime, places: Sequence[str]
) -> list[FieldError]:
    pairs = list(zip(batch, places, strict=False))
    today, currency = _today(tx, now), tx.organization.currency
    wrong = [error for said, at in pairs if said for error in refused_by(checked, said, currency, today, at)]
    named = {f"{at}projectId": said.get("project_id") for said, at in pairs if said}
    return [*wrong, *await unknown(tx, "crm.project", named)]


def _places(batch: Sequence[object]) -> list[str]:
    return [f"projectExpenses[{n}]." for n in range(len(batch))]


def _today(tx: Tx, now: datetime) -> date:
    return local_day(now, tx.organization.time_zone)

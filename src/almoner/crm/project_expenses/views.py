"""The wire shape of an expense (crm-api.md appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from almoner.crm.wire import StampedView, midnight_text, stamps
from almoner.kernel.money import to_decimal
from almoner.platform.wire import fill


class ProjectExpenseView(StampedView, kw_only=True):
    """What a project spent."""

    id: int
    """The id of the expense."""
    project_id: int
    """The project that spent it."""
    project_name: str
    """The name of the project."""
    project_code: str
    """The code of the project."""
    parent_project_id: int | None
    """The project that the project is a part of; null when it stands by itself."""
    parent_project_name: str | None
    """The name of that project."""
    parent_project_code: str | None
    """The code of that project."""
    expense_amount: Decimal
    """How much was spent, in the base currency; negative when money came back."""
    expense_date: str
    """The organization-local day, at midnight and of no zone."""
    accounting_code: str | None
    """The account that it is booked on."""
    expense_description: str | None
    """What it was spent for."""


def expense_view(row: Any, currency: str) -> ProjectExpenseView:
    """A row of the statement `records` as the wire has it; amounts are in `currency`, the organization's."""
    return fill(
        ProjectExpenseView,
        row,
        expense_amount=to_decimal(row["amount_minor"], currency),
        expense_date=midnight_text(row["spent_on"]),
        expense_description=row["description"],
        **stamps(row),
    )

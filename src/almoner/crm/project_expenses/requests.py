"""What comes in about expenses of projects (crm-api.md appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from almoner.crm.wire import RecordId, WrittenDay
from almoner.platform.wire import Body

BATCH_MAX = 1_000
"""Expenses of one call."""


class ProjectExpenseChangeBody(Body):
    """What an expense is from now on. What is left out is cleared, but for the day."""

    expense_amount: Decimal
    """How much was spent, in the base currency. Zero takes it back; a negative amount is money that came back."""
    expense_date: WrittenDay | None = None
    """The organization-local day; a time of day plays no part. Today, of a new expense that leaves it out."""
    accounting_code: Annotated[str, Meta(max_length=100)] | None = None
    """The account that it is booked on."""
    expense_description: Annotated[str, Meta(max_length=3000)] | None = None
    """What it was spent for."""


class ProjectExpenseBody(ProjectExpenseChangeBody, kw_only=True):
    """An expense to enter."""

    project_id: RecordId
    """The project that spent it."""


class ProjectExpenseBatchBody(Body):
    """Expenses to enter together."""

    project_expenses: Annotated[list[ProjectExpenseBody], Meta(extra_json_schema={"maxItems": BATCH_MAX})]
    """The expenses: all are entered or none."""

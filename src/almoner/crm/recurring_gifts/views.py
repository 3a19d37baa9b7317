"""The wire shape of a recurring gift (crm-api.md 8.7 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import field

from almoner.crm.wire import StampedView, link, midnight_text, stamps
from almoner.kernel.money import to_decimal
from almoner.kernel.wire import local_text
from almoner.platform.wire import View, fill, rows_of


class RecurringGiftDesignationView(View, kw_only=True):
    """A part of each payment, and its project. Without a name the project is not there."""

    project_id: int
    project: str | None
    project_url: str
    amount_designated: Decimal
    project_code: str | None


class RecurringGiftView(StampedView, kw_only=True):
    """A promise to give again and again. `status` is `Cancelled` or `Active`; what this version does not keep is null or empty."""

    id: int
    transaction_source: str | None
    transaction_id: str | None
    contact_id: int
    start_date: str
    amount: Decimal
    frequency: str
    anticipated_end_date: str | None
    cancel_date_time_utc: str | None
    segment_id: int | None = None
    segment: str | None = None
    segment_url: str | None = None
    automated_payments: bool = True
    track_payments: bool = True
    is_private: bool
    status: str
    next_expected_payment_date: str | None
    designations: list[RecurringGiftDesignationView]
    custom_fields: list[dict[str, str]] = field(default_factory=list)


def recurring_gift_view(row: Any) -> RecurringGiftView:
    """A row of the statement `records` as the wire has it."""
    ends, due, cancelled = row["anticipated_end_on"], row["next_expected_on"], row["cancelled_at"]
    return fill(
        RecurringGiftView,
        row,
        start_date=midnight_text(row["started_on"]),
        amount=to_decimal(row["amount_minor"], row["currency"]),
        anticipated_end_date=None if ends is None else midnight_text(ends),
        cancel_date_time_utc=None if cancelled is None else local_text(cancelled),
        status="Active" if cancelled is None else "Cancelled",
        next_expected_payment_date=None if due is None else midnight_text(due),
        designations=[_designation(part, row["currency"]) for part in rows_of(row["designations"])],
        **stamps(row),
    )


def _designation(part: dict[str, Any], currency: str) -> RecurringGiftDesignationView:
    return fill(
        RecurringGiftDesignationView,
        part,
        project_url=link("Project", part["project_id"]),
        amount_designated=to_decimal(part["amount_minor"], currency),
    )

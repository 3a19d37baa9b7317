"""The wire shape of a pledge (crm-api.md 8.8 and appendix A)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from almoner.crm.commitments.views import PledgePaymentView, day_or_none, pledge_payment, segment_url
from almoner.crm.custom_fields.views import CustomFieldValueView, told_list
from almoner.crm.pledges.rules import FREQUENCIES, STATUSES
from almoner.crm.wire import StampedView, midnight_text, stamps
from almoner.kernel.money import to_decimal
from almoner.kernel.wire import local_text
from almoner.platform.wire import fill, one_of, rows_of


class PledgeView(StampedView, kw_only=True):
    """A pledge. What came of it follows its gifts. What this version does not keep is null or empty."""

    id: int
    """The id of the pledge."""
    contact_id: int
    """The contact who pledged."""
    amount_pledged: Decimal
    """How much is pledged, in the base currency."""
    frequency: Annotated[str, one_of(FREQUENCIES)]
    """How often it comes."""
    pledge_date: str
    """The organization-local day of the pledge, at midnight and of no zone."""
    expected_fulfillment_date: str | None
    """The day by which all of it is expected."""
    gift_ask_id: int | None
    """An extension: the ask that it answers."""
    segment_id: int | None
    """The id of the segment that it answers to."""
    segment: str | None
    """The name of the segment."""
    segment_code: str | None
    """An extension: the code of the segment."""
    segment_url: str | None
    """An extension: where the segment is read."""
    project_id: int | None
    """The project that it is for."""
    project: str | None
    """The name of the project."""
    is_private: bool
    """Whether it is left out of what others see."""
    status: Annotated[str, one_of(STATUSES)]
    """Completed once all of it came; else written off, or active."""
    payments: list[PledgePaymentView]
    """The payments that are expected, in their order, each with what came."""
    amount_paid: Decimal
    """An extension: what came, less what was taken back."""
    balance: Decimal
    """An extension: what is still to come; zero of a pledge that was written off."""
    next_payment_date: str | None
    """An extension: the day of the first payment that has not come in full; null when none is expected."""
    write_off_reason: str | None
    """An extension: why the rest will not come."""
    write_off_date_time_utc: str | None
    """An extension: when the rest was written off: UTC with no zone mark."""
    custom_fields: list[CustomFieldValueView]
    """Values of the organization's own fields."""


def status_of(row: Any) -> str:
    """Completed once all of it came, whatever was said before; else written off, or active."""
    if row["paid_minor"] >= row["pledged_minor"]:
        return "Completed"
    return "Active" if row["written_off_at"] is None else "Written Off"


def pledge_view(row: Any, crm_url: str) -> PledgeView:
    """A row of the statement `records` as the wire has it; links lead to the API at `crm_url`."""
    currency, status, written_off = row["currency"], status_of(row), row["written_off_at"]
    rest = row["pledged_minor"] - row["paid_minor"] if status == "Active" else 0
    next_on: date | None = row["first_open_on"] if status == "Active" else None
    return fill(
        PledgeView,
        row,
        amount_pledged=to_decimal(row["pledged_minor"], currency),
        pledge_date=midnight_text(row["pledged_on"]),
        expected_fulfillment_date=day_or_none(row["expected_fulfillment_on"]),
        status=status,
        payments=[pledge_payment(payment, currency) for payment in rows_of(row["payments"])],
        amount_paid=to_decimal(row["paid_minor"], currency),
        balance=to_decimal(rest, currency),
        next_payment_date=day_or_none(next_on),
        write_off_date_time_utc=None if written_off is None else local_text(written_off),
        custom_fields=told_list(row["told_custom_values"]),
        segment_url=segment_url(row, crm_url),
        **stamps(row),
    )

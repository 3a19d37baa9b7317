"""The wire shape of a recurring gift (crm-api.md 8.7 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from almoner.crm.changes import FREQUENCIES
from almoner.crm.commitments.views import day_or_none, segment_url
from almoner.crm.custom_fields.views import CustomFieldValueView, told_list
from almoner.crm.recurring_gifts.rules import STATUSES
from almoner.crm.wire import StampedView, link, midnight_text, stamps
from almoner.kernel.money import to_decimal
from almoner.kernel.wire import local_text
from almoner.platform.wire import View, fill, one_of, rows_of


class RecurringGiftDesignationView(View, kw_only=True):
    """A part of each payment, and its project. Without a name the project is not there."""

    project_id: int
    """The project that this part is for."""
    project: str | None
    """The name of the project."""
    project_url: str
    """The address at which the project is read."""
    amount_designated: Decimal
    """How much of each payment is for the project."""
    project_code: str | None
    """The code of the project."""


class RecurringGiftView(StampedView, kw_only=True):
    """A promise to give again and again. What this version does not keep is null or empty."""

    id: int
    """The id of the recurring gift."""
    transaction_source: str | None
    """The system that the recurring gift came from."""
    transaction_id: str | None
    """The key that it has in that system."""
    contact_id: int
    """The contact who promised."""
    recurring_gift_date: str
    """The same day as `startDate`, under the name that live answers have beside it."""
    start_date: str
    """The organization-local day of the first payment, at midnight and of no zone."""
    amount: Decimal
    """How much each payment is."""
    frequency: Annotated[str, one_of(FREQUENCIES)]
    """How often it is paid."""
    anticipated_end_date: str | None
    """The day of the last payment; null when it goes on."""
    cancel_date_time_utc: str | None
    """When it was cancelled: UTC with no zone mark; null while it goes on."""
    segment_id: int | None
    """The id of the segment that it answers to."""
    segment: str | None
    """The name of the segment."""
    segment_code: str | None
    """An extension: the code of the segment, or one that another system sent and that no segment has."""
    segment_url: str | None
    """Where the segment is read."""
    automated_payments: bool
    """Whether payments come by themselves."""
    track_payments: bool
    """Whether expected payments are kept."""
    is_private: bool
    """Whether it is left out of what others see."""
    status: Annotated[str, one_of(STATUSES)]
    """Whether it goes on, and whether an expected payment is past its day."""
    next_expected_payment_date: str | None
    """The day of the first expected payment that has not come, at midnight and of no zone; null when none is expected. Of one whose payments are not tracked, what its source says."""
    designations: list[RecurringGiftDesignationView]
    """The parts of each payment; they sum to its amount."""
    cancel_reason: str | None
    """An extension: why it was cancelled."""
    thank_you_date: str | None
    """An extension: the day on which the contact was thanked, at midnight and of no zone."""
    currency_code: str
    """An extension: the currency of its payments."""
    custom_fields: list[CustomFieldValueView]
    """Values of the organization's own fields."""


def recurring_gift_view(row: Any, crm_url: str) -> RecurringGiftView:
    """A row of the statement `records` as the wire has it; links lead to the API at `crm_url`."""
    cancelled = row["cancelled_at"]
    due = row["first_open_on"] if row["track_payments"] else row["next_expected_on"]
    return fill(
        RecurringGiftView,
        row,
        recurring_gift_date=midnight_text(row["started_on"]),
        start_date=midnight_text(row["started_on"]),
        amount=to_decimal(row["amount_minor"], row["currency"]),
        anticipated_end_date=day_or_none(row["anticipated_end_on"]),
        thank_you_date=day_or_none(row["thank_you_on"]),
        currency_code=row["currency"],
        cancel_date_time_utc=None if cancelled is None else local_text(cancelled),
        next_expected_payment_date=day_or_none(due),
        designations=[_designation(part, row["currency"], crm_url) for part in rows_of(row["designations"])],
        custom_fields=told_list(row["told_custom_values"]),
        segment_url=segment_url(row, crm_url),
        segment_code=row["own_segment_code"] or row["segment_code"],
        **stamps(row),
    )


def _designation(part: dict[str, Any], currency: str, crm_url: str) -> RecurringGiftDesignationView:
    return fill(
        RecurringGiftDesignationView,
        part,
        project_url=link(crm_url, "Project", part["project_id"]),
        amount_designated=to_decimal(part["amount_minor"], currency),
    )

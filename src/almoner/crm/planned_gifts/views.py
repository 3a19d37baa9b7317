"""The wire shape of a planned gift (crm-api.md 8.8 and appendix A): one key is misspelt as the original has it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from almoner.crm.commitments.reading import WITH_ONCE
from almoner.crm.commitments.views import segment_url
from almoner.crm.custom_fields.views import CustomFieldValueView, told_list
from almoner.crm.planned_gifts.rules import TYPES
from almoner.crm.wire import StampedView, link, short_text, stamps
from almoner.kernel.money import format_amount, to_decimal
from almoner.platform.wire import fill, one_of


class PlannedGiftView(StampedView, kw_only=True):
    """A planned gift. What this version does not keep is null or empty."""

    id: int
    """The id of the planned gift."""
    planned_gift_url: str
    """The address at which it is read."""
    gifts_applied_url: str
    """Where the gifts that came of it are read."""
    contact_id: int
    """The contact who plans it."""
    contact_url: str
    """The address at which the contact is read."""
    planned_gift_date: str
    """The organization-local day on which it was planned (`12/7/2023`)."""
    pkanned_gift_type: Annotated[str, one_of(TYPES)]
    """What kind of planned gift it is, under the name that the original sends."""
    frequency: Annotated[str, one_of(WITH_ONCE)] | None
    """How often it is to come."""
    anticipated_amount: str
    """How much is anticipated, as text (`$10.00`)."""
    anticipated_start_date: str | None
    """The day from which it is anticipated (`12/7/2023`)."""
    number_of_occurrences: int | None
    """How many times it is to come."""
    current_value: str | None
    """What it is worth now, as text."""
    fulfilled: Annotated[str, one_of(("Yes", "No"))]
    """Whether gifts brought as much as was anticipated."""
    project_id: int | None
    """The project that it is for."""
    project: str | None
    """The name of the project."""
    project_url: str | None
    """The address at which the project is read."""
    segment_id: int | None
    """The id of the segment that it answers to."""
    segment: str | None
    """The name of the segment."""
    segment_code: str | None
    """An extension: the code of the segment."""
    segment_url: str | None
    """Where the segment is read."""
    contact_individual_id: int | None
    """An extension: the person of the contact who plans it."""
    assigned_user_id: int | None
    """An extension: who looks after it."""
    thank_you_date: str | None
    """An extension: the day on which the contact was thanked (`12/7/2023`)."""
    amount_given: Decimal
    """An extension: what gifts brought, less what was taken back of them."""
    custom_fields: list[CustomFieldValueView]
    """Values of the organization's own fields."""


def planned_gift_view(row: Any, crm_url: str) -> PlannedGiftView:
    """A row of the statement `records` as the wire has it; links lead to the API at `crm_url`."""
    starts, project_id, currency = row["anticipated_start_on"], row["project_id"], row["currency"]
    here, worth, thanked = (
        link(crm_url, "PlannedGift", row["id"]),
        row["current_value_minor"],
        row["thank_you_on"],
    )
    return fill(
        PlannedGiftView,
        row,
        planned_gift_url=here,
        gifts_applied_url=f"{here}/Gifts",
        contact_url=link(crm_url, "Contact", row["contact_id"]),
        planned_gift_date=short_text(row["planned_on"]),
        pkanned_gift_type=row["planned_gift_type"],
        anticipated_amount=format_amount(row["anticipated_minor"], currency),
        anticipated_start_date=None if starts is None else short_text(starts),
        current_value=None if worth is None else format_amount(worth, currency),
        fulfilled="Yes" if row["given_minor"] >= row["anticipated_minor"] > 0 else "No",
        project_url=None if project_id is None else link(crm_url, "Project", project_id),
        thank_you_date=None if thanked is None else short_text(thanked),
        amount_given=to_decimal(row["given_minor"], currency),
        custom_fields=told_list(row["told_custom_values"]),
        segment_url=segment_url(row, crm_url),
        **stamps(row),
    )

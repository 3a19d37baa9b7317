"""The wire shape of a gift ask (crm-api.md 8.8 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from almoner.crm.commitments.reading import WITH_ONCE
from almoner.crm.commitments.views import day_or_none, segment_url
from almoner.crm.custom_fields.views import CustomFieldValueView, told_list
from almoner.crm.gift_asks.rules import TYPES
from almoner.crm.wire import StampedView, link, midnight_text, short_text, stamps
from almoner.kernel.money import format_amount, to_decimal
from almoner.platform.wire import fill, one_of


class GiftAskView(StampedView, kw_only=True):
    """What a contact was asked for. What this version does not keep is null or empty."""

    id: int
    """The id of the ask."""
    gift_ask_url: str
    """The address at which the ask is read."""
    gifts_applied_url: str
    """Where the gifts that answer it are read."""
    contact_id: int
    """The contact who is asked."""
    contact_url: str
    """The address at which the contact is read."""
    ask_amount: Decimal
    """How much is asked for, in the base currency."""
    ask_amount_formatted: str
    """That amount as text."""
    ask_date: str
    """The organization-local day of the ask, at midnight and of no zone."""
    ask_date_formatted: str
    """That day as text."""
    expected_fulfillment_date: str | None
    """The day by which an answer is expected."""
    expected_fulfillment_date_formatted: str | None
    """That day as text."""
    notes: str | None
    """What is noted about it."""
    ask_type: Annotated[str, one_of(TYPES)]
    """Whether one gift is asked for or many."""
    frequency: Annotated[str, one_of(WITH_ONCE)] | None
    """How often, of a recurring ask."""
    declined: bool
    """Whether the contact said no."""
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
    """The code of the segment."""
    segment_url: str | None
    """Where the segment is read."""
    assigned_user_id: int | None
    """Who asks."""
    assigned_user: str | None = None
    """The name of who asks; not kept yet."""
    secondary_assigned_user: str | None = None
    """The name of who asks too; not kept yet."""
    secondary_assigned_user_id: int | None
    """Who asks too."""
    status: str
    """How it stands, in the organization's own words."""
    amount_given: Decimal
    """An extension: what gifts brought, less what was taken back of them."""
    custom_fields: list[CustomFieldValueView]
    """Values of the organization's own fields."""


def gift_ask_view(row: Any, crm_url: str) -> GiftAskView:
    """A row of the statement `records` as the wire has it; links lead to the API at `crm_url`."""
    expected, project_id, currency = row["expected_fulfillment_on"], row["project_id"], row["currency"]
    here = link(crm_url, "GiftAsk", row["id"])
    return fill(
        GiftAskView,
        row,
        gift_ask_url=here,
        gifts_applied_url=f"{here}/Gifts",
        contact_url=link(crm_url, "Contact", row["contact_id"]),
        ask_amount=to_decimal(row["ask_minor"], currency),
        ask_amount_formatted=format_amount(row["ask_minor"], currency),
        ask_date=midnight_text(row["asked_on"]),
        ask_date_formatted=short_text(row["asked_on"]),
        expected_fulfillment_date=day_or_none(expected),
        expected_fulfillment_date_formatted=None if expected is None else short_text(expected),
        project_url=None if project_id is None else link(crm_url, "Project", project_id),
        amount_given=to_decimal(row["given_minor"], currency),
        custom_fields=told_list(row["told_custom_values"]),
        segment_url=segment_url(row, crm_url),
        **stamps(row),
    )

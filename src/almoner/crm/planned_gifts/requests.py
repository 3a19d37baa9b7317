"""What comes in about planned gifts (crm-api.md 8.8 and appendix A; client-facts.md 31)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from almoner.crm.commitments.reading import WITH_ONCE
from almoner.crm.commitments.requests import OfSegmentBody
from almoner.crm.custom_fields.requests import CustomFields
from almoner.crm.planned_gifts.rules import AMOUNT_FORM, TYPES
from almoner.crm.wire import RecordId, WrittenDay
from almoner.platform.wire import one_of

Word = Annotated[str, Meta(max_length=100)]
Type = Annotated[Word, one_of(TYPES)] | None
Amount = Annotated[
    Any, Meta(extra_json_schema={"type": ["number", "string"], "minimum": 0, "pattern": AMOUNT_FORM})
]
"""A number, or the text of an amount as answers have it."""


class PlannedGiftChangeBody(OfSegmentBody, kw_only=True):
    """What a planned gift is from now on; what is left out is cleared."""

    anticipated_amount: Amount
    """How much is anticipated, in the base currency: a number, or the amount as it is read (`$1,200.00`)."""
    planned_gift_date: WrittenDay | None = None
    """The organization-local day on which it was planned; today when a new one leaves it out."""
    planned_gift_type: Type = None
    """What kind of planned gift it is; `WillAndBequest` when it is left out."""
    pkanned_gift_type: Type = None
    """Another name of `plannedGiftType`: the one that answers have."""
    frequency: Annotated[Word, one_of(WITH_ONCE)] | None = None
    """How often it is to come."""
    anticipated_start_date: WrittenDay | None = None
    """The day from which it is anticipated."""
    number_of_occurrences: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    """How many times it is to come."""
    current_value: Amount = None
    """What it is worth now, in the base currency."""
    contact_individual_id: RecordId | None = None
    """The person of the contact who plans it."""
    assigned_user_id: RecordId | None = None
    """Who looks after it."""
    project_id: RecordId | None = None
    """The project that it is for."""
    thank_you_date: WrittenDay | None = None
    """The day on which the contact was thanked."""
    custom_fields: CustomFields | None = None
    """Values of the organization's own fields."""


class PlannedGiftBody(PlannedGiftChangeBody, kw_only=True):
    """A planned gift to note."""

    contact_id: RecordId
    """The contact who plans it."""

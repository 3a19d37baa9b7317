"""What comes in about gift asks (crm-api.md 8.8 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from almoner.crm.commitments.reading import WITH_ONCE
from almoner.crm.commitments.requests import OfSegmentBody
from almoner.crm.custom_fields.requests import CustomFields
from almoner.crm.gift_asks.rules import TYPES
from almoner.crm.wire import RecordId, WrittenDay
from almoner.platform.wire import one_of

Word = Annotated[str, Meta(max_length=100)]


class GiftAskChangeBody(OfSegmentBody, kw_only=True):
    """What an ask is from now on; what is left out is cleared."""

    ask_amount: Annotated[Decimal, Meta(extra_json_schema={"minimum": 0})]
    """How much is asked for, in the base currency."""
    status: Word
    """How it stands, in the organization's own words."""
    ask_date: WrittenDay | None = None
    """The organization-local day of the ask; today when a new one leaves it out."""
    expected_fulfillment_date: WrittenDay | None = None
    """The day by which an answer is expected."""
    notes: Annotated[str, Meta(max_length=4000)] | None = None
    """What is noted about it."""
    ask_type: Annotated[Word, one_of(TYPES)] = "FixedAsk"
    """Whether one gift is asked for or many."""
    frequency: Annotated[Word, one_of(WITH_ONCE)] | None = None
    """How often, of a recurring ask."""
    declined: bool = False
    """Whether the contact said no."""
    project_id: RecordId | None = None
    """The project that it is for."""
    assigned_user_id: RecordId | None = None
    """Who asks."""
    secondary_assigned_user_id: RecordId | None = None
    """Who asks too."""
    custom_fields: CustomFields | None = None
    """Values of the organization's own fields."""


class GiftAskBody(GiftAskChangeBody, kw_only=True):
    """An ask to note."""

    contact_id: RecordId
    """The contact who is asked."""

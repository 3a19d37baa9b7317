"""What comes in about campaigns (raise-api.md 3.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from almoner.giving.links import CrmKeyBody
from almoner.giving.segments.requests import CampaignSegmentBody
from almoner.platform.wire import Body

_INSTANT_FORMS = (
    r"^\s*(\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s*(Z|z|[+-]\d{2}:?\d{2})?)?)?\s*$"
)
WrittenInstant = Annotated[str, Meta(max_length=100, extra_json_schema={"pattern": _INSTANT_FORMS})]
"""An instant as clients write it: with a zone, or a day or time of the organization's own; or nothing but blanks."""


RecordCount = Annotated[int, Meta(ge=0, le=2**62)]
Worth = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0})]


class CampaignBody(Body):
    """A campaign, new or as it is from now on: what is left out is cleared, but for `canSync`, `crmKey` and segments, which stay."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    """The name of the campaign."""
    start_date: WrittenInstant
    """When it begins. Without a zone it is the organization's time; a day alone begins at its midnight."""
    end_date: WrittenInstant | None = None
    """When it ends, written as `startDate` is; a day alone is its first moment."""
    start_date_time_utc: WrittenInstant | None = None
    """When it begins, in UTC unless a zone is written: it stands in the place of `startDate`."""
    end_date_time_utc: WrittenInstant | None = None
    """When it ends, likewise."""
    description: Annotated[str, Meta(max_length=3000)] | None = None
    """What it is for."""
    giving_goal: Worth | None = None
    """What it is to raise, in the base currency."""
    has_giving_goal: bool | None = None
    """Whether there is such a goal; false takes it away."""
    total_gift_goal: RecordCount | None = None
    """How many gifts it is to bring."""
    has_total_gift_goal: bool | None = None
    """Whether there is such a goal; false takes it away."""
    average_gift_goal: Worth | None = None
    """What a gift is to be on average, in the base currency."""
    has_average_gift_goal: bool | None = None
    """Whether there is such a goal; false takes it away."""
    crm_key: Annotated[str, Meta(max_length=255)] | None = None
    """The id of the campaign in the CRM, if it is known; blank takes it away."""
    crm_keys: dict[str, str] | list[CrmKeyBody] | None = None
    """The same by integration."""
    apply_segment_to_recurring_gifts: bool = False
    """Whether recurring gifts that begin in it carry its segment from payment to payment."""
    can_sync: bool | None = None
    """Whether its gifts go to the CRM: true for a new campaign, and as it is for another, when it is left out."""
    segments: Annotated[list[CampaignSegmentBody], Meta(max_length=200)] = msgspec.field(default_factory=list)
    """Segments of it: one whose code it has is replaced, others are made, none is deleted."""


class CampaignSyncBody(Body):
    """Whether gifts made from now on go to the CRM, and why."""

    can_sync: bool
    """What the switch is to be: said twice, it changes once."""
    reason: Annotated[str, Meta(max_length=1000)] | None = None
    """Why, kept with the change."""

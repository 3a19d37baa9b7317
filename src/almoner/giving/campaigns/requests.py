"""What comes in about campaigns (raise-api.md 3.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from almoner.platform.wire import Body

_INSTANT_FORMS = (
    r"^\s*(\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s*(Z|z|[+-]\d{2}:?\d{2})?)?)?\s*$"
)
WrittenInstant = Annotated[str, Meta(max_length=100, extra_json_schema={"pattern": _INSTANT_FORMS})]
"""An instant as clients write it: with a zone, or a day or time of the organization's own; or nothing but blanks."""


class CampaignBody(Body):
    """A campaign to make."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    """The name of the campaign."""
    start_date: WrittenInstant
    """When it begins. Without a zone it is the organization's time; a day alone begins at its midnight."""
    end_date: WrittenInstant | None = None
    """When it ends, written as `startDate` is; a day alone is its first moment."""
    description: Annotated[str, Meta(max_length=3000)] | None = None
    """What it is for."""
    giving_goal: Annotated[Decimal, Meta(extra_json_schema={"minimum": 0})] | None = None
    """What it is to raise, in the base currency."""
    total_gift_goal: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    """How many gifts it is to bring."""
    crm_key: Annotated[str, Meta(max_length=255)] | None = None
    """The id of the campaign in the CRM, if it is known."""
    can_sync: bool = True
    """Whether its gifts go to the CRM."""

"""What comes in about campaigns (raise-api.md 3.5)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from almoner.platform.wire import Body

Instant = Annotated[datetime, Meta(tz=True)]


class CampaignBody(Body):
    """A campaign to make. Instants carry their zone."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    """The name of the campaign."""
    start_date: Instant
    """When it begins, with a zone."""
    end_date: Instant | None = None
    """When it ends, with a zone."""
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

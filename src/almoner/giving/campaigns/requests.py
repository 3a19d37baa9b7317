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
    start_date: Instant
    end_date: Instant | None = None
    description: Annotated[str, Meta(max_length=3000)] | None = None
    giving_goal: Decimal | None = None
    total_gift_goal: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    crm_key: Annotated[str, Meta(max_length=255)] | None = None
    can_sync: bool = True

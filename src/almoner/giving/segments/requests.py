"""What comes in about segments (raise-api.md 3.6)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.kernel.ids import ID_MAX
from almoner.platform.wire import Body


class CampaignSegmentBody(Body):
    """A segment of the campaign that it comes with."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    """The name of the segment."""
    code: Annotated[str, Meta(min_length=1, max_length=100)]
    """A code that no other segment of the organization has, in whatever case."""
    description: Annotated[str, Meta(max_length=3000)] | None = None
    """Whom it is for."""
    external_identifier: Annotated[str, Meta(max_length=255)] | None = None
    """What another system calls it."""


class SegmentBody(CampaignSegmentBody, kw_only=True):
    """A segment, new or as it is from now on: what is left out is cleared."""

    campaign_id: Annotated[int, Meta(ge=1, le=ID_MAX)]
    """The campaign that it belongs to: for good, for its gifts are that campaign's."""

"""The wire shape of a segment (crm-api.md appendix A; client-facts.md 37)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from almoner.platform.wire import View, fill


class SegmentView(View, kw_only=True):
    """A segment with the communication that goes to it and the campaign of that."""

    id: int
    """The id of the segment."""
    name: str
    """The name of the segment."""
    description: str | None
    """Who is in it."""
    code: str
    """Its code, by which gifts tell what they answer."""
    communication_id: int
    """The communication that goes to it."""
    communication_name: str
    """The name of the communication."""
    campaign_id: int
    """The campaign of the communication."""
    campaign_name: str
    """The name of the campaign."""
    segment_organizer_id: int | None
    """Who looks after it."""
    total_contacts: int | None
    """An extension: how many contacts are in it."""
    contact_query_id: int | None
    """An extension: the saved query that its contacts come from."""
    cost_per_contact: Decimal | None
    """An extension: what a contact costs, in the base currency."""
    package_code: str | None
    """An extension: the code of what is sent."""
    package_description: str | None
    """An extension: what is sent."""
    receipt_segment_id: int | None
    """An extension: the segment of the receipts that go to those who give."""


def segment_view(row: Any) -> SegmentView:
    """A row of the statement `records` as the wire has it."""
    return fill(SegmentView, row)

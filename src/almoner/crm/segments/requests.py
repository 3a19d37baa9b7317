"""What comes in about segments (crm-api.md 8.6 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from almoner.crm.campaigns.requests import Goal
from almoner.crm.wire import AnyId
from almoner.platform.wire import Body

Word = Annotated[str, Meta(max_length=100)]


class SegmentChangeBody(Body):
    """What a segment is from now on; what is left out is cleared, but for the code."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    """The name of the segment."""
    code: Word | None = None
    """A code that no other segment of the organization has, in whatever case. It stays when it is left out."""
    description: Annotated[str, Meta(max_length=3000)] | None = None
    """Who is in it."""
    total_contacts: Goal | None = None
    """How many contacts are in it."""
    contact_query_id: AnyId | None = None
    """The saved query that its contacts come from, as a number that is kept as it is."""
    cost_per_contact: Annotated[Decimal, Meta(extra_json_schema={"minimum": 0, "maximum": 10**12})] | None = (
        None
    )
    """What a contact costs, in the base currency; parts of its smallest unit are kept, up to six decimal places."""
    package_code: Word | None = None
    """The code of what is sent."""
    package_description: Annotated[str, Meta(max_length=3000)] | None = None
    """What is sent."""
    receipt_segment_id: AnyId | None = None
    """The segment of the receipts that go to those who give, as a number that is kept as it is."""
    segment_organizer_id: AnyId | None = None
    """Who looks after it, as a number that is kept as it is."""


class SegmentBody(SegmentChangeBody, kw_only=True):
    """A segment to make."""

    code: Word
    """A code that no other segment of the organization has, in whatever case."""
    communication_id: AnyId
    """The communication that goes to it, for good."""

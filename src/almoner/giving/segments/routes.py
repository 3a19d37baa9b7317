"""`/api/Segment`: whom campaigns ask, and what they gave."""

from __future__ import annotations

from almoner.giving.coded import CodeTaken
from almoner.giving.filtering import Filter, OfCampaign
from almoner.giving.segments import service
from almoner.giving.segments.requests import SegmentBody
from almoner.giving.segments.views import SegmentView
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, delete, get, post, put, routes_in
from almoner.platform.wire import RaisePage, said


@post("/api/Segment", "campaign:write", raises=(CodeTaken,), judge=service.broken_in_new)
async def create_segment(tx: Tx, data: SegmentBody, clock: Clock) -> SegmentView:
    """Create a segment of a campaign."""
    return await service.create_segment(tx, said(data), clock.now())


@get("/api/Segment/{segment_id:int}", "campaign:read")
async def get_segment(tx: Tx, segment_id: int) -> SegmentView:
    """Read one segment with what it gave."""
    return await service.read_segment(tx, segment_id)


@put("/api/Segment/{segment_id:int}", "campaign:write", raises=(CodeTaken,), judge=service.broken_in_change)
async def replace_segment(tx: Tx, segment_id: int, data: SegmentBody, clock: Clock) -> SegmentView:
    """Replace what a segment says. What is left out is cleared; it stays with its campaign."""
    return await service.replace_segment(tx, segment_id, said(data), clock.now())


@delete("/api/Segment/{segment_id:int}", "campaign:write", raises=(Conflict,))
async def delete_segment(tx: Tx, segment_id: int, clock: Clock) -> None:
    """Delete a segment that no gift and no form names."""
    await service.delete_segment(tx, segment_id, clock.now())


@get("/api/Segment/list", "campaign:read", sorts=service.SORTS)
async def list_segments(
    tx: Tx, page: PageQuery, filter_: Filter = None, campaign_id: OfCampaign = None
) -> RaisePage[SegmentView]:
    """Page through segments."""
    found = await service.list_segments(tx, page.checked(), filter_=filter_, campaign_id=campaign_id)
    return RaisePage.of(found)


routes = routes_in(__name__)

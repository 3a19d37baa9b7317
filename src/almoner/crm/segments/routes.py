"""`/api/Segment`: make, read and change segments."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.projects.requests import SearchBody
from almoner.crm.segments import service
from almoner.crm.segments.errors import SegmentCodeTaken
from almoner.crm.segments.requests import SegmentBody, SegmentChangeBody
from almoner.crm.segments.views import SegmentView
from almoner.kernel.clock import Clock
from almoner.kernel.errors import FieldError
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import PageQuery, Request, WithHeaders, get, post, put, routes_in
from almoner.platform.query import Window
from almoner.platform.query.serving import answered, search
from almoner.platform.wire import CrmPage, said


@post("/api/Segment", "segment:write", raises=(SegmentCodeTaken,), judge=service.broken_in_segment)
async def create_segment(tx: Tx, data: SegmentBody, clock: Clock) -> SegmentView:
    """Make a segment. Gifts that came with its code before there was such a segment are its from then on."""
    return await service.create_segment(tx, said(data), clock.now())


@get("/api/Segment/{segment_id:int}", "segment:read")
async def get_segment(tx: Tx, segment_id: int) -> SegmentView:
    """Read one segment."""
    return await service.read_segment(tx, segment_id)


@get("/api/Segment/Code/{segment_code:str}", "segment:read")
async def get_segment_by_code(
    tx: Tx, segment_code: Annotated[str, Meta(description="The code of the segment, in whatever case.")]
) -> SegmentView:
    """Read the segment with this code, written in any case."""
    return await service.read_segment_by_code(tx, segment_code)


async def broken_in_change(tx: Tx, data: SegmentChangeBody) -> list[FieldError]:
    """See `service.broken_in_segment`."""
    return await service.broken_in_segment(tx, said(data))


@put("/api/Segment/{segment_id:int}", "segment:write", raises=(SegmentCodeTaken,), judge=broken_in_change)
async def replace_segment(tx: Tx, segment_id: int, data: SegmentChangeBody, clock: Clock) -> SegmentView:
    """Replace what a segment says of itself; what is left out is cleared, but for the code. Its communication stays.

    Its gifts tell another name or code from then on without being changed themselves: their versions and days of change stay, so who keeps a
    copy of them asks for the segment by `segmentId`.
    """
    return await service.replace_segment(tx, segment_id, said(data), clock.now())


@get("/api/Segment/ByContact/{contact_id:int}", "segment:read", sorts=service.SORTS)
async def list_contact_segments(tx: Tx, contact_id: int, page: PageQuery) -> CrmPage[SegmentView]:
    """Page through the segments that the gifts of a contact name. To whom something was sent without an answer is not kept."""
    return CrmPage.of(await service.list_of_contact(tx, contact_id, page.checked()))


@search("/api/Segment/Search", "segment:read")
async def search_segments(
    tx: Snapshot, request: Request, data: SearchBody, window: Window, clock: Clock
) -> WithHeaders[CrmPage[SegmentView]]:
    """Find segments by a piece of their name or code, in the order of names."""
    found = await service.search_segments(tx, data.search, window, clock.now())
    return answered(request, found, CrmPage.of, lambda segment: segment)


routes = routes_in(__name__)

"""`/api/Gift`: read gifts, and correct them (an extension; Raise itself edits none). Only give makes one."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.giving.gifts import service
from almoner.giving.gifts.catalog import GIFTS
from almoner.giving.gifts.requests import GiftPatchBody
from almoner.giving.gifts.views import GiftView
from almoner.giving.reversals import service as reversals
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict, FieldError
from almoner.kernel.text import clean
from almoner.platform.database import Snapshot, Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import PageQuery, Request, WithHeaders, get, patch, routes_in
from almoner.platform.query import QueryOptionsView, SelectingBody, Window, options_view
from almoner.platform.query.serving import answered, filtered, query
from almoner.platform.settings import PublicUrl, Settings
from almoner.platform.wire import RaisePage, said

IncludeDetails = Annotated[
    bool, Meta(description="Whether to tell each gift's donor, campaign, segment and form too.")
]
Filter = Annotated[
    str | None,
    Meta(
        description="Free text: an id, the processor's id of a payment, or words of donors as a search takes them."
    ),
]


@get("/api/Gift/{gift_id:int}", "gift:read")
async def get_gift(tx: Tx, gift_id: int) -> GiftView:
    """Read one gift."""
    return await service.read_gift(tx, gift_id)


async def broken_in_correction(
    tx: Tx, gift_id: int, data: GiftPatchBody, clock: Clock, settings: Settings
) -> list[FieldError]:
    """See `service.broken_in_correction`."""
    most = settings.gift_projects_max
    return await service.broken_in_correction(tx, gift_id, said(data), clock.now(), projects_max=most)


@patch(
    "/api/Gift/{gift_id:int}",
    "gift:write",
    extension=True,
    raises=(Conflict,),
    judge=broken_in_correction,
)
async def correct_gift(
    tx: Tx, gift_id: int, data: GiftPatchBody, clock: Clock, settings: Settings, wake: Wake
) -> GiftView:
    """Correct a gift: its amount, split, day or words. The payment is not touched; what is not sent stays."""
    most = settings.gift_projects_max
    gift = await reversals.correct_gift(tx, gift_id, said(data), clock.now(), projects_max=most)
    wake.ring()
    return gift


@get("/api/Gift/list", "gift:read", sorts=service.SORTS)
async def list_gifts(
    tx: Tx,
    page: PageQuery,
    clock: Clock,
    public_url: PublicUrl,
    filter: Filter = None,  # noqa: A002 - its name on the wire
    include_details: IncludeDetails = False,
) -> RaisePage[GiftView]:
    """Page through gifts, with the records that they name if that is asked for."""
    if (text := clean(filter)) is not None:
        found = await filtered(tx, GIFTS, text, page, service.records, clock.now())
    else:
        found = await service.list_gifts(tx, page.checked())
    items = await service.with_details(tx, found.items, public_url) if include_details else found.items
    return RaisePage(items=items, total=found.total)


@query("/api/Gift/query", "gift:read", GIFTS, body=SelectingBody)
async def query_gifts(
    tx: Snapshot,
    request: Request,
    data: SelectingBody,
    window: Window,
    clock: Clock,
    public_url: PublicUrl,
) -> WithHeaders[RaisePage[GiftView]]:
    """Find gifts, each with the columns that are selected.

    `metadata` of each has the text of every column of `selectedColumns`, in their order. In the order of ids a sweep costs the same to its end.
    """
    found = await service.query_gifts(tx, data, window, clock.now(), public_url)
    return answered(request, found, RaisePage.of, lambda gift: gift)


@get("/api/Gift/QueryOptions", "gift:read", extension=True)
async def get_gift_query_options() -> QueryOptionsView:
    """List what can be asked of gifts. Each parameter is the label of a column too."""
    return options_view(GIFTS)


@get("/api/Donor/{donor_id:int}/gifts", "gift:read", sorts=service.SORTS)
async def list_donor_gifts(tx: Tx, donor_id: int, page: PageQuery) -> RaisePage[GiftView]:
    """Page through the gifts of one donor."""
    return RaisePage.of(await service.list_donor_gifts(tx, donor_id, page.checked()))


routes = routes_in(__name__)

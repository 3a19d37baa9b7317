"""`/api/Gift`: read gifts, and correct them (an extension; Raise itself edits none). Only give makes one."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.giving.gifts import service
from almoner.giving.gifts.requests import GiftPatchBody
from almoner.giving.gifts.views import GiftView
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict, FieldError
from almoner.platform.database import Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import PageQuery, get, patch, routes_in
from almoner.platform.settings import PublicUrl, Settings
from almoner.platform.wire import RaisePage, said

IncludeDetails = Annotated[
    bool, Meta(description="Whether to tell each gift's donor, campaign, segment and form too.")
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
    gift = await service.correct_gift(tx, gift_id, said(data), clock.now(), projects_max=most)
    wake.ring()
    return gift


@get("/api/Gift/list", "gift:read", sorts=service.SORTS)
async def list_gifts(
    tx: Tx, page: PageQuery, public_url: PublicUrl, include_details: IncludeDetails = False
) -> RaisePage[GiftView]:
    """Page through gifts, with the records that they name if that is asked for."""
    found = await service.list_gifts(tx, page.checked())
    items = await service.with_details(tx, found.items, public_url) if include_details else found.items
    return RaisePage(items=items, total=found.total)


@get("/api/Donor/{donor_id:int}/gifts", "gift:read", sorts=service.SORTS)
async def list_donor_gifts(tx: Tx, donor_id: int, page: PageQuery) -> RaisePage[GiftView]:
    """Page through the gifts of one donor."""
    return RaisePage.of(await service.list_donor_gifts(tx, donor_id, page.checked()))


routes = routes_in(__name__)

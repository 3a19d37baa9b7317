"""`/api/Gift`: read gifts. There is no way to create or edit one here, as in Raise."""

from __future__ import annotations

from almoner.giving.gifts import service
from almoner.giving.gifts.views import GiftView
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, get, routes_in
from almoner.platform.wire import RaisePage


@get("/api/Gift/{gift_id:int}", "gift:read")
async def get_gift(tx: Tx, gift_id: int) -> GiftView:
    """Read one gift."""
    return await service.read_gift(tx, gift_id)


@get("/api/Gift/list", "gift:read")
async def list_gifts(tx: Tx, page: PageQuery) -> RaisePage[GiftView]:
    """Page through gifts."""
    return RaisePage.of(await service.list_gifts(tx, page.checked(service.SORTS)))


@get("/api/Donor/{donor_id:int}/gifts", "gift:read")
async def list_donor_gifts(tx: Tx, donor_id: int, page: PageQuery) -> RaisePage[GiftView]:
    """Page through the gifts of one donor."""
    return RaisePage.of(await service.list_donor_gifts(tx, donor_id, page.checked(service.SORTS)))


routes = routes_in(__name__)

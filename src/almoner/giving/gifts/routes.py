"""`/api/Gift`: read gifts. There is no way to create or edit one here, as in Raise."""

from __future__ import annotations

from almoner.giving.gifts import service
from almoner.giving.gifts.schemas import GiftModel, gift_model
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, get
from almoner.platform.wire import RaisePage


@get("/api/Gift/{gift_id:int}", "gift:read")
async def get_gift(tx: Tx, gift_id: int) -> GiftModel:
    """Read one gift."""
    return gift_model(await service.read_gift(tx, gift_id))


@get("/api/Gift/list", "gift:read")
async def list_gifts(tx: Tx, page: PageQuery) -> RaisePage[GiftModel]:
    """Page through gifts."""
    found = await service.list_gifts(tx, page.checked(service.SORTS))
    return RaisePage(items=[gift_model(gift) for gift in found.items], total=found.total)


@get("/api/Donor/{donor_id:int}/gifts", "gift:read")
async def list_donor_gifts(tx: Tx, donor_id: int, page: PageQuery) -> RaisePage[GiftModel]:
    """Page through the gifts of one donor."""
    found = await service.list_gifts(tx, page.checked(service.SORTS), donor_id=donor_id)
    return RaisePage(items=[gift_model(gift) for gift in found.items], total=found.total)


routes = [get_gift, list_gifts, list_donor_gifts]

"""`/api/Gift`: read gifts. There is no way to create or edit one here, as in Raise."""

from __future__ import annotations

from litestar import get

from almoner.giving.gifts import service
from almoner.giving.gifts.schemas import GiftList, GiftModel, gift_model
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, scope


@get("/api/Gift/{gift_id:int}", opt=scope("gift:read"))
async def get_gift(tx: Tx, gift_id: int) -> GiftModel:
    """Read one gift."""
    return gift_model(await service.read_gift(tx, gift_id))


@get("/api/Gift/list", opt=scope("gift:read"))
async def list_gifts(tx: Tx, page: PageQuery) -> GiftList:
    """Page through gifts."""
    found = await service.list_gifts(tx, page.checked(service.SORTS))
    return GiftList(items=[gift_model(gift) for gift in found.items], total=found.total)


@get("/api/Donor/{donor_id:int}/gifts", opt=scope("gift:read"))
async def list_donor_gifts(tx: Tx, donor_id: int, page: PageQuery) -> GiftList:
    """Page through the gifts of one donor."""
    found = await service.list_gifts(tx, page.checked(service.SORTS), donor_id=donor_id)
    return GiftList(items=[gift_model(gift) for gift in found.items], total=found.total)


routes = [get_gift, list_gifts, list_donor_gifts]

"""`/api/Gift/{id}/transfer`: move a gift to the donor who gave it (the original's path is unknown, choices.md)."""

from __future__ import annotations

from almoner.giving.gifts.views import GiftView
from almoner.giving.transfers import service
from almoner.giving.transfers.requests import GiftTransferBody
from almoner.giving.transfers.views import GiftTransferView
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import get, post, routes_in
from almoner.platform.organizations.rules import Caller
from almoner.platform.wire import RaisePage, said


@post("/api/Gift/{gift_id:int}/transfer", "gift:update", extension=True, judge=service.broken_in_transfer)
async def transfer_gift(
    tx: Tx, caller: Caller, gift_id: int, data: GiftTransferBody, clock: Clock, wake: Wake
) -> GiftView:
    """Move a gift to another donor. The figures of both follow, and so does the gift in the CRM. The payment is not touched."""
    gift = await service.transfer_gift(tx, gift_id, said(data), clock.now(), by=caller.name)
    wake.ring()
    return gift


@get("/api/Gift/{gift_id:int}/transfers", "gift:read", extension=True)
async def list_gift_transfers(tx: Tx, gift_id: int) -> RaisePage[GiftTransferView]:
    """Every move of a gift from one donor to another, the first one first."""
    items = await service.list_transfers(tx, gift_id)
    return RaisePage(items=items, total=len(items))


routes = routes_in(__name__)

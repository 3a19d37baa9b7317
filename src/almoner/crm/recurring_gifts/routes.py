"""`/api/RecurringGift`: read recurring gifts."""

from __future__ import annotations

from almoner.crm.recurring_gifts import service
from almoner.crm.recurring_gifts.views import RecurringGiftView
from almoner.crm.wire import CrmUrl
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, get, routes_in
from almoner.platform.wire import CrmPage


@get("/api/RecurringGift/{recurring_gift_id:int}", "gift:read")
async def get_recurring_gift(tx: Tx, recurring_gift_id: int, crm_url: CrmUrl) -> RecurringGiftView:
    """Read one recurring gift."""
    return await service.read_recurring_gift(tx, recurring_gift_id, crm_url)


@get("/api/RecurringGift/ByContact/{contact_id:int}", "gift:read", sorts=service.SORTS)
async def list_contact_recurring_gifts(
    tx: Tx, contact_id: int, page: PageQuery, crm_url: CrmUrl
) -> CrmPage[RecurringGiftView]:
    """Page through the recurring gifts of one contact."""
    found = await service.list_contact_recurring_gifts(tx, contact_id, page.checked(), crm_url)
    return CrmPage(items=found.items, total=found.total)


routes = routes_in(__name__)

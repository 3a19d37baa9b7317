"""`/api/GiftAsk`: what contacts are asked for."""

from __future__ import annotations

from almoner.crm.custom_fields.service import list_fields
from almoner.crm.custom_fields.views import CustomFieldView
from almoner.crm.gift_asks import service
from almoner.crm.gift_asks.catalog import GIFT_ASKS
from almoner.crm.gift_asks.requests import GiftAskBody, GiftAskChangeBody
from almoner.crm.gift_asks.views import GiftAskView
from almoner.crm.gifts.views import GiftView
from almoner.crm.wire import CrmUrl
from almoner.kernel.clock import Clock
from almoner.kernel.errors import FieldError
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import PageQuery, Request, WithHeaders, get, post, put, routes_in
from almoner.platform.query import QueryBody, QueryOptionsView, Window, options_view
from almoner.platform.query.serving import answered, query
from almoner.platform.wire import CrmPage, said


async def broken_in_gift_ask(tx: Tx, data: GiftAskBody, clock: Clock) -> list[FieldError]:
    """See `Commitments.broken`."""
    return await service.ASKS.broken(tx, said(data), clock.now())


@post("/api/GiftAsk", "gift:write", judge=broken_in_gift_ask)
async def create_gift_ask(tx: Tx, data: GiftAskBody, clock: Clock, crm_url: CrmUrl) -> GiftAskView:
    """Note what a contact is asked for."""
    return await service.ASKS.create(tx, said(data), clock.now(), crm_url)


async def broken_in_change(
    tx: Tx, gift_ask_id: int, data: GiftAskChangeBody, clock: Clock
) -> list[FieldError]:
    """See `Commitments.broken`."""
    return await service.ASKS.broken(tx, said(data), clock.now(), gift_ask_id)


@put("/api/GiftAsk/{gift_ask_id:int}", "gift:write", judge=broken_in_change)
async def replace_gift_ask(
    tx: Tx, gift_ask_id: int, data: GiftAskChangeBody, clock: Clock, crm_url: CrmUrl
) -> GiftAskView:
    """Replace a gift ask; what is left out is cleared."""
    return await service.ASKS.replace(tx, gift_ask_id, said(data), clock.now(), crm_url)


@get("/api/GiftAsk/{gift_ask_id:int}", "gift:read")
async def get_gift_ask(tx: Tx, gift_ask_id: int, crm_url: CrmUrl) -> GiftAskView:
    """Read one gift ask."""
    return await service.ASKS.one(tx, gift_ask_id, crm_url)


@get("/api/GiftAsk/{gift_ask_id:int}/Gifts", "gift:read")
async def list_gifts_of_ask(tx: Tx, gift_ask_id: int, crm_url: CrmUrl) -> list[GiftView]:
    """List the gifts that answer an ask."""
    return await service.ASKS.gifts(tx, gift_ask_id, crm_url)


@get("/api/GiftAsk/ByContact/{contact_id:int}", "gift:read", sorts=service.SORTS)
async def list_contact_gift_asks(
    tx: Tx, contact_id: int, page: PageQuery, crm_url: CrmUrl
) -> CrmPage[GiftAskView]:
    """Page through the gift asks of one contact."""
    return CrmPage.of(await service.ASKS.of_contact(tx, contact_id, page.checked(), crm_url))


@get("/api/GiftAsk/QueryOptions", "gift:read")
async def get_gift_ask_query_options(tx: Tx) -> QueryOptionsView:
    """List what can be asked of gift asks, the organization's own fields among it."""
    return options_view(GIFT_ASKS, (await service.ASKS.own_parameters(tx)).values())


@get("/api/GiftAsk/CustomFields", "gift:read")
async def list_gift_ask_custom_fields(tx: Tx) -> list[CustomFieldView]:
    """List the organization's own fields of gift asks."""
    return await list_fields(tx, "GiftAsk")


@query("/api/GiftAsk/Query", "gift:read", GIFT_ASKS, service.ASKS.own_parameters)
async def query_gift_asks(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock, crm_url: CrmUrl
) -> WithHeaders[CrmPage[GiftAskView]]:
    """Find gift asks."""
    found = await service.ASKS.query(tx, data, window, clock.now(), crm_url)
    return answered(request, found, CrmPage.of, lambda ask: ask)


routes = routes_in(__name__)

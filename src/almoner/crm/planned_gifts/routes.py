"""`/api/PlannedGift`: what contacts plan to give."""

from __future__ import annotations

from almoner.crm.custom_fields.service import list_fields
from almoner.crm.custom_fields.views import CustomFieldView
from almoner.crm.gifts.views import GiftView
from almoner.crm.planned_gifts import service
from almoner.crm.planned_gifts.catalog import PLANNED_GIFTS
from almoner.crm.planned_gifts.requests import PlannedGiftBody, PlannedGiftChangeBody
from almoner.crm.planned_gifts.views import PlannedGiftView
from almoner.crm.wire import CrmUrl
from almoner.kernel.clock import Clock
from almoner.kernel.errors import FieldError
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import PageQuery, Request, WithHeaders, get, post, put, routes_in
from almoner.platform.query import QueryBody, QueryOptionsView, Window, options_view
from almoner.platform.query.serving import answered, query
from almoner.platform.wire import CrmPage, said


async def broken_in_planned_gift(tx: Tx, data: PlannedGiftBody, clock: Clock) -> list[FieldError]:
    """See `Commitments.broken`."""
    return await service.PLANS.broken(tx, said(data), clock.now())


@post("/api/PlannedGift", "gift:write", judge=broken_in_planned_gift)
async def create_planned_gift(
    tx: Tx, data: PlannedGiftBody, clock: Clock, crm_url: CrmUrl
) -> PlannedGiftView:
    """Note what a contact plans to give."""
    return await service.PLANS.create(tx, said(data), clock.now(), crm_url)


async def broken_in_change(
    tx: Tx, planned_gift_id: int, data: PlannedGiftChangeBody, clock: Clock
) -> list[FieldError]:
    """See `Commitments.broken`."""
    return await service.PLANS.broken(tx, said(data), clock.now(), planned_gift_id)


@put("/api/PlannedGift/{planned_gift_id:int}", "gift:write", judge=broken_in_change)
async def replace_planned_gift(
    tx: Tx, planned_gift_id: int, data: PlannedGiftChangeBody, clock: Clock, crm_url: CrmUrl
) -> PlannedGiftView:
    """Replace a planned gift; what is left out is cleared."""
    return await service.PLANS.replace(tx, planned_gift_id, said(data), clock.now(), crm_url)


@get("/api/PlannedGift/{planned_gift_id:int}", "gift:read")
async def get_planned_gift(tx: Tx, planned_gift_id: int, crm_url: CrmUrl) -> PlannedGiftView:
    """Read one planned gift."""
    return await service.PLANS.one(tx, planned_gift_id, crm_url)


@get("/api/PlannedGift/{planned_gift_id:int}/Gifts", "gift:read")
async def list_gifts_of_plan(tx: Tx, planned_gift_id: int, crm_url: CrmUrl) -> list[GiftView]:
    """List the gifts that came of a planned gift."""
    return await service.PLANS.gifts(tx, planned_gift_id, crm_url)


@get("/api/PlannedGift/GiftsApplied/{planned_gift_id:int}", "gift:read")
async def list_gifts_applied(tx: Tx, planned_gift_id: int, crm_url: CrmUrl) -> list[GiftView]:
    """List the gifts that came of a planned gift, under the address that clients ask."""
    return await service.PLANS.gifts(tx, planned_gift_id, crm_url)


@get("/api/PlannedGift/ByContact/{contact_id:int}", "gift:read", sorts=service.SORTS)
async def list_contact_planned_gifts(
    tx: Tx, contact_id: int, page: PageQuery, crm_url: CrmUrl
) -> CrmPage[PlannedGiftView]:
    """Page through the planned gifts of one contact."""
    return CrmPage.of(await service.PLANS.of_contact(tx, contact_id, page.checked(), crm_url))


@get("/api/PlannedGift/QueryOptions", "gift:read")
async def get_planned_gift_query_options(tx: Tx) -> QueryOptionsView:
    """List what can be asked of planned gifts, the organization's own fields among it."""
    return options_view(PLANNED_GIFTS, (await service.PLANS.own_parameters(tx)).values())


@get("/api/PlannedGift/CustomFields", "gift:read")
async def list_planned_gift_custom_fields(tx: Tx) -> list[CustomFieldView]:
    """List the organization's own fields of planned gifts."""
    return await list_fields(tx, "PlannedGift")


@query("/api/PlannedGift/Query", "gift:read", PLANNED_GIFTS, service.PLANS.own_parameters)
async def query_planned_gifts(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock, crm_url: CrmUrl
) -> WithHeaders[CrmPage[PlannedGiftView]]:
    """Find planned gifts."""
    found = await service.PLANS.query(tx, data, window, clock.now(), crm_url)
    return answered(request, found, CrmPage.of, lambda plan: plan)


routes = routes_in(__name__)

"""`/api/v2/Pledge`: what contacts promised."""

from __future__ import annotations

from almoner.crm.custom_fields.service import list_fields
from almoner.crm.custom_fields.views import CustomFieldView
from almoner.crm.pledges import service
from almoner.crm.pledges.catalog import PLEDGES
from almoner.crm.pledges.errors import NothingToWriteOff
from almoner.crm.pledges.requests import PledgeBody, PledgeChangeBody, WriteOffBody
from almoner.crm.pledges.views import PledgeView
from almoner.crm.wire import CrmUrl
from almoner.kernel.clock import Clock
from almoner.kernel.errors import FieldError
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import PageQuery, Request, WithHeaders, get, post, put, routes_in
from almoner.platform.query import QueryBody, QueryOptionsView, Window, options_view
from almoner.platform.query.serving import answered, query
from almoner.platform.wire import CrmPage, said


async def broken_in_pledge(tx: Tx, data: PledgeBody, clock: Clock) -> list[FieldError]:
    """See `Commitments.broken`."""
    return await service.PROMISES.broken(tx, said(data), clock.now())


@post("/api/v2/Pledge", "gift:write", judge=broken_in_pledge)
async def create_pledge(tx: Tx, data: PledgeBody, clock: Clock, crm_url: CrmUrl) -> PledgeView:
    """Note what a contact promises."""
    return await service.create_pledge(tx, said(data), clock.now(), crm_url)


async def broken_in_change(tx: Tx, pledge_id: int, data: PledgeChangeBody, clock: Clock) -> list[FieldError]:
    """See `Commitments.broken`."""
    return await service.PROMISES.broken(tx, said(data), clock.now(), pledge_id)


async def broken_in_write_off() -> tuple[FieldError, ...]:
    """Whatever the reason is, it is one."""
    return ()


@put("/api/v2/Pledge/{pledge_id:int}", "gift:write", judge=broken_in_change)
async def replace_pledge(
    tx: Tx, pledge_id: int, data: PledgeChangeBody, clock: Clock, crm_url: CrmUrl
) -> PledgeView:
    """Replace a pledge; what is left out is cleared."""
    return await service.replace_pledge(tx, pledge_id, said(data), clock.now(), crm_url)


@get("/api/v2/Pledge/{pledge_id:int}", "gift:read")
async def get_pledge(tx: Tx, pledge_id: int, crm_url: CrmUrl) -> PledgeView:
    """Read one pledge."""
    return await service.PROMISES.one(tx, pledge_id, crm_url)


@get("/api/Pledge/{pledge_id:int}", "gift:read", extension=True)
async def get_pledge_unversioned(tx: Tx, pledge_id: int, crm_url: CrmUrl) -> PledgeView:
    """Read one pledge, under the address that clients ask."""
    return await service.PROMISES.one(tx, pledge_id, crm_url)


@put(
    "/api/v2/Pledge/WriteOff/{pledge_id:int}",
    "gift:write",
    raises=(NothingToWriteOff,),
    judge=broken_in_write_off,
)
async def write_off_pledge(
    tx: Tx, pledge_id: int, data: WriteOffBody, clock: Clock, crm_url: CrmUrl
) -> PledgeView:
    """Write off what has not come of a pledge. What came stays, and gifts may still pay it."""
    return await service.write_off(tx, pledge_id, data.reason, clock.now(), crm_url)


@get("/api/v2/Pledge/ByContact/{contact_id:int}", "gift:read", sorts=service.SORTS)
async def list_contact_pledges(
    tx: Tx, contact_id: int, page: PageQuery, crm_url: CrmUrl
) -> CrmPage[PledgeView]:
    """Page through the pledges of one contact."""
    return CrmPage.of(await service.PROMISES.of_contact(tx, contact_id, page.checked(), crm_url))


@get("/api/v2/Pledge/QueryOptions", "gift:read")
async def get_pledge_query_options(tx: Tx) -> QueryOptionsView:
    """List what can be asked of pledges, the organization's own fields among it."""
    return options_view(PLEDGES, (await service.PROMISES.own_parameters(tx)).values())


@get("/api/v2/Pledge/CustomFields", "gift:read")
async def list_pledge_custom_fields(tx: Tx) -> list[CustomFieldView]:
    """List the organization's own fields of pledges."""
    return await list_fields(tx, "Pledge")


@query("/api/v2/Pledge/Query", "gift:read", PLEDGES, service.PROMISES.own_parameters)
async def query_pledges(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock, crm_url: CrmUrl
) -> WithHeaders[CrmPage[PledgeView]]:
    """Find pledges."""
    found = await service.PROMISES.query(tx, data, window, clock.now(), crm_url)
    return answered(request, found, CrmPage.of, lambda pledge: pledge)


@get("/api/Pledge/QueryOptions", "gift:read")
async def get_pledge_query_options_unversioned(tx: Tx) -> QueryOptionsView:
    """List what can be asked of pledges, the organization's own fields among it, under the address that clients ask."""
    return options_view(PLEDGES, (await service.PROMISES.own_parameters(tx)).values())


@query("/api/Pledge/Query", "gift:read", PLEDGES, service.PROMISES.own_parameters)
async def query_pledges_unversioned(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock, crm_url: CrmUrl
) -> WithHeaders[CrmPage[PledgeView]]:
    """Find pledges, under the address that clients ask."""
    found = await service.PROMISES.query(tx, data, window, clock.now(), crm_url)
    return answered(request, found, CrmPage.of, lambda pledge: pledge)


routes = routes_in(__name__)

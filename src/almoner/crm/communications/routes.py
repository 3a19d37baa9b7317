"""`/api/Communication`: make, read and find communications."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.communications import service
from almoner.crm.communications.catalog import COMMUNICATIONS
from almoner.crm.communications.requests import CommunicationBody
from almoner.crm.communications.views import CommunicationRowView, CommunicationView, communication_row
from almoner.kernel.clock import Clock
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import PageQuery, Request, WithHeaders, get, post, routes_in
from almoner.platform.query import QueryBody, QueryOptionsView, Window, options_view
from almoner.platform.query.serving import answered, query
from almoner.platform.wire import CrmPage, said


@post("/api/Communication", "communication:write", judge=service.broken_in_new)
async def create_communication(tx: Tx, data: CommunicationBody, clock: Clock) -> CommunicationView:
    """Make a communication of a campaign. It stays as it is made."""
    return await service.create_communication(tx, said(data), clock.now())


@get("/api/Communication/{communication_id:int}", "communication:read")
async def get_communication(tx: Tx, communication_id: int) -> CommunicationView:
    """Read one communication."""
    return await service.read_communication(tx, communication_id)


@get("/api/Communication/ByCampaign/{campaign_id:int}", "communication:read", sorts=service.SORTS)
async def list_communications(
    tx: Tx,
    campaign_id: int,
    page: PageQuery,
    filter: Annotated[  # noqa: A002 - the original calls it so
        str, Meta(max_length=150, description="A piece of the name, in whatever case; all when it is blank.")
    ] = "",
) -> CrmPage[CommunicationView]:
    """Page through the communications of a campaign."""
    return CrmPage.of(await service.list_communications(tx, campaign_id, page.checked(), filter.strip()))


@get("/api/Communication/ChannelTypes", "communication:read")
async def list_channel_types(tx: Tx) -> list[str]:
    """List the channels by which communications go out: those that every organization has, and its own."""
    return await service.channel_types(tx)


@get("/api/Communication/CommunicationTypes", "communication:read")
async def list_communication_types(tx: Tx) -> list[str]:
    """List the kinds of communications: those that every organization has, and its own."""
    return await service.communication_types(tx)


@get("/api/Communication/QueryOptions", "communication:read")
async def get_communication_query_options() -> QueryOptionsView:
    """List what can be asked of communications."""
    return options_view(COMMUNICATIONS)


@query("/api/Communication/Query", "communication:read", COMMUNICATIONS)
async def query_communications(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock
) -> WithHeaders[CrmPage[CommunicationRowView]]:
    """Find communications."""
    found = await service.query_communications(tx, data, window, clock.now())
    return answered(request, found, CrmPage.of, communication_row)


routes = routes_in(__name__)

"""`/api/GiftDesignation`: find designations over many gifts."""

from __future__ import annotations

from almoner.crm.gift_designations import service
from almoner.crm.gift_designations.catalog import GIFT_DESIGNATIONS
from almoner.crm.gift_designations.views import GiftDesignationRowView
from almoner.crm.wire import CrmUrl
from almoner.kernel.clock import Clock
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import Request, WithHeaders, get, routes_in
from almoner.platform.query import QueryBody, QueryOptionsView, Window, options_view
from almoner.platform.query.serving import answered, query
from almoner.platform.wire import CrmPage


@get("/api/GiftDesignation/QueryOptions", "gift:read")
async def get_gift_designation_query_options(tx: Tx) -> QueryOptionsView:
    """List what can be asked of designations, the organization's own fields of their gifts among it.

    `Campaign Name` and `Campaign Id` find parts that went to a project of the campaign while it was in it, and all of gifts with a segment of it.
    """
    return options_view(GIFT_DESIGNATIONS, (await service.own_parameters(tx)).values())


@query("/api/GiftDesignation/Query", "gift:read", GIFT_DESIGNATIONS, service.own_parameters)
async def query_gift_designations(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock, crm_url: CrmUrl
) -> WithHeaders[CrmPage[GiftDesignationRowView]]:
    """Find designations, each with its gift, giver and project."""
    found = await service.query_designations(tx, data, window, clock.now(), crm_url)
    return answered(request, found, CrmPage.of, lambda row: row)


routes = routes_in(__name__)

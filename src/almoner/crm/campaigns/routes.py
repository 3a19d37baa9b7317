"""`/api/Campaign`: read campaigns. Staff make and change them: `POST /api/Campaign` is answered 405, whose message names the command and the staff's operations."""

from __future__ import annotations

from typing import NoReturn

from almoner.crm.campaigns import service
from almoner.crm.campaigns.catalog import CAMPAIGNS
from almoner.crm.campaigns.errors import CampaignsReadOnly
from almoner.crm.campaigns.views import CampaignView
from almoner.kernel.clock import Clock
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import Request, Route, WithHeaders, get, routes_in
from almoner.platform.query import QueryBody, QueryOptionsView, Window, options_view
from almoner.platform.query.serving import answered, query
from almoner.platform.wire import CrmPage


@get("/api/Campaign/{campaign_id:int}", "campaign:read")
async def get_campaign(tx: Tx, campaign_id: int) -> CampaignView:
    """Read one campaign."""
    return await service.read_campaign(tx, campaign_id)


@get("/api/Campaign/GetStepsByCampaignId/{campaign_id:int}", "campaign:read")
async def get_campaign_steps(tx: Tx, campaign_id: int) -> list[str]:
    """List the steps of a campaign in their order: what a communication may name as its `communicationStep`."""
    return await service.steps_of(tx, campaign_id)


@get("/api/Campaign/QueryOptions", "campaign:read")
async def get_campaign_query_options() -> QueryOptionsView:
    """List what can be asked of campaigns."""
    return options_view(CAMPAIGNS)


@query("/api/Campaign/Query", "campaign:read", CAMPAIGNS)
async def query_campaigns(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock
) -> WithHeaders[CrmPage[CampaignView]]:
    """Find campaigns, archived ones too unless that is asked about."""
    found = await service.query_campaigns(tx, data, window, clock.now())
    return answered(request, found, CrmPage.of, lambda campaign: campaign)


async def refuse_campaign() -> NoReturn:
    """Say that partners make no campaigns (seed page, Campaigns)."""
    raise CampaignsReadOnly


refuse_new = Route(
    method="POST",
    path="/api/Campaign",
    scope="campaign:read",
    handler=refuse_campaign,
    extension=True,
    documented=False,
)

routes = routes_in(__name__)

"""`/api/Campaign`: make, read, change and delete campaigns; pause and resume their sync."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.giving.campaigns import service
from almoner.giving.campaigns.catalog import CAMPAIGNS
from almoner.giving.campaigns.requests import CampaignBody, CampaignSyncBody
from almoner.giving.campaigns.views import CampaignView, SyncChangeView, sync_change_view
from almoner.giving.coded import CodeTaken
from almoner.giving.filtering import Filter
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict, FieldError
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import PageQuery, Request, WithHeaders, delete, get, post, put, routes_in
from almoner.platform.organizations.rules import Caller
from almoner.platform.query import QueryOptionsView, SelectingBody, Window, options_view
from almoner.platform.query.serving import answered, query
from almoner.platform.settings import PublicUrl
from almoner.platform.wire import RaisePage, said


@post("/api/Campaign", "campaign:write", judge=service.broken_in_campaign, raises=(CodeTaken,))
async def create_campaign(tx: Tx, data: CampaignBody, clock: Clock, public_url: PublicUrl) -> CampaignView:
    """Create a campaign, with segments if it says some."""
    return await service.create_campaign(tx, said(data), clock.now(), public_url)


@get("/api/Campaign/{campaign_id:int}", "campaign:read")
async def get_campaign(tx: Tx, campaign_id: int, public_url: PublicUrl) -> CampaignView:
    """Read one campaign."""
    return await service.read_campaign(tx, campaign_id, public_url)


@put("/api/Campaign/{campaign_id:int}", "campaign:write", judge=service.broken_in_campaign)
async def replace_campaign(
    tx: Tx, caller: Caller, campaign_id: int, data: CampaignBody, clock: Clock, public_url: PublicUrl
) -> CampaignView:
    """Replace what a campaign says. What is left out is cleared, but for `canSync`, `crmKey` and its segments, which stay."""
    return await service.replace_campaign(tx, campaign_id, said(data), caller.name, clock.now(), public_url)


@delete("/api/Campaign/{campaign_id:int}", "campaign:write", raises=(Conflict,))
async def delete_campaign(tx: Tx, campaign_id: int, clock: Clock, public_url: PublicUrl) -> None:
    """Delete a campaign that has no gift, segment or form."""
    await service.delete_campaign(tx, campaign_id, clock.now(), public_url)


@get("/api/Campaign/list", "campaign:read", sorts=service.SORTS)
async def list_campaigns(
    tx: Tx, page: PageQuery, public_url: PublicUrl, filter_: Filter = None
) -> RaisePage[CampaignView]:
    """Page through campaigns."""
    return RaisePage.of(await service.list_campaigns(tx, page.checked(), public_url, filter_))


@query("/api/Campaign/query", "campaign:read", CAMPAIGNS, body=SelectingBody)
async def query_campaigns(
    tx: Snapshot, request: Request, data: SelectingBody, window: Window, clock: Clock, public_url: PublicUrl
) -> WithHeaders[RaisePage[CampaignView]]:
    """Find campaigns, by what they raised too, each with the columns that are selected.

    `metadata` of each has the text of every column of `selectedColumns`, in their order. In the order of ids a sweep costs the same to its end.
    """
    found = await service.query_campaigns(tx, data, window, clock.now(), public_url)
    return answered(request, found, RaisePage.of, lambda campaign: campaign)


@get("/api/Campaign/QueryOptions", "campaign:read", extension=True)
async def get_campaign_query_options() -> QueryOptionsView:
    """List what can be asked of campaigns. Each parameter is the label of a column too."""
    return options_view(CAMPAIGNS)


@put("/api/Campaign/{campaign_id:int}/toggle-sync", "campaign:write")
async def toggle_sync(
    tx: Tx,
    caller: Caller,
    campaign_id: int,
    clock: Clock,
    public_url: PublicUrl,
    reason: Annotated[str | None, Meta(description="An extension: why, kept with the change.")] = None,
) -> CampaignView:
    """Flip whether gifts made from now on go to the CRM. `reason` (extension) is kept with the change.

    A retried call flips it back, unless both have the same `Idempotency-Key`; `PUT .../sync` says what it is to be.
    """
    await service.toggle_sync(tx, campaign_id, by=caller.name, reason=reason, now=clock.now())
    return await service.read_campaign(tx, campaign_id, public_url)


async def nothing_broken() -> tuple[FieldError, ...]:
    """What the switch is to be cannot be wrong."""
    return ()


@put("/api/Campaign/{campaign_id:int}/sync", "campaign:write", extension=True, judge=nothing_broken)
async def set_campaign_sync(
    tx: Tx, caller: Caller, campaign_id: int, data: CampaignSyncBody, clock: Clock, public_url: PublicUrl
) -> CampaignView:
    """Say whether gifts made from now on go to the CRM, with the reason: said again, it changes nothing."""
    await service.set_sync(
        tx, campaign_id, data.can_sync, by=caller.name, reason=data.reason, now=clock.now()
    )
    return await service.read_campaign(tx, campaign_id, public_url)


@get("/api/Campaign/{campaign_id:int}/sync-changes", "campaign:read", extension=True)
async def list_sync_changes(tx: Tx, campaign_id: int) -> RaisePage[SyncChangeView]:
    """Every change of a campaign's sync switch: who, when, why."""
    changes = await service.sync_changes(tx, campaign_id)
    return RaisePage(items=[sync_change_view(change) for change in changes], total=len(changes))


routes = routes_in(__name__)

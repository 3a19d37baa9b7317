"""`/api/Campaign`: make and read campaigns; pause and resume their sync."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.giving.campaigns import service
from almoner.giving.campaigns.requests import CampaignBody
from almoner.giving.campaigns.views import CampaignView, SyncChangeView, sync_change_view
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, get, post, put, routes_in
from almoner.platform.organizations.rules import Caller
from almoner.platform.settings import PublicUrl
from almoner.platform.wire import RaisePage, said


@post("/api/Campaign", "campaign:write", judge=service.broken_in_new)
async def create_campaign(tx: Tx, data: CampaignBody, clock: Clock, public_url: PublicUrl) -> CampaignView:
    """Create a campaign."""
    return await service.create_campaign(tx, said(data), clock.now(), public_url)


@get("/api/Campaign/{campaign_id:int}", "campaign:read")
async def get_campaign(tx: Tx, campaign_id: int, public_url: PublicUrl) -> CampaignView:
    """Read one campaign."""
    return await service.read_campaign(tx, campaign_id, public_url)


@get("/api/Campaign/list", "campaign:read", sorts=service.SORTS)
async def list_campaigns(tx: Tx, page: PageQuery, public_url: PublicUrl) -> RaisePage[CampaignView]:
    """Page through campaigns."""
    return RaisePage.of(await service.list_campaigns(tx, page.checked(), public_url))


@put("/api/Campaign/{campaign_id:int}/toggle-sync", "campaign:write")
async def toggle_sync(
    tx: Tx,
    caller: Caller,
    campaign_id: int,
    clock: Clock,
    public_url: PublicUrl,
    reason: Annotated[str | None, Meta(description="An extension: why, kept with the change.")] = None,
) -> CampaignView:
    """Flip whether gifts made from now on go to the CRM. `reason` (extension) is kept with the change."""
    by = f"API key {caller.key_id}"
    await service.toggle_sync(tx, campaign_id, by=by, reason=reason, now=clock.now())
    return await service.read_campaign(tx, campaign_id, public_url)


@get("/api/Campaign/{campaign_id:int}/sync-history", "campaign:read", extension=True)
async def sync_history(tx: Tx, campaign_id: int) -> RaisePage[SyncChangeView]:
    """Every flip of a campaign's sync switch: who, when, why."""
    changes = await service.sync_changes(tx, campaign_id)
    return RaisePage(items=[sync_change_view(change) for change in changes], total=len(changes))


routes = routes_in(__name__)

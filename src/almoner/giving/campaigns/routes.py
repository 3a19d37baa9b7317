"""`/api/Campaign`: make and read campaigns; pause and resume their sync."""

from __future__ import annotations

from almoner.giving.campaigns import service
from almoner.giving.campaigns.schemas import (
    CampaignModel,
    CampaignRequest,
    SyncChangeModel,
    campaign_model,
    sync_change_model,
)
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, get, post, put
from almoner.platform.organizations.rules import Caller
from almoner.platform.settings import PublicUrl
from almoner.platform.wire import RaisePage


@post("/api/Campaign", "campaign:write", once=True)
async def create_campaign(
    tx: Tx, data: CampaignRequest, clock: Clock, public_url: PublicUrl
) -> CampaignModel:
    """Create a campaign."""
    campaign = await service.create_campaign(tx, data, clock.now())
    return campaign_model(campaign, tx.organization.currency, public_url)


@get("/api/Campaign/{campaign_id:int}", "campaign:read")
async def get_campaign(tx: Tx, campaign_id: int, public_url: PublicUrl) -> CampaignModel:
    """Read one campaign."""
    campaign = await service.read_campaign(tx, campaign_id)
    return campaign_model(campaign, tx.organization.currency, public_url)


@get("/api/Campaign/list", "campaign:read")
async def list_campaigns(tx: Tx, page: PageQuery, public_url: PublicUrl) -> RaisePage[CampaignModel]:
    """Page through campaigns."""
    found = await service.list_campaigns(tx, page.checked(service.SORTS))
    currency = tx.organization.currency
    return RaisePage(
        items=[campaign_model(campaign, currency, public_url) for campaign in found.items], total=found.total
    )


@put("/api/Campaign/{campaign_id:int}/toggle-sync", "campaign:write")
async def toggle_sync(
    tx: Tx, caller: Caller, campaign_id: int, clock: Clock, public_url: PublicUrl, reason: str | None = None
) -> CampaignModel:
    """Flip whether gifts made from now on go to the CRM. `reason` (extension) is kept with the change."""
    campaign = await service.toggle_sync(
        tx, campaign_id, by=f"API key {caller.key_id}", reason=reason, now=clock.now()
    )
    return campaign_model(campaign, tx.organization.currency, public_url)


@get("/api/Campaign/{campaign_id:int}/sync-history", "campaign:read", extension=True)
async def sync_history(tx: Tx, campaign_id: int) -> RaisePage[SyncChangeModel]:
    """Every flip of a campaign's sync switch: who, when, why."""
    await service.read_campaign(tx, campaign_id)
    changes = await service.sync_changes(tx, campaign_id)
    return RaisePage(items=[sync_change_model(change) for change in changes], total=len(changes))


routes = [create_campaign, get_campaign, list_campaigns, toggle_sync, sync_history]

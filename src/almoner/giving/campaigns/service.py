"""Make and read campaigns; flip their sync switch."""

from __future__ import annotations

from datetime import datetime

from almoner.giving.campaigns.rules import Campaign, SyncChange, draft
from almoner.giving.campaigns.schemas import CampaignRequest
from almoner.kernel.errors import NotFound
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page

_queries = load_queries(__file__)

SORTS = {"id": "c.id", "name": "c.name", "startdate": "c.start_at", "createddatetime": "c.created_at"}


async def create_campaign(tx: Tx, request: CampaignRequest, now: datetime) -> Campaign:
    """Make a campaign; it syncs unless `canSync` is false. `Invalid` names every broken field."""
    checked = draft(request, tx.organization.currency)
    campaign_id = await _queries.add_campaign(
        tx,
        name=checked.name,
        description=request.description,
        start_at=request.start_date,
        end_at=request.end_date,
        giving_goal_minor=checked.giving_goal_minor,
        total_gift_goal=request.total_gift_goal,
        can_sync=request.can_sync,
        crm_key=request.crm_key,
        now=now,
    )
    await _announce(tx, "campaign.created", campaign_id, now)
    return await read_campaign(tx, campaign_id)


async def read_campaign(tx: Tx, campaign_id: int) -> Campaign:
    """One campaign with what it raised; `NotFound` when this organization has none with this id."""
    row = await _queries.campaign_by_id(tx, id=campaign_id)
    if row is None:
        raise NotFound(f"There is no campaign {campaign_id}.")
    return Campaign(**row)


async def list_campaigns(tx: Tx, paging: Paging) -> Page[Campaign]:
    """A page of campaigns and how many there are."""
    return await read_page(tx, _queries.list_campaigns, paging, lambda row: Campaign(**row))


async def toggle_sync(tx: Tx, campaign_id: int, *, by: str, reason: str | None, now: datetime) -> Campaign:
    """Flip `canSync` and keep who did it, when and why. Not retroactive (seed page, Toggling sync)."""
    row = await _queries.toggle_sync(tx, id=campaign_id, now=now)
    if row is None:
        raise NotFound(f"There is no campaign {campaign_id}.")
    await _queries.add_sync_change(
        tx,
        campaign_id=campaign_id,
        now=now,
        can_sync=row["can_sync"],
        changed_by=by,
        reason=reason,
    )
    await _announce(tx, "campaign.updated", campaign_id, now)
    return await read_campaign(tx, campaign_id)


async def sync_changes(tx: Tx, campaign_id: int) -> list[SyncChange]:
    """Every flip of a campaign's sync switch, oldest first."""
    rows = await _queries.list_sync_changes(tx, campaign_id=campaign_id)
    return [SyncChange(**row) for row in rows]


async def last_sync_changes(tx: Tx, campaign_ids: list[int]) -> dict[int, SyncChange]:
    """The latest flip of each campaign's sync switch, by campaign id; campaigns never flipped are left out."""
    rows = await _queries.last_sync_changes(tx, campaign_ids=campaign_ids)
    return {
        row["campaign_id"]: SyncChange(row["changed_at"], row["can_sync"], row["changed_by"], row["reason"])
        for row in rows
    }


async def _announce(tx: Tx, kind: str, campaign_id: int, now: datetime) -> None:
    await _queries.add_campaign_event(tx, kind=kind, id=campaign_id, now=now, data=None)

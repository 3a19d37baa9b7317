"""Make and read campaigns; flip their sync switch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from almoner.giving.campaigns.rules import SyncChange, checked
from almoner.giving.campaigns.views import CampaignView, campaign_view
from almoner.giving.events import LOG
from almoner.kernel.clock import zone
from almoner.kernel.errors import FieldError, found, only, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.records import Table
from almoner.platform.telling import read_rows, tell_rows
from almoner.platform.wire import fill

_queries = load_queries(__file__)

CAMPAIGNS = Table(LOG, "giving.campaign")
SORTS = {"id": "id", "name": "name", "startdate": "start_at", "createddatetime": "created_at"}


async def records(tx: Tx, ids: Sequence[int], public_url: str) -> list[CampaignView]:
    """Campaigns in the order of `ids`, each with what it raised; unknown ids are left out. The one read of campaigns.

    Links lead to the CRM under `public_url`.
    """
    rows = await read_rows(_queries.records, tx, ids)
    tell = partial(campaign_view, currency=tx.organization.currency, public_url=public_url)
    return await tell_rows("giving.campaign", rows, ids, tell, CampaignView)


async def create_campaign(tx: Tx, said: Mapping[str, Any], now: datetime, public_url: str) -> CampaignView:
    """Make a campaign of the fields `said`; it syncs unless `canSync` is false. `Invalid` names every broken field."""
    campaign_id = await CAMPAIGNS.add(
        tx, checked(said, tx.organization.currency, zone(tx.organization.time_zone)), now
    )
    return await read_campaign(tx, campaign_id, public_url)


async def broken_in_new(tx: Tx, said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that `create_campaign` refuses; null stands for what could not be read."""
    return refused_by(checked, said, tx.organization.currency, zone(tx.organization.time_zone))


async def read_campaign(tx: Tx, campaign_id: int, public_url: str) -> CampaignView:
    """One campaign with what it raised; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [campaign_id], public_url), "campaign", campaign_id)


async def list_campaigns(tx: Tx, paging: Paging, public_url: str) -> Page[CampaignView]:
    """A page of campaigns and how many there are."""
    return await read_page(tx, _queries.chosen, paging, partial(records, public_url=public_url))


async def syncs(tx: Tx, campaign_id: int) -> bool:
    """Whether gifts made from now on go to the CRM; `NotFound` when there is no such campaign."""
    can_sync: bool = found(await _queries.syncs(tx, id=campaign_id), "campaign", campaign_id)
    return can_sync


async def syncing(tx: Tx, campaign_ids: Sequence[int]) -> set[int]:
    """Those of the campaigns whose gifts go to the CRM now."""
    return {row["id"] for row in await _queries.syncing(tx, ids=list(campaign_ids))}


async def toggle_sync(tx: Tx, campaign_id: int, *, by: str, reason: str | None, now: datetime) -> bool:
    """Flip `canSync` and keep who did it, when and why; answers what it is now. Not retroactive (seed page, Toggling sync).

    `NotFound` when this organization has no campaign with this id.
    """
    flipped = found(await _queries.toggle_sync(tx, id=campaign_id, now=now), "campaign", campaign_id)
    can_sync: bool = flipped["can_sync"]
    change = {
        "campaign_id": campaign_id,
        "changed_at": now,
        "can_sync": can_sync,
        "changed_by": by,
        "reason": reason,
    }
    await _queries.add_sync_change(tx, row=change)
    old = {"canSync": not can_sync}
    await LOG.announce(tx, "campaign.updated", campaign_id, now, version=flipped["version"], data=old)
    return can_sync


async def sync_changes(tx: Tx, campaign_id: int) -> list[SyncChange]:
    """Every flip of a campaign's sync switch, oldest first; `NotFound` when there is no such campaign."""
    await syncs(tx, campaign_id)
    return [fill(SyncChange, row) for row in await _queries.sync_changes(tx, campaign_id=campaign_id)]


async def last_sync_changes(tx: Tx, campaign_ids: Sequence[int]) -> dict[int, SyncChange]:
    """The latest flip of each campaign's sync switch, by campaign id; campaigns never flipped are left out."""
    rows = await _queries.last_sync_changes(tx, campaign_ids=list(campaign_ids))
    return {row["campaign_id"]: fill(SyncChange, row) for row in rows}

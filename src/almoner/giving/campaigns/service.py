"""Make, read, change and delete campaigns; turn their sync off and on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from msgspec.structs import replace

from almoner.giving.campaigns.catalog import CAMPAIGNS as CAMPAIGNS_ASKED
from almoner.giving.campaigns.columns import COLUMNS, OF_SEGMENTS
from almoner.giving.campaigns.rules import SyncChange, checked
from almoner.giving.campaigns.views import CampaignView, campaign_view
from almoner.giving.events import LOG
from almoner.giving.segments.service import put_segments
from almoner.kernel.clock import zone
from almoner.kernel.errors import Conflict, FieldError, found, only, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.query import Found, SelectingBody, Window, read_columns, run_query, tell_columns
from almoner.platform.records import Table
from almoner.platform.telling import read_rows, tell_rows
from almoner.platform.wire import fill
from almoner.platform.wire import said as body_said

_queries = load_queries(__file__)

CAMPAIGNS = Table(LOG, "giving.campaign")
SORTS = {
    "id": "id",
    "name": "name",
    "startdate": "start_at",
    "enddate": "end_at",
    "createddatetime": "created_at",
}


async def records(tx: Tx, ids: Sequence[int], public_url: str) -> list[CampaignView]:
    """Campaigns in the order of `ids`, each with what it raised; unknown ids are left out. The one read of campaigns.

    Links lead to the CRM under `public_url`.
    """
    rows = await read_rows(_queries.records, tx, ids)
    home = tx.organization
    tell = partial(campaign_view, currency=home.currency, time_zone=home.time_zone, public_url=public_url)
    return await tell_rows("giving.campaign", rows, ids, tell, CampaignView)


async def create_campaign(tx: Tx, said: Mapping[str, Any], now: datetime, public_url: str) -> CampaignView:
    """Make a campaign of the fields `said`, with its segments; it syncs unless `canSync` is false. `Invalid` names every broken field."""
    row = {"can_sync": True, "crm_key": None, **_checked(tx, said)}
    campaign_id = await CAMPAIGNS.add(tx, row, now)
    await put_segments(tx, campaign_id, _segments(said), now)
    return await read_campaign(tx, campaign_id, public_url)


async def replace_campaign(
    tx: Tx, campaign_id: int, said: Mapping[str, Any], by: str, now: datetime, public_url: str
) -> CampaignView:
    """Let a campaign be as it is `said`; its switch, key and segments stay when nothing is said of them. Another switch is kept with who said so.

    `NotFound` without it, and as `create_campaign`.
    """
    row = _checked(tx, said)
    await set_sync(tx, campaign_id, row.pop("can_sync", None), by=by, reason=None, now=now)
    await CAMPAIGNS.change(tx, campaign_id, row, now)
    await put_segments(tx, campaign_id, _segments(said), now)
    return await read_campaign(tx, campaign_id, public_url)


async def delete_campaign(tx: Tx, campaign_id: int, now: datetime, public_url: str) -> None:
    """Delete a campaign, and with it the history of its switch. `NotFound` without it, `Conflict` while a gift, segment or form is of it."""
    last = await read_campaign(tx, campaign_id, public_url)
    try:
        await CAMPAIGNS.remove(tx, campaign_id, now, last)
    except Conflict as error:
        raise Conflict(
            f"{error.message} A campaign with gifts stays: let it end, and turn its sync off."
        ) from None


async def broken_in_campaign(tx: Tx, said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that a campaign refuses; null stands for what could not be read."""
    return refused_by(_checked, tx, said)


def _checked(tx: Tx, said: Mapping[str, Any]) -> dict[str, Any]:
    return checked(said, tx.organization.currency, zone(tx.organization.time_zone))


def _segments(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [body_said(part) for part in said["segments"] or ()]


async def read_campaign(tx: Tx, campaign_id: int, public_url: str) -> CampaignView:
    """One campaign with what it raised; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [campaign_id], public_url), "campaign", campaign_id)


async def list_campaigns(
    tx: Tx, paging: Paging, public_url: str, filter_: str | None = None
) -> Page[CampaignView]:
    """A page of campaigns, of those whose id or name holds `filter_`, and how many there are."""
    tell = partial(records, public_url=public_url)
    return await read_page(tx, _queries.chosen, paging, tell, filter=clean(filter_))


async def query_campaigns(
    tx: Tx, body: SelectingBody, window: Window, now: datetime, public_url: str
) -> Found[CampaignView]:
    """The campaigns that a query wants, each with the columns that it selects; `BadQuery` names everything that is wrong with it."""

    async def read(tx: Tx, ids: list[int]) -> list[CampaignView]:
        selected = read_columns(body.selected_columns, CAMPAIGNS_ASKED)
        return await _with_columns(tx, await records(tx, ids, public_url), selected)

    return await run_query(tx, CAMPAIGNS_ASKED, body, window, read, now)


async def _with_columns(
    tx: Tx, campaigns: Sequence[CampaignView], selected: Sequence[str]
) -> list[CampaignView]:
    asks_segments = any(name in OF_SEGMENTS for name in selected)
    ids = [campaign.id for campaign in campaigns] if asks_segments else []
    segments = {row["id"]: row for row in await _queries.segments(tx, ids=ids)} if ids else {}
    columns = [COLUMNS[name] for name in selected]
    return [
        replace(
            campaign,
            metadata=tell_columns(
                "giving.campaign", campaign.id, columns, campaign, segments.get(campaign.id)
            ),
        )
        for campaign in campaigns
    ]


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
    before = found(await _queries.syncs_for_update(tx, id=campaign_id), "campaign", campaign_id)["can_sync"]
    await _switch(tx, campaign_id, not before, by, reason, now)
    return not before


async def set_sync(
    tx: Tx, campaign_id: int, can_sync: bool | None, *, by: str, reason: str | None, now: datetime
) -> None:
    """Let `canSync` be so, and keep who did it, when and why; no change, and nothing kept, when it is so already or None.

    `NotFound` when this organization has no campaign with this id.
    """
    before = found(await _queries.syncs_for_update(tx, id=campaign_id), "campaign", campaign_id)["can_sync"]
    if can_sync is not None and can_sync is not before:
        await _switch(tx, campaign_id, can_sync, by, reason, now)


async def _switch(
    tx: Tx, campaign_id: int, can_sync: bool, by: str, reason: str | None, now: datetime
) -> None:
    version = await _queries.switch_sync(tx, id=campaign_id, can_sync=can_sync, now=now)
    change = {
        "campaign_id": campaign_id,
        "changed_at": now,
        "can_sync": can_sync,
        "changed_by": by,
        "reason": clean(reason),
    }
    await _queries.add_sync_change(tx, row=change)
    old = {"canSync": not can_sync}
    await LOG.announce(tx, "campaign.updated", campaign_id, now, version=version, data=old)


async def sync_changes(tx: Tx, campaign_id: int) -> list[SyncChange]:
    """Every change of a campaign's sync switch, oldest first; `NotFound` when there is no such campaign."""
    await syncs(tx, campaign_id)
    return [fill(SyncChange, row) for row in await _queries.sync_changes(tx, campaign_id=campaign_id)]


async def last_sync_changes(tx: Tx, campaign_ids: Sequence[int]) -> dict[int, SyncChange]:
    """The latest change of each campaign's sync switch, by campaign id; campaigns whose switch never changed are left out."""
    rows = await _queries.last_sync_changes(tx, campaign_ids=list(campaign_ids))
    return {row["campaign_id"]: fill(SyncChange, row) for row in rows}

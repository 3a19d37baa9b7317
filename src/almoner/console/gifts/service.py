"""Gather what the page shows from giving, crm and sync."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from almoner.console.gifts.rules import Balance, Sides, balances
from almoner.crm.gifts import service as crm_gifts
from almoner.giving.campaigns import service as campaigns
from almoner.giving.campaigns.rules import SyncChange
from almoner.giving.campaigns.views import CampaignView
from almoner.giving.donors.rules import Donor
from almoner.giving.donors.service import read_donors
from almoner.giving.gifts import service as gifts
from almoner.giving.gifts.views import GiftView
from almoner.kernel.errors import Conflict
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Snapshot, Tx
from almoner.sync import service as sync
from almoner.sync.service import Lag

GIFTS_SHOWN = 25
CAMPAIGNS_SHOWN = 20
LAG_SPAN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The newest gifts with their donors and sync states; a gift without a state is queued."""

    gifts: list[GiftView]
    donors: dict[int, Donor]
    states: dict[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class CampaignSwitches:
    """The newest campaigns, how many there are, and the latest flip of each one's switch."""

    campaigns: Page[CampaignView]
    changes: dict[int, SyncChange]


@dataclass(frozen=True, slots=True)
class LagSeries:
    """Lag second by second over the last `LAG_SPAN` before `now`, and over all of it."""

    now: datetime
    seconds: list[Lag]
    overall: Lag


async def read_arrivals(tx: Tx) -> Arrivals:
    """The newest gifts, newest first."""
    newest = (await gifts.list_gifts(tx, Paging(0, GIFTS_SHOWN, "id", descending=True))).items
    donors = await read_donors(tx, list({gift.donor_id for gift in newest}))
    states = await sync.states_of_gifts(tx, [gift.id for gift in newest])
    return Arrivals(newest, donors, states)


async def read_balances(tx: Snapshot) -> list[Balance]:
    """Both sides compared, by currency, at one instant: a gift that moves in between would look like a difference."""
    sides = Sides(
        giving=await gifts.totals(tx),
        crm=await crm_gifts.totals(tx),
        sync=await sync.gift_totals(tx),
        has_unread=await sync.has_unread(tx),
    )
    return balances(sides)


async def read_switches(tx: Tx, public_url: str) -> CampaignSwitches:
    """The newest campaigns with the state of their sync switch."""
    page = await campaigns.list_campaigns(tx, Paging(0, CAMPAIGNS_SHOWN, "id", descending=True), public_url)
    changes = await campaigns.last_sync_changes(tx, [campaign.id for campaign in page.items])
    return CampaignSwitches(page, changes)


async def set_sync(tx: Tx, campaign_id: int, *, can_sync: bool, now: datetime) -> None:
    """Turn a campaign's sync on or off; no change and no entry when it is so already.

    `NotFound` without the campaign, `Conflict` when somebody else flipped it at the same moment.
    """
    if await campaigns.syncs(tx, campaign_id) is can_sync:
        return
    if await campaigns.toggle_sync(tx, campaign_id, by="console", reason=None, now=now) is not can_sync:
        raise Conflict(
            "Somebody else changed this switch at the same moment. Look at the page and try again."
        )


async def read_lag(tx: Tx, now: datetime) -> LagSeries:
    """How long gifts took to reach the CRM lately."""
    return LagSeries(
        now, await sync.lag_by_second(tx, now, LAG_SPAN), await sync.lag_overall(tx, now, LAG_SPAN)
    )

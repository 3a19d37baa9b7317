"""Gather what the page shows from giving, crm and sync."""

from __future__ import annotations

from collections.abc import Sequence
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
from almoner.giving.receipts.waiting import Waiting, waiting
from almoner.kernel.ids import ID_MAX
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Snapshot, Tx
from almoner.platform.organizations.service import list_keys
from almoner.sync import service as sync
from almoner.sync.lag.service import Lag, Lags, lag_by_second, lag_overall
from almoner.sync.rules import Reason, State
from almoner.sync.triage import service as triage

GIFTS_SHOWN = 25
CAMPAIGNS_SHOWN = 20
LAG_SPAN = timedelta(minutes=2)
QUEUED = {"state": State.PENDING, "reason": Reason.QUEUED, "detail": None, "donor_reason": None}
"""What is known of a gift that the sync has not looked at."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Gifts with their donors (None: they are not to be shown) and sync states; a gift without a state is queued."""

    gifts: list[GiftView]
    donors: dict[int, Donor] | None
    states: dict[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class CampaignSwitches:
    """The newest campaigns, how many there are, the latest flip of each one's switch, and the names of keys that flip."""

    campaigns: Page[CampaignView]
    changes: dict[int, SyncChange]
    key_names: dict[str, str]


@dataclass(frozen=True, slots=True)
class LagSeries:
    """Lag of the last `LAG_SPAN` before `now`: second by second of gifts that went directly, and of all. And what waits for receipts."""

    now: datetime
    seconds: list[Lag]
    lags: Lags
    receipts: Waiting


async def read_arrivals(tx: Tx, *, shows_donors: bool = True) -> Arrivals:
    """The newest gifts, newest first."""
    ids = await gifts.newest_ids(tx, ID_MAX, GIFTS_SHOWN)
    return await arrivals_of(tx, ids, shows_donors=shows_donors)


async def arrivals_of(tx: Tx, gift_ids: Sequence[int], *, shows_donors: bool) -> Arrivals:
    """These gifts, in this order; their donors only where the visitor may read those."""
    found = await gifts.records(tx, gift_ids)
    donors = await read_donors(tx, list({gift.donor_id for gift in found})) if shows_donors else None
    return Arrivals(found, donors, await sync.states_of_gifts(tx, list(gift_ids)))


async def read_balances(tx: Snapshot) -> list[Balance]:
    """Both sides compared, by currency, at one instant: a gift that moves in between would look like a difference."""
    sides = Sides(
        giving=await gifts.totals(tx),
        crm=await crm_gifts.totals_by_way(tx),
        sync=(await triage.standing(tx)).totals,
        has_unread=await sync.has_unread(tx),
    )
    return balances(sides)


async def read_switches(tx: Tx, public_url: str) -> CampaignSwitches:
    """The newest campaigns with the state of their sync switch."""
    page = await campaigns.list_campaigns(tx, Paging(0, CAMPAIGNS_SHOWN, "id", descending=True), public_url)
    changes = await campaigns.last_sync_changes(tx, [campaign.id for campaign in page.items])
    names = {
        f"API key {key.id}": f"the key \N{LEFT DOUBLE QUOTATION MARK}{key.name}\N{RIGHT DOUBLE QUOTATION MARK}"
        for key in await list_keys(tx)
    }
    return CampaignSwitches(page, changes, names)


async def set_sync(
    tx: Tx, campaign_id: int, *, can_sync: bool, by: str, reason: str | None, now: datetime
) -> None:
    """Turn a campaign's sync on or off, with why, if that is said; no change and no entry when it is so already. `NotFound` without the campaign."""
    await campaigns.set_sync(tx, campaign_id, can_sync, by=by, reason=reason, now=now)


async def read_lag(tx: Tx, now: datetime) -> LagSeries:
    """How long gifts took to reach the CRM lately, and how far receipts are behind."""
    seconds, lags = await lag_by_second(tx, now, LAG_SPAN), await lag_overall(tx, now, LAG_SPAN)
    return LagSeries(now, seconds, lags, await waiting(tx))

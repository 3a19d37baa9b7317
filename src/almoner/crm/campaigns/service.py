"""Make, change and read campaigns, and what came towards their goals. The projects in them are in `projects.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from almoner.crm.campaigns.catalog import CAMPAIGNS
from almoner.crm.campaigns.requests import CampaignBody
from almoner.crm.campaigns.rules import checked
from almoner.crm.campaigns.views import CampaignProgressView, CampaignView, campaign_view, progress_view
from almoner.crm.events import LOG
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, found, only, refused_by
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.query import Found, QueryBody, Window, run_query
from almoner.platform.records import Table
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

TABLE = Table(LOG, "crm.campaign")
SORTS = {"id": "id", "name": "name", "startdatetimeutc": "starts_at", "createddatetime": "created_at"}


async def records(tx: Tx, ids: Sequence[int]) -> list[CampaignView]:
    """Campaigns in the order of `ids`; unknown ids are left out. The one read of campaigns."""
    rows = await read_rows(_queries.records, tx, ids)
    tell = partial(campaign_view, currency=tx.organization.currency)
    return await tell_rows("crm.campaign", rows, ids, tell, CampaignView)


async def row_of(tx: Tx, campaign_id: int) -> Any:
    """The columns of one campaign; `NotFound` when this organization has none with this id."""
    rows = await _queries.records(tx, ids=[campaign_id])
    return found(rows[0] if rows else None, "campaign", campaign_id)


async def days_of(tx: Tx, campaign_id: int) -> tuple[date | None, date | None]:
    """The first and the last organization-local day of a campaign; `NotFound` when this organization has none with this id."""
    row = await row_of(tx, campaign_id)
    zone = tx.organization.time_zone
    first, last = (at and local_day(at, zone) for at in (row["starts_at"], row["ends_at"]))
    return first, last


async def create_campaign(tx: Tx, said: Mapping[str, Any], now: datetime) -> CampaignView:
    """Make a campaign of the fields `said`; `Invalid` names every broken one."""
    home = tx.organization
    row = {**checked(said, home.currency, home.time_zone), "is_archived": False}
    return await read_campaign(tx, await TABLE.add(tx, row, now))


async def replace_campaign(tx: Tx, campaign_id: int, said: Mapping[str, Any], now: datetime) -> CampaignView:
    """Let a campaign be what is `said`; what is left out is cleared, and projects keep the days that they have in it.

    `Invalid` names every broken field, `NotFound` a campaign that is not there.
    """
    home = tx.organization
    await TABLE.change(tx, campaign_id, checked(said, home.currency, home.time_zone), now)
    return await read_campaign(tx, campaign_id)


async def set_archived(tx: Tx, campaign_id: int, *, archived: bool, now: datetime) -> CampaignView:
    """Put a campaign away, or take it out again; nothing else changes. Saying so twice changes nothing."""
    await TABLE.change(tx, campaign_id, {"is_archived": archived}, now)
    return await read_campaign(tx, campaign_id)


async def broken_in_campaign(tx: Tx, said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that no campaign can have; null stands for what could not be read."""
    return refused_by(checked, said, tx.organization.currency, tx.organization.time_zone)


async def read_campaign(tx: Tx, campaign_id: int) -> CampaignView:
    """One campaign; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [campaign_id]), "campaign", campaign_id)


async def list_campaigns(tx: Tx, paging: Paging, *, archived: bool) -> Page[CampaignView]:
    """A page of campaigns, with those that are `archived` or without, and how many there are."""
    return await read_page(tx, _queries.chosen, paging, records, archived=archived)


async def query_campaigns(tx: Tx, body: QueryBody, window: Window, now: datetime) -> Found[CampaignView]:
    """The campaigns that a query wants; `BadQuery` names everything that is wrong with it."""
    return await run_query(tx, CAMPAIGNS, body, window, records, now)


async def steps_of(tx: Tx, campaign_id: int) -> list[str]:
    """The steps of a campaign in their order; `NotFound` when this organization has none with this id."""
    return list((await row_of(tx, campaign_id))["steps"])


async def said_of(tx: Tx, campaign_id: int) -> dict[str, Any]:
    """What a campaign says of itself, as `replace_campaign` takes it; `NotFound` when this organization has none with this id."""
    campaign = await read_campaign(tx, campaign_id)
    return {name: getattr(campaign, name) for name in CampaignBody.__struct_fields__}


async def read_progress(tx: Tx, campaign_id: int, day: date | None, now: datetime) -> CampaignProgressView:
    """How far a campaign has come at the end of an organization-local `day`, today's when it is None; `NotFound` without the campaign.

    Kept figures (decision 29): gifts up to the day as they are known today. They are exact unless they say that they are on their way.
    """
    return (await progress_of(tx, [await read_campaign(tx, campaign_id)], day, now))[0]


async def progress_of(
    tx: Tx, campaigns: Sequence[CampaignView], day: date | None, now: datetime
) -> list[CampaignProgressView]:
    """How far each has come, as `read_progress`, in their order."""
    home = tx.organization
    day = day or local_day(now, home.time_zone)
    ids = [campaign.campaign_id for campaign in campaigns]
    seen = await computed_percents(tx, ids)
    rows = await _queries.progress(tx, ids=ids, day=day)
    return [
        progress_view(
            one,
            [row for row in rows if row["campaign_id"] == one.campaign_id],
            day,
            home.currency,
            seen.get(one.campaign_id),
        )
        for one in campaigns
    ]


@dataclass(frozen=True, slots=True)
class GiftPart:
    """What of a gift belongs to a campaign: minor units, through its projects or (`by_segment`) whole by what its segment says."""

    id: int
    name: str
    by_segment: bool
    amount_minor: int
    currency: str


async def parts_of_gift(tx: Tx, gift_id: int) -> list[GiftPart]:
    """The campaigns that a gift is part of, those through its projects first; none of a gift that there is not."""
    return [GiftPart(**row) for row in await _queries.of_gift(tx, gift_id=gift_id)]


async def computed_percents(tx: Tx, ids: Sequence[int]) -> dict[int, int]:
    """Of each of these campaigns whose gifts still follow its projects, how many percent of them were looked at; the others are exact."""
    rows = await _queries.computing(tx, ids=list(ids))
    return {row["campaign_id"]: min(99, row["seen"] * 100 // row["of"]) for row in rows}


async def campaign_differences(tx: Tx) -> list[FigureDifference]:
    """Campaigns, days and currencies whose kept sum, gifts and new givers are not those of the gifts, at most 100. Reads every gift."""
    return differences_in(await _queries.figure_differences(tx))


async def recount_campaigns(tx: Tx) -> None:
    """Make the kept figures of campaigns anew from the gifts, which wait until the transaction ends. Reads every gift."""
    await _queries.recount(tx)

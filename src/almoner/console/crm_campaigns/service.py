"""Read a campaign with what belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from almoner.crm.campaigns.memberships import list_projects
from almoner.crm.campaigns.service import read_campaign, read_progress
from almoner.crm.campaigns.views import CampaignProgressView, CampaignProjectView, CampaignView
from almoner.crm.communications.service import list_communications
from almoner.crm.communications.views import CommunicationView
from almoner.crm.segments.service import list_of_campaign
from almoner.crm.segments.views import SegmentView
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx

SHOWN = 100
"""Projects, communications and segments on a page."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A campaign and how far it has come today. `communications` and `segments` are None where the visitor may not read them."""

    campaign: CampaignView
    progress: CampaignProgressView
    projects: Page[CampaignProjectView]
    communications: Page[CommunicationView] | None
    segments: Page[SegmentView] | None
    shows_gifts: bool


async def read_standing(tx: Tx, campaign_id: int, may: Callable[[str], bool], now: datetime) -> Standing:
    """A campaign as far as the visitor `may` read what belongs to it; `NotFound` when this organization has none with this id."""
    first = Paging(0, SHOWN, "id", descending=False)
    communications = segments = None
    campaign = await read_campaign(tx, campaign_id)
    if may("communication:read"):
        communications = await list_communications(tx, campaign_id, first, "")
    if may("segment:read"):
        segments = await list_of_campaign(tx, campaign_id, Paging(0, SHOWN, "s.id", descending=False))
    return Standing(
        campaign,
        await read_progress(tx, campaign_id, None, now),
        await list_projects(tx, campaign_id, first),
        communications,
        segments,
        may("gift:read"),
    )

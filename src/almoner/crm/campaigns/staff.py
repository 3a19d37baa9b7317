"""`/api/Staff/Campaign`: an extension: what staff do, who make and change campaigns and see how far they have come."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta

from almoner.crm.campaigns import memberships, service
from almoner.crm.campaigns.errors import ProjectInCampaign
from almoner.crm.campaigns.requests import CampaignBody, CampaignProjectBody, CampaignProjectDaysBody
from almoner.crm.campaigns.views import CampaignProgressView, CampaignProjectView, CampaignView
from almoner.kernel.clock import Clock
from almoner.kernel.errors import FieldError
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, delete, get, post, put, routes_in
from almoner.platform.wire import CrmPage, said


@get("/api/Staff/Campaign", "campaign:read", extension=True, sorts=service.SORTS)
async def list_campaigns(
    tx: Tx,
    page: PageQuery,
    archived: Annotated[bool, Meta(description="Whether to list those that are archived too.")] = False,
) -> CrmPage[CampaignView]:
    """Page through the campaigns."""
    return CrmPage.of(await service.list_campaigns(tx, page.checked(), archived=archived))


@post("/api/Staff/Campaign", "campaign:write", extension=True, judge=service.broken_in_campaign)
async def create_campaign(tx: Tx, data: CampaignBody, clock: Clock) -> CampaignView:
    """Make a campaign."""
    return await service.create_campaign(tx, said(data), clock.now())


@put(
    "/api/Staff/Campaign/{campaign_id:int}",
    "campaign:write",
    extension=True,
    judge=service.broken_in_campaign,
)
async def replace_campaign(tx: Tx, campaign_id: int, data: CampaignBody, clock: Clock) -> CampaignView:
    """Replace what a campaign says of itself; what is left out is cleared. Projects keep the days that they have in it."""
    return await service.replace_campaign(tx, campaign_id, said(data), clock.now())


@put("/api/Staff/Campaign/{campaign_id:int}/Archived", "campaign:write", extension=True)
async def set_campaign_archived(
    tx: Tx,
    campaign_id: int,
    archived: Annotated[bool, Meta(description="Whether it is put away from now on.")],
    clock: Clock,
) -> CampaignView:
    """Put a campaign away, or take it out again. Its gifts and figures stay as they are."""
    return await service.set_archived(tx, campaign_id, archived=archived, now=clock.now())


@get("/api/Staff/Campaign/{campaign_id:int}/Progress", "campaign:read", extension=True)
async def get_campaign_progress(
    tx: Tx,
    campaign_id: int,
    clock: Clock,
    as_of: Annotated[
        date | None,
        Meta(description="The day whose end is asked about, such as 2024-12-31; today when it is left out."),
    ] = None,
) -> CampaignProgressView:
    """Read how far a campaign has come, today or as of a day.

    A gift is part of every campaign that one of its projects belonged to on its day, with what is designated to these. What was taken back
    is taken off from the day of the reversal on.
    """
    return await service.read_progress(tx, campaign_id, as_of, clock.now())


@get(
    "/api/Staff/Campaign/{campaign_id:int}/Project", "campaign:read", extension=True, sorts=memberships.SORTS
)
async def list_campaign_projects(tx: Tx, campaign_id: int, page: PageQuery) -> CrmPage[CampaignProjectView]:
    """Page through the projects of a campaign, each with its days."""
    return CrmPage.of(await memberships.list_projects(tx, campaign_id, page.checked()))


async def broken_in_project(tx: Tx, campaign_id: int, data: CampaignProjectBody) -> list[FieldError]:
    """See `memberships.broken_in_project`."""
    return await memberships.broken_in_project(tx, campaign_id, said(data))


@post(
    "/api/Staff/Campaign/{campaign_id:int}/Project",
    "campaign:create",
    extension=True,
    raises=(ProjectInCampaign,),
    judge=broken_in_project,
)
async def add_campaign_project(
    tx: Tx, campaign_id: int, data: CampaignProjectBody, clock: Clock
) -> CampaignProjectView:
    """Put a project into a campaign, with all projects below it, for some days.

    Gifts of these days that are here already come along. When they are many they follow after the answer, and `computedPercent` of the
    campaign's progress says how far that is.
    """
    return await memberships.add_project(tx, campaign_id, said(data), clock.now())


async def broken_in_days(tx: Tx, campaign_id: int, data: CampaignProjectDaysBody) -> list[FieldError]:
    """See `memberships.broken_in_days`."""
    return await memberships.broken_in_days(tx, campaign_id, said(data))


@put(
    "/api/Staff/Campaign/{campaign_id:int}/Project/{membership_id:int}",
    "campaign:write",
    extension=True,
    raises=(ProjectInCampaign,),
    judge=broken_in_days,
)
async def change_campaign_project(
    tx: Tx, campaign_id: int, membership_id: int, data: CampaignProjectDaysBody, clock: Clock
) -> CampaignProjectView:
    """Change the days that a project belongs to a campaign; its gifts follow as when it is put in."""
    return await memberships.change_days(tx, campaign_id, membership_id, said(data), clock.now())


@delete("/api/Staff/Campaign/{campaign_id:int}/Project/{membership_id:int}", "campaign:write", extension=True)
async def remove_campaign_project(tx: Tx, campaign_id: int, membership_id: int, clock: Clock) -> None:
    """Take a project out of a campaign as if it had never been there. To let it end, change its last day instead. Its gifts follow as when it is put in."""
    await memberships.remove_project(tx, campaign_id, membership_id, clock.now())


routes = routes_in(__name__)

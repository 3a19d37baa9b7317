"""The wire shapes of a campaign (raise-api.md 3.5)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from almoner.giving.campaigns.rules import Campaign, SyncChange
from almoner.giving.links import CrmUrlInfo, crm_key_urls
from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.wire import utc_text
from almoner.platform.wire import Body, View

Instant = Annotated[datetime, Meta(tz=True)]


class CampaignRequest(Body):
    """A campaign to make. Instants carry their zone."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    start_date: Instant
    end_date: Instant | None = None
    description: Annotated[str, Meta(max_length=3000)] | None = None
    giving_goal: Decimal | None = None
    total_gift_goal: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    crm_key: Annotated[str, Meta(max_length=255)] | None = None
    can_sync: bool = True


class CampaignModel(View):
    """A campaign with what it raised so far."""

    id: int
    name: str
    description: str | None
    start_date: str
    end_date: str | None
    can_sync: bool
    crm_key: str | None
    crm_key_urls: dict[str, CrmUrlInfo]
    giving_goal: Decimal | None
    giving_goal_formatted: str | None
    has_giving_goal: bool
    raised_amount: str
    raised_percentage: int
    total_gift_goal: int | None
    has_total_gift_goal: bool
    total_gifts: int
    total_donors: int
    average_gift_amount: str
    created_date_time: str
    modified_date_time: str


class SyncChangeModel(View):
    """One flip of `canSync`."""

    changed_date: str
    can_sync: bool
    changed_by: str
    reason: str | None


def campaign_model(campaign: Campaign, currency: str, public_url: str) -> CampaignModel:
    """`campaign` as the wire has it; its amounts are in the organization's base currency."""
    goal = campaign.giving_goal_minor
    return CampaignModel(
        id=campaign.id,
        name=campaign.name,
        description=campaign.description,
        start_date=utc_text(campaign.start_at),
        end_date=None if campaign.end_at is None else utc_text(campaign.end_at),
        can_sync=campaign.can_sync,
        crm_key=campaign.crm_key,
        crm_key_urls=crm_key_urls(campaign.crm_key, public_url),
        giving_goal=None if goal is None else to_decimal(goal, currency),
        giving_goal_formatted=None if goal is None else format_amount(goal, currency),
        has_giving_goal=goal is not None,
        raised_amount=format_amount(campaign.raised_minor, currency),
        raised_percentage=min(100, campaign.raised_minor * 100 // goal) if goal else 0,
        total_gift_goal=campaign.total_gift_goal,
        has_total_gift_goal=campaign.total_gift_goal is not None,
        total_gifts=campaign.gifts,
        total_donors=campaign.donors,
        average_gift_amount=format_amount(campaign.raised_minor // max(campaign.gifts, 1), currency),
        created_date_time=utc_text(campaign.created_at),
        modified_date_time=utc_text(campaign.modified_at),
    )


def sync_change_model(change: SyncChange) -> SyncChangeModel:
    """`change` as the wire has it."""
    return SyncChangeModel(
        changed_date=utc_text(change.changed_at),
        can_sync=change.can_sync,
        changed_by=change.changed_by,
        reason=change.reason,
    )

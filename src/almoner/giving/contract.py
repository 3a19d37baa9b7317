"""What other modules may know of giving: its event log, the facts of its records, and the link they get back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from almoner.giving.campaigns import service as campaigns
from almoner.giving.donors.rules import Donor
from almoner.giving.donors.service import (
    donor_facts,
    link_donors,
    linked_by_staff,
    linked_donors,
    unreadable_donors,
)
from almoner.giving.event_kinds import EVENTS
from almoner.giving.events import LOG
from almoner.giving.gifts import service as gifts
from almoner.giving.gifts.rules import GiftFacts
from almoner.giving.gifts.service import broken_records, gift_facts, unreadable_gifts
from almoner.giving.projects.service import create_first_projects, list_open_projects
from almoner.giving.projects.views import ProjectView
from almoner.giving.reversals.rules import ReversalFacts
from almoner.giving.reversals.service import reversal_facts, unreadable_reversals
from almoner.giving.segments import service as segments
from almoner.giving.unreadable import Unreadable
from almoner.kernel.figures import FigureDifference
from almoner.platform.database import Tx
from almoner.platform.events.reader import EventReader

DONOR_CREATED, DONOR_UPDATED = "donor.created", "donor.updated"
GIFT_CREATED, GIFT_UPDATED = "gift.created", "gift.updated"
REVERSAL_CREATED, REVERSAL_UPDATED = "reversal.created", "reversal.updated"

__all__ = [
    "DONOR_CREATED",
    "DONOR_UPDATED",
    "EVENTS",
    "GIFT_CREATED",
    "GIFT_UPDATED",
    "REVERSAL_CREATED",
    "REVERSAL_UPDATED",
    "Donor",
    "GiftFacts",
    "ProjectView",
    "ReversalFacts",
    "Unreadable",
    "broken_records",
    "donor_facts",
    "event_reader",
    "figure_differences",
    "gift_facts",
    "link_donors",
    "linked_by_staff",
    "linked_donors",
    "list_open_projects",
    "prepare_organization",
    "recount",
    "reversal_facts",
    "syncing_campaigns",
    "unreadable_donors",
    "unreadable_gifts",
    "unreadable_reversals",
]


def event_reader(consumer: str) -> EventReader:
    """The giving log as `consumer` reads it; events are keyed by donor."""
    return LOG.reader(consumer)


async def syncing_campaigns(tx: Tx, campaign_ids: Sequence[int]) -> set[int]:
    """Those of the campaigns whose gifts go to the CRM now."""
    return await campaigns.syncing(tx, campaign_ids)


async def figure_differences(tx: Tx) -> list[FigureDifference]:
    """Every kept figure of giving that is not what its gifts add up to; empty when all are. Reads every gift and donor.

    In all and of campaigns, by currency: gifts, sums, donors. Of segments the same, and how many gifts there are of each amount.
    """
    return [*await gifts.figure_differences(tx), *await segments.figure_differences(tx)]


async def recount(tx: Tx) -> int:
    """Make the kept figures of segments anew; answers how many were wrong. Gifts are taken meanwhile."""
    return await segments.recount(tx)


async def prepare_organization(tx: Tx, now: datetime) -> None:
    """What a new organization starts with: the default project, and the one of costs that donors cover."""
    await create_first_projects(tx, now)

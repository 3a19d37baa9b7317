"""The events of giving: one line for each kind."""

from __future__ import annotations

from almoner.giving.campaigns.views import CampaignView
from almoner.giving.donors.views import DonorView
from almoner.giving.gifts.views import GiftView
from almoner.giving.projects.views import ProjectView
from almoner.giving.reversals.views import ReversalView
from almoner.platform.events.kinds import EventKind, EventKinds

EVENTS: EventKinds = {
    "donor.created": EventKind(DonorView, "donor", "a give made a new donor"),
    "donor.updated": EventKind(
        DonorView, "donor", "a give filled in what a known donor lacked, or the donor was changed"
    ),
    "gift.created": EventKind(GiftView, "donor", "a gift was given"),
    "gift.updated": EventKind(
        GiftView, "donor", "a gift was corrected, or money of it went back or came again"
    ),
    "reversal.created": EventKind(
        ReversalView,
        "donor",
        "money of a gift went back: a refund, a dispute, or a payment that failed after it was taken",
    ),
    "reversal.updated": EventKind(ReversalView, "donor", "a dispute was won or lost, or a refund came back"),
    "campaign.created": EventKind(CampaignView, None, "a campaign was made"),
    "campaign.updated": EventKind(CampaignView, None, "a campaign's sync was turned off or on"),
    "project.created": EventKind(
        ProjectView, None, "a project was made; with the organization, its default one"
    ),
}

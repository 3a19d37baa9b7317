"""The events of giving: one line for each kind."""

from __future__ import annotations

from almoner.giving.campaigns.views import CampaignView
from almoner.giving.donor_contacts.views import DonorAddressView, DonorMethodView
from almoner.giving.donors.views import DonorView
from almoner.giving.gifts.views import GiftView
from almoner.giving.projects.views import ProjectView
from almoner.platform.events.kinds import EventKind, EventKinds

EVENTS: EventKinds = {
    "donor.created": EventKind(DonorView, "donor", "a give made a new donor"),
    "donor.updated": EventKind(
        DonorView, "donor", "a give filled in what a known donor lacked, or the donor was changed"
    ),
    "donor_address.created": EventKind(DonorAddressView, "donor", "an address of a donor was added"),
    "donor_address.updated": EventKind(DonorAddressView, "donor", "an address of a donor changed"),
    "donor_address.deleted": EventKind(DonorAddressView, "donor", "an address of a donor was removed"),
    "donor_contact_method.created": EventKind(
        DonorMethodView, "donor", "an e-mail address or phone number of a donor was added"
    ),
    "donor_contact_method.updated": EventKind(
        DonorMethodView, "donor", "an e-mail address or phone number of a donor changed"
    ),
    "donor_contact_method.deleted": EventKind(
        DonorMethodView, "donor", "an e-mail address or phone number of a donor was removed"
    ),
    "gift.created": EventKind(GiftView, "donor", "a gift was given"),
    "gift.updated": EventKind(GiftView, "donor", "a gift was corrected, or moved to another donor"),
    "campaign.created": EventKind(CampaignView, None, "a campaign was made"),
    "campaign.updated": EventKind(CampaignView, None, "a campaign's sync was turned off or on"),
    "project.created": EventKind(
        ProjectView, None, "a project was made; with the organization, its default one"
    ),
}

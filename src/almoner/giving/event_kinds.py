"""The events of giving: one line for each kind."""

from __future__ import annotations

from almoner.giving.campaigns.views import CampaignView
from almoner.giving.custom_fields.views import CustomFieldView
from almoner.giving.donor_contacts.views import DonorAddressView, DonorMethodView
from almoner.giving.donors.views import DonorView
from almoner.giving.forms.views import FormView
from almoner.giving.gifts.views import GiftView
from almoner.giving.motivation_codes.views import MotivationCodeView
from almoner.giving.premiums.views import PremiumView
from almoner.giving.projects.views import ProjectView
from almoner.giving.reversals.views import ReversalView
from almoner.giving.segments.views import SegmentView
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
    "gift.updated": EventKind(
        GiftView,
        "donor",
        "a gift was corrected or moved to another donor, or money of it went back or came again",
    ),
    "reversal.created": EventKind(
        ReversalView,
        "donor",
        "money of a gift went back: a refund, a dispute, or a payment that failed after it was taken",
    ),
    "reversal.updated": EventKind(ReversalView, "donor", "a dispute was won or lost, or a refund came back"),
    "campaign.created": EventKind(CampaignView, None, "a campaign was made"),
    "campaign.updated": EventKind(CampaignView, None, "a campaign was changed, or its sync turned off or on"),
    "campaign.deleted": EventKind(CampaignView, None, "a campaign was deleted"),
    "custom_field.created": EventKind(CustomFieldView, None, "a custom field of donors was made"),
    "custom_field.updated": EventKind(CustomFieldView, None, "a custom field of donors was changed"),
    "segment.created": EventKind(SegmentView, None, "a segment was made"),
    "segment.updated": EventKind(SegmentView, None, "a segment was changed"),
    "segment.deleted": EventKind(SegmentView, None, "a segment was deleted"),
    "form.created": EventKind(FormView, None, "a form was made"),
    "form.updated": EventKind(FormView, None, "a form was changed"),
    "form.deleted": EventKind(FormView, None, "a form was deleted"),
    "premium.created": EventKind(PremiumView, None, "a premium was made"),
    "premium.updated": EventKind(
        PremiumView, None, "a premium was changed, or its stock raised; gifts lower it silently"
    ),
    "premium.deleted": EventKind(PremiumView, None, "a premium was deleted"),
    "motivation_code.created": EventKind(MotivationCodeView, None, "a motivation code was made"),
    "motivation_code.updated": EventKind(MotivationCodeView, None, "a motivation code was changed"),
    "motivation_code.deleted": EventKind(MotivationCodeView, None, "a motivation code was deleted"),
    "project.created": EventKind(
        ProjectView, None, "a project was made; with the organization, its first ones"
    ),
    "project.updated": EventKind(ProjectView, None, "a project was changed"),
}

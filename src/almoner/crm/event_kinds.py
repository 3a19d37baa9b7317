"""The events of the CRM: one line for each kind."""

from __future__ import annotations

from almoner.crm.campaigns.views import CampaignProjectView, CampaignView
from almoner.crm.communications.views import CommunicationView
from almoner.crm.contact_notes.views import ContactNoteView
from almoner.crm.contacts.views import ContactView
from almoner.crm.custom_fields.views import CustomFieldView
from almoner.crm.gift_asks.views import GiftAskView
from almoner.crm.gifts.views import GiftView
from almoner.crm.grants.views import GrantView
from almoner.crm.planned_gifts.views import PlannedGiftView
from almoner.crm.pledges.views import PledgeView
from almoner.crm.premiums.views import PremiumView
from almoner.crm.project_expenses.views import ProjectExpenseView
from almoner.crm.project_notes.views import ProjectNoteView
from almoner.crm.project_roles.views import ProjectRoleTypeView, ProjectRoleView
from almoner.crm.projects.views import ProjectView
from almoner.crm.recurring_gifts.views import RecurringGiftView
from almoner.crm.segments.views import SegmentView
from almoner.crm.tributes.views import TributeView
from almoner.platform.events.kinds import EventKind, EventKinds

EVENTS: EventKinds = {
    "contact.created": EventKind(
        ContactView, "contact", "the sync found no contact for a donor and made one"
    ),
    "contact.updated": EventKind(ContactView, "contact", "a donor's change reached its contact"),
    "contact.merged": EventKind(ContactView, "contact", "a contact went into another, and its gifts with it"),
    "contact.unmerged": EventKind(
        ContactView, "contact", "a contact that had gone into another is itself again, as its source says"
    ),
    "gift.created": EventKind(GiftView, "contact", "a gift was written, or one that takes another back"),
    "gift.updated": EventKind(
        GiftView, "contact", "a gift was edited, changed with its source, or went to another contact"
    ),
    "gift.deleted": EventKind(GiftView, "contact", "a gift that was a mistake was deleted"),
    "recurring_gift.created": EventKind(
        RecurringGiftView, "contact", "somebody promised to give again and again, here or in another system"
    ),
    "recurring_gift.updated": EventKind(
        RecurringGiftView,
        "contact",
        "a recurring gift changed here or with its source, was cancelled, or went to another contact; a payment was dismissed, or a gift that was here came to be one",
    ),
    "pledge.created": EventKind(PledgeView, "contact", "a pledge was noted"),
    "pledge.updated": EventKind(
        PledgeView,
        "contact",
        "a pledge changed, was written off, or went to another contact; not when a gift paid it",
    ),
    "gift_ask.created": EventKind(GiftAskView, "contact", "an ask was noted"),
    "gift_ask.updated": EventKind(GiftAskView, "contact", "an ask changed, or went to another contact"),
    "planned_gift.created": EventKind(PlannedGiftView, "contact", "a planned gift was noted"),
    "planned_gift.updated": EventKind(
        PlannedGiftView, "contact", "a planned gift changed, or went to another contact"
    ),
    "grant_award.created": EventKind(GrantView, "contact", "a grant was noted"),
    "grant_award.updated": EventKind(GrantView, "contact", "a grant changed, or went to another contact"),
    "grant_award.deleted": EventKind(GrantView, "contact", "a grant was deleted"),
    "project.created": EventKind(ProjectView, None, "a project was made"),
    "project.updated": EventKind(ProjectView, None, "a project changed, or moved to another parent"),
    "premium.created": EventKind(PremiumView, None, "a premium was made"),
    "premium.updated": EventKind(
        PremiumView,
        None,
        "a premium changed, or its stock was moved by hand; what gifts take from it is told with them",
    ),
    "tribute.created": EventKind(TributeView, None, "a tribute was made"),
    "tribute.updated": EventKind(TributeView, None, "a tribute changed"),
    "project_note.created": EventKind(ProjectNoteView, None, "a note was written about a project"),
    "project_note.updated": EventKind(
        ProjectNoteView, None, "a note about a project says something else now"
    ),
    "project_note.deleted": EventKind(ProjectNoteView, None, "a note about a project was deleted"),
    "project_role.created": EventKind(ProjectRoleView, "contact", "a contact was given a part in a project"),
    "project_role.updated": EventKind(
        ProjectRoleView, "contact", "a part in a project is another now, or another contact plays it"
    ),
    "project_role.deleted": EventKind(
        ProjectRoleView, "contact", "a contact plays a part in a project no more"
    ),
    "project_role_type.created": EventKind(ProjectRoleTypeView, None, "a kind of part in projects was made"),
    "project_role_type.updated": EventKind(
        ProjectRoleTypeView, None, "a kind of part in projects has another name, or is given no more"
    ),
    "project_expense.created": EventKind(ProjectExpenseView, None, "a project spent something"),
    "project_expense.updated": EventKind(
        ProjectExpenseView, None, "an expense of a project is otherwise now"
    ),
    "custom_field.created": EventKind(CustomFieldView, None, "a field was added to a kind of record"),
    "custom_field.updated": EventKind(
        CustomFieldView, None, "a field of the organization's own is shown or used otherwise"
    ),
    "contact_note.created": EventKind(ContactNoteView, "contact", "a note was written about a contact"),
    "contact_note.updated": EventKind(ContactNoteView, "contact", "a note says something else now"),
    "contact_note.deleted": EventKind(ContactNoteView, "contact", "a note was deleted"),
    "campaign.created": EventKind(CampaignView, None, "staff made a campaign"),
    "campaign.updated": EventKind(CampaignView, None, "a campaign changed, or was put away or taken out"),
    "campaign_project.created": EventKind(CampaignProjectView, None, "a project came into a campaign"),
    "campaign_project.updated": EventKind(
        CampaignProjectView, None, "a project belongs to a campaign on other days"
    ),
    "campaign_project.deleted": EventKind(CampaignProjectView, None, "a project was taken out of a campaign"),
    "communication.created": EventKind(CommunicationView, None, "a communication of a campaign was made"),
    "segment.created": EventKind(SegmentView, None, "a segment of a communication was made"),
    "segment.updated": EventKind(SegmentView, None, "a segment changed, or has another code"),
}

"""The events of the CRM: one line for each kind."""

from __future__ import annotations

from almoner.crm.contact_notes.views import ContactNoteView
from almoner.crm.contacts.views import ContactView
from almoner.crm.custom_fields.views import CustomFieldView
from almoner.crm.gift_asks.views import GiftAskView
from almoner.crm.gifts.views import GiftView
from almoner.crm.grants.views import GrantView
from almoner.crm.planned_gifts.views import PlannedGiftView
from almoner.crm.pledges.views import PledgeView
from almoner.crm.projects.views import ProjectView
from almoner.crm.recurring_gifts.views import RecurringGiftView
from almoner.platform.events.kinds import EventKind, EventKinds

EVENTS: EventKinds = {
    "contact.created": EventKind(
        ContactView, "contact", "the sync found no contact for a donor and made one"
    ),
    "contact.updated": EventKind(ContactView, "contact", "a donor's change reached its contact"),
    "contact.merged": EventKind(ContactView, "contact", "a contact went into another, and its gifts with it"),
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
    "custom_field.created": EventKind(CustomFieldView, None, "a field was added to a kind of record"),
    "custom_field.updated": EventKind(
        CustomFieldView, None, "a field of the organization's own is shown or used otherwise"
    ),
    "contact_note.created": EventKind(ContactNoteView, "contact", "a note was written about a contact"),
    "contact_note.updated": EventKind(ContactNoteView, "contact", "a note says something else now"),
    "contact_note.deleted": EventKind(ContactNoteView, "contact", "a note was deleted"),
}

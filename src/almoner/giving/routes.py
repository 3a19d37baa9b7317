"""All routes of the giving product."""

from __future__ import annotations

from almoner.giving.campaigns import routes as campaigns
from almoner.giving.custom_fields import routes as custom_fields
from almoner.giving.donor_activities import routes as donor_activities
from almoner.giving.donor_contacts import routes as donor_contacts
from almoner.giving.donor_merges import routes as donor_merges
from almoner.giving.donors import routes as donors
from almoner.giving.erasures import routes as erasures
from almoner.giving.forms import routes as forms
from almoner.giving.gifts import routes as gifts
from almoner.giving.give import routes as give
from almoner.giving.motivation_codes import routes as motivation_codes
from almoner.giving.payments import routes as payments
from almoner.giving.premiums import routes as premiums
from almoner.giving.projects import routes as projects
from almoner.giving.receipts import routes as receipts
from almoner.giving.reversals import routes as reversals
from almoner.giving.segments import routes as segments
from almoner.giving.stripe import routes as stripe
from almoner.giving.transfers import routes as transfers

routes = [
    *give.routes,
    *gifts.routes,
    *reversals.routes,
    *transfers.routes,
    *payments.routes,
    *stripe.routes,
    *donors.routes,
    *donor_contacts.routes,
    *donor_activities.routes,
    *donor_merges.routes,
    *erasures.routes,
    *custom_fields.routes,
    *campaigns.routes,
    *segments.routes,
    *forms.routes,
    *projects.routes,
    *motivation_codes.routes,
    *premiums.routes,
    *receipts.routes,
]

_BY_GIVE = "{} by POST /api/Raise/give alone."
MADE_ELSEWHERE = {
    ("POST", "/api/Gift"): _BY_GIVE.format("Gifts are made"),
    ("POST", "/api/Donor"): _BY_GIVE.format("Donors are made, with their first gift,"),
    ("POST", "/api/RecurringGift"): _BY_GIVE.format("Recurring gifts are made"),
}
"""What the original has no operation for, though its other resources do (raise-api.md 2), with where to go."""

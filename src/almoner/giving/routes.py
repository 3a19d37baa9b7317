"""All routes of the giving product."""

from __future__ import annotations

from almoner.giving.campaigns import routes as campaigns
from almoner.giving.donor_contacts import routes as donor_contacts
from almoner.giving.donors import routes as donors
from almoner.giving.gifts import routes as gifts
from almoner.giving.give import routes as give
from almoner.giving.payments import routes as payments
from almoner.giving.projects import routes as projects

routes = [
    *give.routes,
    *gifts.routes,
    *payments.routes,
    *donors.routes,
    *donor_contacts.routes,
    *campaigns.routes,
    *projects.routes,
]

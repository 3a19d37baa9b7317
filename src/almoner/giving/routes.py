"""All routes of the giving product."""

from __future__ import annotations

from almoner.giving.campaigns import routes as campaigns
from almoner.giving.donors import routes as donors
from almoner.giving.gifts import routes as gifts
from almoner.giving.give import routes as give
from almoner.giving.payments import routes as payments
from almoner.giving.projects import routes as projects
from almoner.giving.reversals import routes as reversals
from almoner.giving.stripe import routes as stripe

routes = [
    *give.routes,
    *gifts.routes,
    *reversals.routes,
    *payments.routes,
    *stripe.routes,
    *donors.routes,
    *campaigns.routes,
    *projects.routes,
]

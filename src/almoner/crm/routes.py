"""All routes of the CRM product."""

from __future__ import annotations

from almoner.crm.campaigns import routes as campaigns
from almoner.crm.campaigns import staff as staff_campaigns
from almoner.crm.communications import routes as communications
from almoner.crm.contact_notes import routes as contact_notes
from almoner.crm.contacts import routes as contacts
from almoner.crm.custom_fields import routes as custom_fields
from almoner.crm.gift_asks import routes as gift_asks
from almoner.crm.gift_designations import routes as gift_designations
from almoner.crm.gifts import routes as gifts
from almoner.crm.grants import routes as grants
from almoner.crm.health import routes as health
from almoner.crm.organizations import routes as organizations
from almoner.crm.permissions import routes as permissions
from almoner.crm.planned_gifts import routes as planned_gifts
from almoner.crm.pledges import routes as pledges
from almoner.crm.premiums import routes as premiums
from almoner.crm.project_expenses import routes as project_expenses
from almoner.crm.project_notes import routes as project_notes
from almoner.crm.project_roles import routes as project_roles
from almoner.crm.projects import routes as projects
from almoner.crm.recurring_gifts import routes as recurring_gifts
from almoner.crm.segments import routes as segments
from almoner.crm.tokens import routes as tokens
from almoner.crm.tributes import routes as tributes

routes = [
    *contacts.routes,
    *contact_notes.routes,
    *gifts.routes,
    *gift_designations.routes,
    *recurring_gifts.routes,
    *pledges.routes,
    *gift_asks.routes,
    *planned_gifts.routes,
    *grants.routes,
    *projects.routes,
    *project_notes.routes,
    *project_roles.routes,
    *project_expenses.routes,
    *premiums.routes,
    *tributes.routes,
    *custom_fields.routes,
    *campaigns.routes,
    *staff_campaigns.routes,
    *communications.routes,
    *segments.routes,
    *organizations.routes,
    *permissions.routes,
    *tokens.routes,
    *health.routes,
]

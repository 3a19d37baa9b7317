"""`/api/Organization`: whom a token speaks for."""

from __future__ import annotations

from almoner.crm.organizations.views import OrganizationView, organization_view
from almoner.platform.database import Tx
from almoner.platform.http import get, routes_in
from almoner.platform.organizations.rules import Caller


@get("/api/Organization/Current", "organization:read")
async def get_current_organization(tx: Tx, caller: Caller) -> OrganizationView:
    """Read the organization of the token."""
    return organization_view(tx.organization, caller)


routes = routes_in(__name__)

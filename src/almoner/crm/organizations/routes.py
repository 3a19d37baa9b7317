"""`/api/Organization`: whom a token speaks for."""

from __future__ import annotations

from almoner.crm.organizations import service
from almoner.crm.organizations.requests import SwitchOrganizationBody
from almoner.crm.organizations.views import (
    OrganizationRow,
    OrganizationView,
    organization_row,
    organization_view,
)
from almoner.kernel.errors import BadRequest
from almoner.platform.accounts.sign_in import SignInDesk
from almoner.platform.database import Database, Tx
from almoner.platform.http import get, put, routes_in
from almoner.platform.organizations.rules import Caller


@get("/api/Organization", "organization:read")
async def list_organizations(caller: Caller, db: Database, desk: SignInDesk) -> list[OrganizationRow]:
    """List the organizations of the caller: all that a user belongs to, or the one of an API key."""
    return [organization_row(*each) for each in await service.organizations_of(caller, db, desk)]


@get("/api/Organization/Current", "organization:read")
async def get_current_organization(tx: Tx, caller: Caller) -> OrganizationView:
    """Read the organization that the token works in."""
    return organization_view(tx.organization, caller)


@put("/api/Organization/Switch", "organization:read", once=False, judge=service.broken_in_switch)
async def switch_organization(caller: Caller, desk: SignInDesk, data: SwitchOrganizationBody) -> None:
    """Work in another of the user's organizations, with this token and those that follow it; at once, in every process.

    An API key stays with its organization.
    """
    if caller.user is None:
        raise BadRequest("An API key belongs to one organization and cannot switch.")
    await desk.switch(caller.user, data.organization_user_id)


routes = routes_in(__name__)

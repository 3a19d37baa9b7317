"""`/api/Organization`: whom a token speaks for."""

from __future__ import annotations

from almoner.crm.organizations.schemas import OrganizationCurrent, organization_current
from almoner.platform.database import Tx
from almoner.platform.http import get
from almoner.platform.organizations.rules import Caller
from almoner.platform.organizations.service import read_organization


@get("/api/Organization/Current", "organization:read")
async def get_current_organization(tx: Tx, caller: Caller) -> OrganizationCurrent:
    """Read the organization of the token."""
    return organization_current(await read_organization(tx), caller)


routes = [get_current_organization]

"""The wire shape of an organization (crm-api.md appendix A)."""

from __future__ import annotations

from almoner.platform.organizations.permissions import ALL
from almoner.platform.organizations.rules import Caller, Organization
from almoner.platform.wire import View, fill


class OrganizationRow(View):
    """An organization of the caller."""

    organization_user_id: int
    """The id of the user in the organization, by which `Switch` names it; for an API key the organization's."""
    organization_name: str
    """The name of the organization."""
    organization_time_zone: str
    """The zone in which its days begin, by its IANA name."""
    organization_culture: str
    """How it writes amounts and days."""
    is_administrator: bool
    """Whether the caller may do everything in it."""
    is_enabled: bool
    """Whether the organization is in use."""


class OrganizationView(View):
    """The organization that the token works in. A caller has no zone of its own: it works in the organization's."""

    organization_user_id: int
    """The id of the user in the organization; for an API key the organization's."""
    organization_name: str
    """The name of the organization."""
    organization_time_zone: str
    """The zone in which its days begin, by its IANA name."""
    organization_culture: str
    """How it writes amounts and days."""
    current_user_time_zone: str
    """The caller's zone: the organization's."""
    is_administrator: bool
    """Whether the caller may do everything."""
    is_enabled: bool
    """Whether the organization is in use."""


def organization_row(
    organization: Organization, organization_user_id: int, is_administrator: bool
) -> OrganizationRow:
    """`organization` as one of the caller's."""
    return OrganizationRow(
        organization_user_id=organization_user_id,
        organization_name=organization.name,
        organization_time_zone=organization.time_zone,
        organization_culture=organization.culture,
        is_administrator=is_administrator,
        is_enabled=True,
    )


def organization_view(organization: Organization, caller: Caller) -> OrganizationView:
    """`organization` as `caller` sees it; who has every scope is an administrator."""
    user_id = caller.user.membership_id if caller.user else organization.organization_id
    row = organization_row(organization, user_id, ALL in caller.scopes)
    return fill(OrganizationView, row, current_user_time_zone=organization.time_zone)

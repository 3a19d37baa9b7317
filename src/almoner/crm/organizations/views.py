"""The wire shape of an organization (crm-api.md appendix A)."""

from __future__ import annotations

from almoner.platform.organizations.rules import Caller, Organization
from almoner.platform.wire import View


class OrganizationView(View):
    """The caller's organization. A token has no zone of its own: it works in the organization's."""

    organization_user_id: int
    """The id of the organization."""
    organization_name: str
    """The name of the organization."""
    organization_time_zone: str
    """The zone in which its days begin, by its IANA name."""
    organization_culture: str
    """How it writes amounts and days."""
    current_user_time_zone: str
    """The caller's zone: the organization's."""
    is_administrator: bool
    """Whether the token has every scope."""
    is_enabled: bool
    """Whether the organization is in use."""


def organization_view(organization: Organization, caller: Caller) -> OrganizationView:
    """`organization` as `caller` sees it; a token with every scope is an administrator's."""
    return OrganizationView(
        organization_user_id=organization.organization_id,
        organization_name=organization.name,
        organization_time_zone=organization.time_zone,
        organization_culture=organization.culture,
        current_user_time_zone=organization.time_zone,
        is_administrator="*" in caller.scopes,
        is_enabled=True,
    )

"""The wire shape of an organization (crm-api.md appendix A)."""

from __future__ import annotations

from almoner.platform.organizations.rules import Caller, Organization
from almoner.platform.wire import View


class OrganizationView(View):
    """The caller's organization. A token has no zone of its own: it works in the organization's."""

    organization_user_id: int
    organization_name: str
    organization_time_zone: str
    organization_culture: str
    current_user_time_zone: str
    is_administrator: bool
    is_enabled: bool


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

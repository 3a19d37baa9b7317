"""The wire shape of an organisation (crm-api.md appendix A)."""

from __future__ import annotations

from almoner.platform.http import View
from almoner.platform.organisations.rules import Caller, Organisation


class OrganizationCurrent(View):
    """The caller's organisation. A token has no zone of its own: it works in the organisation's."""

    organization_user_id: int
    organization_name: str
    organization_time_zone: str
    organization_culture: str
    current_user_time_zone: str
    is_administrator: bool
    is_enabled: bool


def organization_current(organisation: Organisation, caller: Caller) -> OrganizationCurrent:
    """`organisation` as `caller` sees it; a token with every scope is an administrator's."""
    return OrganizationCurrent(
        organization_user_id=organisation.organization_id,
        organization_name=organisation.name,
        organization_time_zone=organisation.time_zone,
        organization_culture=organisation.culture,
        current_user_time_zone=organisation.time_zone,
        is_administrator="*" in caller.scopes,
        is_enabled=True,
    )

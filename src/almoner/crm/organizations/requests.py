"""What comes in about organizations."""

from __future__ import annotations

from almoner.platform.wire import Body


class SwitchOrganizationBody(Body):
    """The organization to work in from now on."""

    organization_user_id: int
    """Its `organizationUserId`, as `GET /api/Organization` lists it."""

"""What comes in about organizations."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.kernel.ids import ID_MAX
from almoner.platform.wire import Body


class SwitchOrganizationBody(Body):
    """The organization to work in from now on."""

    organization_user_id: Annotated[int, Meta(ge=-ID_MAX, le=ID_MAX)]
    """Its `organizationUserId`, as `GET /api/Organization` lists it."""

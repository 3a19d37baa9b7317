"""The organization that a token of the CRM belongs to."""

from __future__ import annotations

import pytest

from tests.support.house import House

pytestmark = pytest.mark.anyio


async def test_the_current_organization(house: House) -> None:
    assert await house.tenant.crm.get("/crm/api/Organization/Current") == {
        "organizationUserId": house.tenant.id,
        "organizationName": "Example House",
        "organizationTimeZone": "UTC",
        "organizationCulture": "en-US",
        "currentUserTimeZone": "UTC",
        "isAdministrator": True,
        "isEnabled": True,
    }

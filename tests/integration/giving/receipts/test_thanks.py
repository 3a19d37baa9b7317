"""Thanks that somebody gave by themselves, beside the letters."""

from __future__ import annotations

import pytest

from tests.support.house import House

pytestmark = pytest.mark.anyio


async def test_a_gift_is_thanked_for(house: House) -> None:
    tenant = house.tenant
    gift = await tenant.give(5)
    said = await tenant.raise_.post(f"/raise/api/Gift/{gift['id']}/acknowledge", {"note": "By phone."})
    assert said["date"] == gift["date"] and said["note"] == "By phone." and said["acknowledgedBy"]
    assert await tenant.raise_.get(f"/raise/api/Gift/{gift['id']}/acknowledgement") == said
    early = await tenant.raise_.call(
        "POST", f"/raise/api/Gift/{gift['id']}/acknowledge", json={"date": "2001-01-01"}
    )
    assert early.status_code == 400

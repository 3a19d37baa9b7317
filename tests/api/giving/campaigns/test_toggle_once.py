"""A switch that is sent twice under one key is flipped once; links of a campaign lead to it."""

from __future__ import annotations

import pytest

from tests.support.house import House

pytestmark = pytest.mark.anyio


async def test_a_toggle_repeated_under_its_key_flips_once(house: House) -> None:
    campaign = await house.tenant.raise_.post(
        "/raise/api/Campaign", {"name": "Spring", "startDate": "2024-01-01T00:00:00Z"}
    )
    path = f"/raise/api/Campaign/{campaign['id']}/toggle-sync"
    for key, wanted in (("k1", False), ("k1", False), ("k2", True), ("k1", False)):
        answer = await house.tenant.raise_.call("PUT", path, headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["canSync"]) == (200, wanted)
    assert (await house.tenant.raise_.get(f"/raise/api/Campaign/{campaign['id']}"))["canSync"] is True


async def test_a_campaign_s_link_leads_to_a_campaign(house: House) -> None:
    said = {"name": "Spring", "startDate": "2024-01-01T00:00:00Z", "crmKey": "1 2/3"}
    campaign = await house.tenant.raise_.post("/raise/api/Campaign", said)
    assert campaign["crmKeyUrls"]["VirtuousCRM"]["url"] == "http://almoner.test/Campaign/1%202%2F3"

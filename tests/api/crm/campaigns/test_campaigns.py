"""Campaigns: what partners read, what staff write, and how far they have come."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.campaigns.sample import STAFF, body
from tests.support.house import House

pytestmark = pytest.mark.anyio

SEED = {
    "name": "Year-End Giving 2024",
    "startDateTimeUtc": "2024-11-01T00:00:00Z",
    "endDateTimeUtc": "2024-12-31T23:59:59Z",
    "givingGoal": 250000,
    "newGiverGoal": 100,
    "totalGiftGoal": 800,
}


async def test_a_campaign_is_read_as_the_seed_page_has_it(house: House) -> None:
    made = await house.tenant.crm.post(STAFF, SEED)
    found = await house.tenant.crm.get(f"/crm/api/Campaign/{made['campaignId']}")
    assert {name: found[name] for name in SEED} == SEED
    assert found["isArchived"] is False


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", ""), ("PUT", "/{id}"), ("PATCH", "/{id}"), ("DELETE", "/{id}")],
)
async def test_a_partner_who_writes_is_told_who_does(house: House, method: str, path: str) -> None:
    made = await house.tenant.crm.post(STAFF, SEED)
    address = f"/crm/api/Campaign{path.format(id=made['campaignId'])}"
    answer = await house.tenant.crm.call(method, address, json=SEED)
    assert answer.status_code == 405
    assert "read-only" in answer.text


def _unused(text: Any) -> Any:
    return body(text)

"""Keys of a donor in other systems: what a change and a replacement set, leave and take away."""

from __future__ import annotations

import pytest

from tests.support.house import House

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_a_blank_takes_the_second_key_away_and_null_leaves_it(house: House, method: str) -> None:
    gift = await house.tenant.give()
    path, who = f"/raise/api/Donor/{gift['donorId']}", {"email": "ada@example.org"}
    for said, wanted in (("S-1", "S-1"), (None, "S-1"), (" ", None), ("S-2", "S-2"), ("", None)):
        answer = await house.tenant.raise_.call(method, path, json={**who, "crmSecondKey": said})
        assert (answer.status_code, answer.json()["crmSecondKey"]) == (200, wanted)


async def test_without_a_second_key_the_first_other_system_says_it(house: House) -> None:
    gift = await house.tenant.give()
    path = f"/raise/api/Donor/{gift['donorId']}"
    said = {"crmSecondKey": "S-1", "crmKeys": {"Other": "7"}}
    assert (await house.tenant.raise_.call("PATCH", path, json=said)).json()["crmSecondKey"] == "S-1"
    answer = await house.tenant.raise_.call("PATCH", path, json={"crmSecondKey": ""})
    assert answer.json()["crmSecondKey"] == "7"

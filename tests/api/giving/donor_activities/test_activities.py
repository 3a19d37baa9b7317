"""What happened with a donor, told from what is stored; a donor who is hidden from lists, and shown again."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def test_what_happened_stands_in_order_with_who_did_it(house: House) -> None:
    raise_ = house.tenant.raise_
    gift = await house.tenant.give(10, "ada@example.org")
    twin = await house.tenant.give(5, "bo@example.org")
    path = f"/raise/api/Donor/{gift['donorId']}"
    await raise_.post(
        f"/raise/api/Gift/{gift['id']}/transfer", {"donorId": twin["donorId"], "reason": "a mistake"}
    )
    await raise_.post(f"{path}/merge", {"duplicateId": twin["donorId"]})
    await raise_.post(f"/raise/api/Donor/{twin['donorId']}/unmerge", {})
    told = await raise_.get(f"{path}/activities", take=100)
    types = [one["type"] for one in told["items"]]
    assert types[-1] == "DonorCreated"
    assert Counter(types[:-1]) == {
        "GiftMovedToDonor": 3,
        "GiftReceivedFromDonor": 2,
        "DonorMergedIn": 1,
        "DonorParted": 1,
    }
    assert told["total"] == len(types)
    dates = [one["date"] for one in told["items"]]
    assert dates == sorted(dates, reverse=True)
    first = next(one for one in reversed(told["items"]) if one["type"] == "GiftMovedToDonor")
    assert (first["giftId"], first["otherDonorId"], first["reason"]) == (
        gift["id"],
        twin["donorId"],
        "a mistake",
    )
    assert first["by"]
    page = await raise_.get(f"{path}/activities", skip=2, take=3)
    assert page["items"] == told["items"][2:5]
    assert (await raise_.call("GET", "/raise/api/Donor/987654321/activities")).status_code == 404


async def test_an_archived_donor_is_in_no_list_and_gives_on(house: House) -> None:
    raise_, gift = house.tenant.raise_, await house.tenant.give(10, "ada@example.org")
    path = f"/raise/api/Donor/{gift['donorId']}"
    for _ in range(2):
        assert (await raise_.post(f"{path}/archive"))["isArchived"] is True
        assert (await raise_.get("/raise/api/Donor/list"))["total"] == 0
    assert (await house.tenant.give(10, "ada@example.org"))["donorId"] == gift["donorId"]
    assert await wrong_figures(house.app.db, house.tenant.id) == []
    for _ in range(2):
        assert (await raise_.post(f"{path}/unarchive"))["isArchived"] is False
        assert (await raise_.get("/raise/api/Donor/list"))["total"] == 1
    assert await wrong_figures(house.app.db, house.tenant.id) == []

"""Donors who are one: merged, with what it would do told before, and parted again; here and in the CRM to the cent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.integration.sync.reasons import campaign
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def contact_of(house: House, donor_id: int) -> Any:
    state = await house.tenant.settled("donor", donor_id)
    return await house.tenant.crm.get(f"/crm/api/Contact/{state['crmKey']}")


async def merge(house: House, into: int, duplicate: int, **more: Any) -> Any:
    return await house.tenant.raise_.post(
        f"/raise/api/Donor/{into}/merge", {"duplicateId": duplicate, **more}
    )


async def unmerge(house: House, duplicate: int) -> Any:
    return await house.tenant.raise_.post(f"/raise/api/Donor/{duplicate}/unmerge", {})


async def gifts_of(house: House, donor_id: int) -> list[int]:
    answer = await house.tenant.raise_.get(f"/raise/api/Donor/{donor_id}/gifts")
    assert answer["total"] == len(answer["items"])
    return sorted(gift["id"] for gift in answer["items"])


async def exact(house: House) -> None:
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def two(house: House) -> tuple[Any, Any]:
    """A gift of Ada and one of whom nobody yet knows that it is Ada."""
    ada = await house.tenant.give(10, "ada@example.org", donor={"phone": "555-0100"})
    return ada, await house.tenant.give(5, "a.example@example.org", donor={"firstName": "A."})


async def test_what_a_merge_would_do_is_told_before(house: House) -> None:
    ada, twin = await two(house)
    await house.tenant.give(7, "a.example@example.org", currencyCode="EUR")
    told = await house.tenant.raise_.get(f"/raise/api/Donor/{ada['donorId']}/merge-preview/{twin['donorId']}")
    assert (told["movedGiftCount"], told["foundBy"], told["obstacle"]) == (2, ["a.example@example.org"], None)
    given = [
        (one["currency"], one["giftCount"], one["amount"]) for one in told["duplicate"]["lifetimeGiving"]
    ]
    assert given == [("EUR", 1, 7), ("USD", 1, 5)]
    assert told["survivor"]["giftCount"] == 1
    assert len(await gifts_of(house, ada["donorId"])) == 1


async def test_gifts_move_and_both_ids_answer(house: House) -> None:
    ada, twin = await two(house)
    before = await house.tenant.raise_.get(f"/raise/api/Donor/{ada['donorId']}")
    await merge(house, ada["donorId"], twin["donorId"], reason="the same street")
    donor = await house.tenant.raise_.get(f"/raise/api/Donor/{twin['donorId']}")
    assert donor == before | {"mergedDonorId": twin["donorId"]}
    assert (
        await gifts_of(house, twin["donorId"])
        == await gifts_of(house, ada["donorId"])
        == [ada["id"], twin["id"]]
    )
    listed = await house.tenant.raise_.get("/raise/api/Donor/list")
    assert ([one["id"] for one in listed["items"]], listed["total"]) == ([ada["donorId"]], 1)
    again = await house.tenant.give(1, "a.example@example.org")
    assert again["donorId"] == ada["donorId"]
    assert (await house.tenant.raise_.get(f"/raise/api/Donor/{ada['donorId']}"))["email"] == "ada@example.org"
    answer = await house.tenant.raise_.call(
        "PATCH", f"/raise/api/Donor/{twin['donorId']}", json={"lastName": "X"}
    )
    assert answer.status_code == 409
    await exact(house)


async def test_contacts_are_merged_and_parted_with_their_figures(house: House) -> None:
    ada, twin = await two(house)
    await house.settle()
    first, second = await contact_of(house, ada["donorId"]), await contact_of(house, twin["donorId"])
    assert first["id"] != second["id"]
    await merge(house, ada["donorId"], twin["donorId"])
    await house.settle()
    assert (await contact_of(house, ada["donorId"]))["lifeToDateGiving"] == "$15.00"
    gone = await house.tenant.crm.get(f"/crm/api/Contact/{second['id']}")
    assert (gone["mergedIntoContactId"], gone["lifeToDateGiving"]) == (first["id"], "$0.00")
    later = await house.tenant.give(3, "a.example@example.org")
    await house.settle()
    await exact(house)
    await unmerge(house, twin["donorId"])
    assert await gifts_of(house, ada["donorId"]) == [ada["id"], later["id"]]
    assert await gifts_of(house, twin["donorId"]) == [twin["id"]]
    await house.settle()
    ones, others = await contact_of(house, ada["donorId"]), await contact_of(house, twin["donorId"])
    assert (ones["id"], ones["lifeToDateGiving"]) == (first["id"], "$13.00")
    assert (others["id"], others["lifeToDateGiving"], others["mergedIntoContactId"]) == (
        second["id"],
        "$5.00",
        None,
    )
    assert others["name"] == second["name"]
    assert (await house.tenant.give(2, "a.example@example.org"))["donorId"] == twin["donorId"]
    await house.settle()
    await exact(house)


async def test_one_who_is_in_the_crm_takes_the_survivor_along(house: House) -> None:
    """All gifts of the survivor are of a paused campaign: it is not there, until who is merged into it needs it."""
    paused = await campaign(house.tenant, canSync=False)
    ada = await house.tenant.give(10, "ada@example.org", campaignId=paused)
    twin = await house.tenant.give(5, "bo@example.org")
    await house.settle()
    await merge(house, ada["donorId"], twin["donorId"])
    await house.settle()
    assert (await contact_of(house, ada["donorId"]))["lifeToDateGiving"] == "$5.00"
    assert (await house.tenant.settled("donor", twin["donorId"]))["state"] == "synced"
    await exact(house)


async def test_merges_in_rings_twice_and_of_nobody_are_refused(house: House) -> None:
    ada, twin = await two(house)
    third = await house.tenant.give(1, "cy@example.org")
    await merge(house, ada["donorId"], twin["donorId"])
    for into, duplicate in (
        (ada["donorId"], twin["donorId"]),
        (twin["donorId"], ada["donorId"]),
        (ada["donorId"], ada["donorId"]),
        (twin["donorId"], third["donorId"]),
    ):
        answer = await house.tenant.raise_.call(
            "POST", f"/raise/api/Donor/{into}/merge", json={"duplicateId": duplicate}
        )
        assert answer.status_code == 409
    path = f"/raise/api/Donor/{ada['donorId']}"
    answer = await house.tenant.raise_.call("POST", f"{path}/merge", json={"duplicateId": 987654321})
    assert set(answer.json()["errors"]) == {"duplicateId"}
    assert (await house.tenant.raise_.call("POST", f"{path}/unmerge")).status_code == 409


async def test_a_chain_comes_apart_in_any_order(house: House) -> None:
    ids, gifts = [], []
    later: list[int] = []
    for name in ("one", "two", "three"):
        gift = await house.tenant.give(10, f"{name}@example.org")
        ids.append(gift["donorId"])
        gifts.append(gift["id"])
    one, second, third = ids
    for first_apart, next_apart in ((one, second), (second, one)):
        await merge(house, second, one)
        await merge(house, third, second)
        assert await gifts_of(house, one) == gifts + later
        gift = await house.tenant.give(1, "one@example.org")
        assert gift["donorId"] == third
        later.append(gift["id"])
        await house.settle()
        await unmerge(house, first_apart)
        await exact(house)
        await unmerge(house, next_apart)
        assert await gifts_of(house, one) == gifts[:1]
        assert await gifts_of(house, second) == gifts[1:2]
        assert await gifts_of(house, third) == gifts[2:] + later
        await house.settle()
        await exact(house)


async def test_a_gift_that_was_moved_on_stays_where_it_is(house: House) -> None:
    ada, twin = await two(house)
    other = await house.tenant.give(1, "cy@example.org")
    await merge(house, ada["donorId"], twin["donorId"])
    await house.tenant.raise_.post(f"/raise/api/Gift/{twin['id']}/transfer", {"donorId": other["donorId"]})
    await unmerge(house, twin["donorId"])
    assert await gifts_of(house, twin["donorId"]) == []
    assert await gifts_of(house, other["donorId"]) == [twin["id"], other["id"]]
    await exact(house)


async def test_gifts_given_while_donors_are_merged_are_lost_to_nobody(house: House) -> None:
    ada, twin = await two(house)
    giving = [
        house.tenant.give(1, email)
        for email in ("ada@example.org", "a.example@example.org")
        for _ in range(8)
    ]
    await asyncio.gather(*giving, merge(house, ada["donorId"], twin["donorId"]))
    assert len(await gifts_of(house, ada["donorId"])) == 18
    await house.settle()
    assert (await contact_of(house, ada["donorId"]))["lifeToDateGiving"] == "$31.00"
    await exact(house)


async def test_a_survivor_without_an_address_takes_none_of_the_duplicate(house: House) -> None:
    nameless = await house.tenant.give(10, None, donor={"sourceSystem": "ledger", "sourceKey": "7"})
    twin = await house.tenant.give(5, "bo@example.org")
    await merge(house, nameless["donorId"], twin["donorId"])
    assert (await house.tenant.give(1, "bo@example.org"))["donorId"] == nameless["donorId"]
    assert (await house.tenant.raise_.get(f"/raise/api/Donor/{nameless['donorId']}"))["email"] is None
    await exact(house)

"""A gift that was noted under the wrong donor: it moves, with both donors' figures, here and in the CRM."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from almoner.giving.gifts.service import hold_donors_of
from almoner.giving.transfers.service import hold_donors, transfer_gift
from tests.integration.sync.reasons import campaign
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import Rows, waits

pytestmark = pytest.mark.anyio


async def contact_of(house: House, donor_id: int) -> Any:
    state = await house.tenant.settled("donor", donor_id)
    return await house.tenant.crm.get(f"/crm/api/Contact/{state['crmKey']}")


async def move(house: House, gift_id: int, donor_id: int, **more: Any) -> Any:
    return await house.tenant.raise_.post(
        f"/raise/api/Gift/{gift_id}/transfer", {"donorId": donor_id, **more}
    )


async def test_the_gift_is_the_other_donors_with_who_moved_it_and_why(house: House) -> None:
    gift, other = await house.tenant.give(10, "ada@example.org"), await house.tenant.give(5, "bo@example.org")
    moved = await move(house, gift["id"], other["donorId"], reason="Bo gave it")
    assert moved["donorId"] == other["donorId"]
    answer = await house.tenant.raise_.get(f"/raise/api/Gift/{gift['id']}/transfers")
    (told,) = answer["items"]
    assert (told["fromDonorId"], told["toDonorId"], told["reason"]) == (
        gift["donorId"],
        other["donorId"],
        "Bo gave it",
    )
    assert told["movedBy"]
    for donor_id, total in ((gift["donorId"], 0), (other["donorId"], 2)):
        assert (await house.tenant.raise_.get(f"/raise/api/Donor/{donor_id}/gifts"))["total"] == total
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_gift_that_is_there_moves_between_the_contacts(house: House) -> None:
    gift, other = await house.tenant.give(10, "ada@example.org"), await house.tenant.give(5, "bo@example.org")
    await house.settle()
    await move(house, gift["id"], other["donorId"])
    await house.settle()
    mine, theirs = await contact_of(house, gift["donorId"]), await contact_of(house, other["donorId"])
    assert (mine["lifeToDateGiving"], theirs["lifeToDateGiving"]) == ("$0.00", "$15.00")
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_gift_that_waits_goes_with_its_new_donor(house: House) -> None:
    """Its first donor cannot reach the CRM; what else is that donor's goes on waiting for its own cure."""
    gift = await house.tenant.give(10, "ada@example.org", donor={"crmKey": "999999"})
    later = await house.tenant.give(20, "ada@example.org")
    assert (await house.tenant.settled("donor", gift["donorId"]))["reason"] == "contact_not_found"
    other = await house.tenant.give(5, "bo@example.org")
    await move(house, gift["id"], other["donorId"])
    assert (await house.tenant.settled("gift", gift["id"]))["state"] == "synced"
    assert (await house.tenant.settled("gift", later["id"]))["reason"] == "waiting_for_donor"
    path = f"/raise/api/Donor/{gift['donorId']}"
    await house.tenant.raise_.call("PATCH", path, json={"crmKey": ""})
    assert (await house.tenant.settled("gift", later["id"]))["state"] == "synced"
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_gift_that_moved_before_the_sync_looked_goes_once(house: House) -> None:
    gift, other = await house.tenant.give(10, "ada@example.org"), await house.tenant.give(5, "bo@example.org")
    await move(house, gift["id"], other["donorId"])
    assert (await house.tenant.settled("gift", gift["id"]))["state"] == "synced"
    assert (await contact_of(house, other["donorId"]))["lifeToDateGiving"] == "$15.00"
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_the_givers_of_a_campaign_follow(house: House) -> None:
    spring = await campaign(house.tenant)
    first = await house.tenant.give(10, "ada@example.org", campaignId=spring)
    second = await house.tenant.give(5, "bo@example.org", campaignId=spring)
    third = await house.tenant.give(5, "bo@example.org", campaignId=spring)
    for gift_id, donor_id in ((first["id"], second["donorId"]), (third["id"], first["donorId"])):
        await move(house, gift_id, donor_id)
        assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_two_who_move_at_once_and_a_gift_meanwhile(house: House) -> None:
    ada, bo = await house.tenant.give(10, "ada@example.org"), await house.tenant.give(5, "bo@example.org")
    await asyncio.gather(
        move(house, ada["id"], bo["donorId"]),
        move(house, bo["id"], ada["donorId"]),
        move(house, ada["id"], bo["donorId"]),
        house.tenant.give(1, "ada@example.org"),
        house.tenant.give(1, "bo@example.org"),
    )
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_nobody_is_no_donor_to_move_to(house: House) -> None:
    gift = await house.tenant.give()
    answer = await house.tenant.raise_.call(
        "POST", f"/raise/api/Gift/{gift['id']}/transfer", json={"donorId": 987654321}
    )
    assert set(answer.json()["errors"]) == {"donorId"}
    answer = await house.tenant.raise_.call(
        "POST", "/raise/api/Gift/987654321/transfer", json={"donorId": gift["donorId"]}
    )
    assert answer.status_code == 404


async def test_who_corrects_a_gift_that_is_just_moving_waits_and_holds_its_new_donor(
    house: House, all_rows: Rows
) -> None:
    gift, other = await house.tenant.give(10, "ada@example.org"), await house.tenant.give(5, "bo@example.org")
    db, holding = house.app.db, asyncio.Event()

    async def hold() -> dict[int, int]:
        async with db.tenant(house.tenant.id) as tx:
            whose = await hold_donors_of(tx, [gift["id"]])
            holding.set()
            async with db.tenant(house.tenant.id) as beside:
                held = await beside.conn.fetch(
                    "SELECT id FROM giving.donor WHERE id = ANY ($1) AND id NOT IN "
                    "(SELECT id FROM giving.donor WHERE id = ANY ($1) FOR NO KEY UPDATE SKIP LOCKED)",
                    [gift["donorId"], other["donorId"]],
                )
            assert {row["id"] for row in held} >= set(whose.values())
            return whose

    async with db.tenant(house.tenant.id) as tx:
        await transfer_gift(tx, gift["id"], {"donor_id": other["donorId"]}, house.app.clock.now(), by="test")
        held = asyncio.create_task(hold())
        await waits(await all_rows.at_home(house.tenant.id), tx.conn.get_server_pid())
        assert not holding.is_set()
    assert await held == {gift["id"]: other["donorId"]}


async def test_a_gift_that_moved_meanwhile_is_looked_for_with_empty_hands(
    house: House, all_rows: Rows
) -> None:
    """Who found its donor to be another lets go of those it holds: one who asks for both in the order of their ids is not kept waiting."""
    gifts = [await house.tenant.give(10, f"{name}@example.org") for name in ("ada", "bo", "cy")]
    ada, bo, cy = [gift["donorId"] for gift in gifts]
    db, now, conn = house.app.db, house.app.clock.now(), await all_rows.at_home(house.tenant.id)

    pids = list[int]()

    async def transfer() -> None:
        async with db.tenant(house.tenant.id) as tx:
            pids.append(tx.conn.get_server_pid())
            await transfer_gift(tx, gifts[1]["id"], {"donor_id": cy}, now, by="test")

    async def hold(*ids: int) -> None:
        async with db.tenant(house.tenant.id) as tx:
            await hold_donors(tx, ids)

    async with db.tenant(house.tenant.id) as last:
        await hold_donors(last, [cy])
        async with db.tenant(house.tenant.id) as tx:
            await transfer_gift(tx, gifts[1]["id"], {"donor_id": ada}, now, by="test")
            moved = asyncio.create_task(transfer())
            await waits(conn, tx.conn.get_server_pid())
        await waits(conn, last.conn.get_server_pid())
        held = asyncio.create_task(hold(ada, bo))
        await waits(conn, pids[0])
    await asyncio.gather(moved, held)
    assert (await house.tenant.raise_.get(f"/raise/api/Gift/{gifts[1]['id']}"))["donorId"] == cy
    assert await wrong_figures(db, house.tenant.id) == []


@pytest.mark.parametrize("is_merged", [False, True])
async def test_nothing_moves_to_a_donor_who_was_erased(house: House, is_merged: bool) -> None:
    """Nor to one who was merged into such a donor, and was erased with it."""
    raise_ = house.tenant.raise_
    gift, other = await house.tenant.give(10, "ada@example.org"), await house.tenant.give(5, "bo@example.org")
    third = (await house.tenant.give(1, "cy@example.org"))["donorId"]
    named, gone = other["donorId"], other["donorId"]
    if is_merged:
        await raise_.post(f"/raise/api/Donor/{third}/merge", {"duplicateId": named})
        gone = third
    await raise_.post(f"/raise/api/Donor/{gone}/erasure", {"confirmedDonorId": gone})
    path = f"/raise/api/Gift/{gift['id']}/transfer"
    for more in ({}, {"reason": "x" * 1001}):
        answer = await raise_.call("POST", path, json={"donorId": named, **more})
        assert (answer.status_code, set(answer.json()["errors"])) == (400, {"donorId", *more})
    assert (await raise_.get(f"/raise/api/Gift/{gift['id']}"))["donorId"] == gift["donorId"]

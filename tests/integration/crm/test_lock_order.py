"""Whoever writes in the CRM takes what it holds in one order - the tree, merges, contacts, gifts, promises - and no more than it needs."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from almoner.crm.contract import EraseContact, MergeContacts, Part, ReinstateGift, ReverseGift, accept
from tests.api.crm.accepted import gift, key, person, taken, told
from tests.api.crm.pledges import sample as pledges
from tests.api.crm.recurring_gifts import sample as recurring
from tests.support.house import House
from tests.support.rows import Rows, as_owner, waits

pytestmark = pytest.mark.anyio

HOLDS = "SELECT FROM crm.{} WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE"
IMPATIENT = "SET LOCAL lock_timeout = '500ms'"
DAY, PARTS = date(2024, 1, 2), (Part(code="GENERAL", minor=1000),)


async def test_what_comes_again_beside_a_correction_holds_no_contact_while_it_waits_for_a_merge(
    house: House, all_rows: Rows
) -> None:
    contact_id, _ = await taken(house, gift("1", ("GENERAL", 1000)))
    went = ReverseGift(key=key("r1"), of=key("1"), version=1, on=DAY, designations=PARTS)
    await told(house, went)
    back = ReinstateGift(key=key("r1"), of=key("1"), version=2, on=DAY, reinstated_on=DAY, designations=PARTS)
    async with house.app.db.tenant(house.tenant.id) as tx:
        await tx.conn.execute(IMPATIENT)
        await tx.conn.execute("SELECT crm_code.keep_tree($1), crm_code.hold_merges($1)", house.tenant.id)
        told_of = asyncio.create_task(told(house, back, gift("1", ("GENERAL", 300), version=2)))
        await waits(all_rows, tx.conn.get_server_pid())
        await tx.conn.execute(HOLDS.format("contact"), house.tenant.id, contact_id)
    assert [outcome.did for outcome in await told_of] == ["changed", "changed"]


async def test_an_erasure_takes_promises_in_the_order_of_who_pays_them(house: House, all_rows: Rows) -> None:
    contact_id, _ = await taken(house)
    crm, of = house.tenant.crm, {"contactId": contact_id}
    monthly = await crm.post("/crm/api/RecurringGift", recurring.body("monthly", **of))
    pledge = await crm.post("/crm/api/v2/Pledge", pledges.body(**of))
    async with as_owner(house.app.db, house.tenant.id) as tx:
        for table in ("recurring_gift", "pledge"):
            said = f'UPDATE crm.{table} SET custom_values = \'{{"1": "Said"}}\' WHERE organization_id = $1'
            await tx.conn.execute(said, house.tenant.id)
    async with house.app.db.tenant(house.tenant.id) as tx:
        await tx.conn.execute(IMPATIENT)
        await tx.conn.execute(HOLDS.format("recurring_gift"), house.tenant.id, monthly["id"])
        told_of = asyncio.create_task(told(house, EraseContact(key=key("a1"), version=9)))
        await waits(all_rows, tx.conn.get_server_pid())
        await tx.conn.execute(HOLDS.format("pledge"), house.tenant.id, pledge["id"])
    assert [outcome.did for outcome in await told_of] == ["changed"]


async def test_a_giver_who_is_itself_again_says_more_while_others_write(house: House) -> None:
    await told(house, person(), person("b1", name="Bea", first_name="Bea", email="b@x.org", phone=None))
    await told(house, MergeContacts(key=key("a1"), into=key("b1"), version=2))
    await told(house, person(version=3, is_apart=True))
    more = person(version=4, is_apart=True, phone="555-0400")
    async with house.app.db.tenant(house.tenant.id) as tx:
        await tx.conn.execute("SELECT crm_code.keep_tree($1), crm_code.keep_merges($1)", house.tenant.id)
        async with house.app.db.tenant(house.tenant.id) as other:
            await other.conn.execute(IMPATIENT)
            (outcome,) = await accept(other, [more], house.app.clock.now())
    assert outcome.did == "changed"


async def test_what_goes_back_of_several_gifts_takes_their_contacts_in_one_order(
    house: House, all_rows: Rows
) -> None:
    made = await told(
        house, person(), person("b1", name="Bea", first_name="Bea", email="b@x.org", phone=None)
    )
    first, second = [outcome.crm_id for outcome in made]
    await told(house, gift("1", ("GENERAL", 1000)), gift("2", ("GENERAL", 1000), giver=key("b1")))
    went = [
        ReverseGift(key=key(f"r{id_}"), of=key(id_), version=1, on=DAY, designations=PARTS) for id_ in "21"
    ]
    async with house.app.db.tenant(house.tenant.id) as tx:
        await tx.conn.execute(IMPATIENT)
        await tx.conn.execute(HOLDS.format("contact"), house.tenant.id, first)
        told_of = asyncio.create_task(told(house, *went))
        await waits(all_rows, tx.conn.get_server_pid())
        await tx.conn.execute(HOLDS.format("contact"), house.tenant.id, second)
    assert [outcome.did for outcome in await told_of] == ["made", "made"]

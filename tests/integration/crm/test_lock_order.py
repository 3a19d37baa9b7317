"""Whoever writes in the CRM takes what it holds in one order - the tree, merges, contacts, gifts, promises - and no more than it needs."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from almoner.crm.contract import (
    Change,
    EraseContact,
    MergeContacts,
    Part,
    PutContact,
    PutRecurringGift,
    ReinstateGift,
    ReverseGift,
    accept,
)
from tests.api.crm.accepted import gift, key, person, taken, told
from tests.api.crm.pledges import sample as pledges
from tests.api.crm.recurring_gifts import sample as recurring
from tests.support.house import House
from tests.support.rows import Rows, as_owner, waits

pytestmark = pytest.mark.anyio

HOLDS = "SELECT FROM crm.{} WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE"
IMPATIENT = "SET LOCAL lock_timeout = '500ms'"
GOES = "UPDATE crm.gift SET contact_id = $3 WHERE organization_id = $1 AND transaction_id = $2"
DAY, PARTS = date(2024, 1, 2), (Part(code="GENERAL", minor=1000),)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"


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


def bea(**fields: Any) -> PutContact:
    return person("b1", **{"name": "Bea", "first_name": "Bea", "email": "b@x.org", "phone": None, **fields})


def promise(id_: str, giver: str) -> PutRecurringGift:
    return PutRecurringGift(
        key=key(id_),
        version=1,
        giver=key(giver),
        frequency="Monthly",
        started_on=DAY,
        next_expected_on=None,
        anticipated_end_on=None,
        cancelled_at=None,
        amount_minor=1000,
        currency="USD",
        designations=PARTS,
        segment_code=None,
        is_private=False,
    )


def new_gift(id_: str, giver: str) -> Change:
    return gift(id_, ("GENERAL", 500), giver=key(giver))


def taking(of: str) -> ReverseGift:
    return ReverseGift(key=key(f"r{of}"), of=key(of), version=1, on=DAY, designations=PARTS)


def giving_back(of: str) -> ReinstateGift:
    return ReinstateGift(
        key=key(f"r{of}"), of=key(of), version=2, on=DAY, reinstated_on=DAY, designations=PARTS
    )


MIXED: dict[str, list[Change]] = {
    "who says more, and a gift": [bea(version=2, phone="555-0400"), new_gift("3", "a1")],
    "who is found by an address": [bea(version=2, phone="555-0400"), person("c1"), new_gift("3", "c1")],
    "a promise and a gift": [promise("p1", "b1"), new_gift("3", "a1")],
    "what comes again and a correction": [giving_back("2"), gift("1", ("GENERAL", 1500), version=2)],
    "a gift that goes to another": [promise("p1", "b1"), gift("1", ("GENERAL", 1000), version=2, giver=key("b1"))],
    "a gift and what goes back": [new_gift("3", "b1"), taking("1")],
}  # fmt: skip
"""Changes of several kinds, of which an earlier kind is about Bea, whose contact is the later one, and a later kind about Ada."""


async def two_givers(house: House) -> list[int]:
    """The contacts of Ada and Bea, who gave a gift each; what Bea gave was taken back."""
    made = await told(house, person(), bea())
    await told(house, gift("1", ("GENERAL", 1000)), gift("2", ("GENERAL", 1000), giver=key("b1")))
    await told(house, taking("2"))
    return [outcome.crm_id or 0 for outcome in made]


@pytest.mark.parametrize("mixed", MIXED.values(), ids=MIXED.keys())
async def test_changes_of_several_kinds_take_their_contacts_in_one_order(
    house: House, all_rows: Rows, mixed: list[Change]
) -> None:
    first, second = await two_givers(house)
    async with house.app.db.tenant(house.tenant.id) as tx:
        await tx.conn.execute(IMPATIENT)
        await tx.conn.execute(HOLDS.format("contact"), house.tenant.id, first)
        told_of = asyncio.create_task(told(house, *mixed))
        await waits(all_rows, tx.conn.get_server_pid())
        await tx.conn.execute(HOLDS.format("contact"), house.tenant.id, second)
    assert not [outcome for outcome in await told_of if outcome.problem]


async def test_two_calls_of_several_kinds_about_the_same_contacts_never_wait_for_each_other(
    house: House, all_rows: Rows
) -> None:
    first, _ = await two_givers(house)
    ours, others = [promise("p1", "b1"), new_gift("3", "a1")], [promise("p2", "a1"), new_gift("4", "b1")]
    async with house.app.db.tenant(house.tenant.id) as tx:
        await tx.conn.execute(HOLDS.format("contact"), house.tenant.id, first)
        calls = []
        for call in (others, ours):  # queued so, the first gets one contact while the second has the other
            calls.append(asyncio.create_task(told(house, *call)))
            for _time in range(500):
                if (await all_rows.fetch(WAITING))[0][0] == len(calls):
                    break
                await asyncio.sleep(0.01)
    told_of = await asyncio.gather(*calls, return_exceptions=True)
    assert not [one for one in told_of if isinstance(one, BaseException)]


async def test_of_a_gift_that_goes_to_another_contact_before_it_is_held_all_contacts_are_taken_anew(
    house: House, all_rows: Rows
) -> None:
    first, second = await two_givers(house)
    cy = person("c1", name="Cy", first_name="Cy", email="c@x.org", phone=None)
    third = (await told(house, cy, new_gift("3", "b1")))[0].crm_id
    mixed: list[Change] = [promise("p1", "c1"), gift("3", ("GENERAL", 1000), version=2, giver=key("b1"))]
    async with house.app.db.tenant(house.tenant.id) as other:
        await other.conn.execute(IMPATIENT)
        await other.conn.execute(HOLDS.format("contact"), house.tenant.id, first)
        async with house.app.db.tenant(house.tenant.id) as tx:
            await tx.conn.execute(HOLDS.format("contact"), house.tenant.id, second)
            told_of = asyncio.create_task(told(house, *mixed))
            await waits(all_rows, tx.conn.get_server_pid())
            await tx.conn.execute(GOES, house.tenant.id, "3", first)
        await waits(all_rows, other.conn.get_server_pid())
        await other.conn.execute(HOLDS.format("contact"), house.tenant.id, third)
    assert not [outcome for outcome in await told_of if outcome.problem]

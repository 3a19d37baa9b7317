"""What cannot be, and what several tell at the same moment: refused or repeated alone, never half done."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import asyncpg
import pytest

from almoner.crm.contract import Problem, ReverseGift
from tests.api.crm.accepted import gift, key, person, taken, told
from tests.support.house import House
from tests.support.rows import Rows, waits

pytestmark = pytest.mark.anyio


async def test_a_gift_is_no_reversal_of_what_nobody_has(house: House) -> None:
    await taken(house, gift("1", ("GENERAL", 500)))
    stray = ReverseGift(key=key("1"), of=key("nowhere"), version=1, on=date(2024, 1, 2))
    (refused,) = await told(house, stray)
    assert (refused.did, refused.problem) == ("refused", Problem.KEY_TAKEN)


async def test_one_new_gift_told_of_eight_times_at_once_is_a_clash_or_the_same(house: House) -> None:
    givers = [person(f"g{n}", name=f"G{n}", first_name=f"G{n}", email=f"g{n}@x.org") for n in range(8)]
    await told(house, *givers)

    async def tell(n: int) -> str:
        try:
            return (await told(house, gift("1", ("GENERAL", 100), giver=givers[n].key)))[0].did
        except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
            return "again"

    said = await asyncio.gather(*(tell(n) for n in range(8)))
    assert said.count("made") == 1 and set(said) <= {"made", "same", "again"}


async def test_a_gift_that_becomes_anothers_waits_for_both_givers_in_one_order(
    house: House, all_rows: Rows
) -> None:
    others = [person(f"g{n}", name=f"G{n}", first_name=f"G{n}", email=f"g{n}@x.org") for n in range(2)]
    first, second = [outcome.crm_id for outcome in await told(house, *others)]
    await told(house, gift("1", ("GENERAL", 100), giver=others[0].key))
    holds = "SELECT FROM crm.contact WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE"
    async with house.app.db.tenant(house.tenant.id) as tx:
        await tx.conn.execute("SET LOCAL lock_timeout = '500ms'")
        await tx.conn.execute(holds, house.tenant.id, first)
        changed = asyncio.create_task(
            told(house, gift("1", ("GENERAL", 100), version=2, giver=others[1].key))
        )
        await waits(all_rows, tx.conn.get_server_pid())
        await tx.conn.execute(holds, house.tenant.id, second)
    assert [outcome.did for outcome in await changed] == ["changed"]


@pytest.mark.parametrize(("said", "field"), [({"name": ""}, "name"), ({"email": ""}, "reach.email")])
async def test_what_no_contact_can_be_is_refused_alone(
    house: House, said: dict[str, Any], field: str
) -> None:
    refused, made = await told(house, person("b1", **said), person())
    assert ((refused.problem, refused.detail), made.did) == ((Problem.INVALID, field), "made")

"""A contact counts once as a giver of each project and year, whether all of its gifts are looked at or the newest of many."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from almoner.crm.contract import PutContact, figure_differences
from almoner.crm.gifts.enter import enter_each
from almoner.crm.gifts.requests import GiftBody
from almoner.platform.http import decode_body
from almoner.platform.wire import encode_json
from tests.api.crm.accepted import person, project, taken
from tests.support.house import House

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
EACH, CALLS = 9, 14
"""So many gifts a call that two contacts have more than 50 after some, and the third has not."""


async def test_givers_are_exact_below_and_above_fifty_gifts(house: House) -> None:
    house = await house.with_new_tenant()
    root = await project(house.tenant, "Wells")
    children = [await project(house.tenant, f"Wells {n}", parentId=root["id"]) for n in range(4)]
    contacts = [(await taken(house, contact=giver(n)))[0] for n in range(3)]
    chance = random.Random(3)
    for call in range(CALLS):
        gifts = [gift(chance, contacts, [root, *children], f"{call}-{n}") for n in range(EACH)]
        async with house.app.db.tenant(house.tenant.id) as tx:
            bodies = decode_body(encode_json(gifts), list[GiftBody])
            entered = await enter_each(tx, bodies, NOW, parts_max=50)
            assert {each.did for each in entered} == {"made"}
            assert await figure_differences(tx) == []


def giver(n: int) -> PutContact:
    """One of three people."""
    return person(f"often-{n}", email=f"often{n}@example.org", name=f"Often {n}", last_name=f"Often {n}")


def gift(chance: random.Random, contacts: list[int], projects: list[Any], key: str) -> dict[str, Any]:
    """One of the last five years for one project or two; the third contact gives seldom."""
    named = chance.sample(projects, chance.choice((1, 2)))
    return {
        "contactId": chance.choices(contacts, (10, 10, 1))[0],
        "amount": 5 * len(named),
        "giftDate": (NOW.date() - timedelta(chance.randrange(1800))).isoformat(),
        "transactionSource": "often",
        "transactionId": key,
        "giftDesignations": [{"projectId": each["id"], "amount": 5} for each in named],
    }

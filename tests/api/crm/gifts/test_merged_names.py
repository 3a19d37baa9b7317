"""Callers that still name a contact that went into another: nobody is refused because two of them met."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from almoner.crm.contract import MergeContacts
from tests.api.crm.accepted import key, person, told
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio

WAITING = """SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database()"""
HOLD = """SELECT FROM crm.contact WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE"""


def _gift(contact: int) -> dict[str, Any]:
    parts = [{"projectCode": "GENERAL", "amount": 1}]
    return {"contactId": contact, "amount": 1, "giftDesignations": parts}


async def _wait_for(tx: Any, others: int) -> None:
    """Return once so many others wait for a lock."""
    for _ in range(400):
        if await tx.conn.fetchval(WAITING) >= others:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits")


async def test_gifts_of_a_merged_contact_and_of_its_survivor_do_not_wait_crosswise(house: House) -> None:
    bea = person("b", name="Bea", first_name="Bea", email="b@x.org", phone=None)
    first, second = await told(house, person("a"), bea)
    ours, gone = first.crm_id, second.crm_id
    assert ours is not None
    assert gone is not None
    assert ours < gone
    (merged,) = await told(house, MergeContacts(key=key("b"), into=key("a"), version=2))
    assert merged.did == "changed"
    crm, of = house.tenant.crm, house.tenant.id
    async with as_owner(house.app.db, of) as tx:
        await tx.conn.execute(HOLD, of, ours)
        bulk = [_gift(ours), _gift(gone)]
        both = asyncio.create_task(crm.call("POST", "/crm/api/Gift/Bulk", json=bulk))
        await _wait_for(tx, 1)
        one = asyncio.create_task(crm.call("POST", "/crm/api/Gift", json=_gift(gone)))
        await _wait_for(tx, 2)
    answers = await asyncio.gather(both, one)
    assert [answer.status_code for answer in answers] == [200, 200], [answer.text[:200] for answer in answers]
    assert await wrong_figures(house.app.db, of) == []

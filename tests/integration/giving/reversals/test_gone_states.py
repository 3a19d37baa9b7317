"""In which states money is gone: SQL and Python say the same, and so does what stands in migrations."""

from __future__ import annotations

import re

import pytest

from almoner.giving.reversals.rules import GONE, State
from tests.support.house import House
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio


async def test_sql_and_python_say_the_same_of_the_states(house: House) -> None:
    async with as_owner(house.app.db, house.tenant.id) as tx:
        gone = await tx.conn.fetchval("SELECT giving_code.gone_states()")
        taken = await tx.conn.fetchval("SELECT giving_code.taken_states()")
        landed = await tx.conn.fetch(
            "SELECT proname, prosrc FROM pg_proc WHERE oid IN ('giving.count_reversal'::regproc, 'giving.reversed_parts'::regproc)"
        )
    assert (set(gone), set(taken)) == (set(GONE), {*GONE, State.ASKED})
    assert len(landed) == 2
    for row in landed:
        assert set(re.findall(rf"\b(?:{'|'.join(State)})\b", row["prosrc"])) == set(taken), row["proname"]

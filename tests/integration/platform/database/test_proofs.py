"""Constraints hold for all rows, and what stands twice in the database is the same."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.platform.database.test_catalog import ask
from tests.integration.platform.database.test_catalog import owner as owner

pytestmark = pytest.mark.anyio

UNPROVED = {"giving.gift gift_day"}
"""Checks of what is written from now on: rows that were there before may be otherwise, and are told as they are."""


async def test_every_constraint_is_proved_of_all_rows(owner: Any) -> None:
    found = await ask(
        owner,
        """
        SELECT k.conrelid::regclass || ' ' || k.conname FROM pg_constraint k
        WHERE NOT k.convalidated AND k.connamespace::regnamespace::text = ANY ($1)
        """,
    )
    assert set(found) == UNPROVED


async def test_triggers_find_the_slots_that_the_code_finds(owner: Any) -> None:
    """`crm.figure_slot` is called before there is any code, so it is `own_slot` of the space 1 once more."""
    bodies = [
        await owner.fetchval("SELECT prosrc FROM pg_proc WHERE oid = $1::regproc", name)
        for name in ("platform_code.own_slot", "crm.figure_slot")
    ]
    assert bodies[0].replace("p_space", "1") == bodies[1]

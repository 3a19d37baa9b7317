"""Whatever is given, in whatever order and by however many at once: the kept figures of all modules are exact."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from almoner.kernel.errors import Conflict
from almoner.sync import service as sync
from tests.integration.sync.reasons import campaign, crm_project, giving_project
from tests.support.batches import give_batch, new_gift
from tests.support.figures import wrong_figures
from tests.support.house import House, new_hand

pytestmark = pytest.mark.anyio

WRITERS = 8
ATTEMPTS = 20
DRAIN, REQUEUE, OPEN = "drain", "requeue", "open"
LATE = "LATE"
"""A project that the CRM lacks until a writer opens it."""

DONORS: list[dict[str, Any]] = [
    {"email": "ada@example.org"},
    {"email": "bo@example.org", "key": "B"},
    {"key": "B"},
    {"key": "C"},
    {"email": "cy@example.org", "key": "C"},
    {"email": "cy@example.org"},
]
CODES = [["water"], ["wells"], ["water", "wells"], ["wells", "general"], [LATE.lower()]]

gifts = st.fixed_dictionaries(
    {
        "minor": st.integers(2, 99_999),
        "donor": st.sampled_from(DONORS),
        "campaign": st.sampled_from([None, 0, 1]),
        "codes": st.sampled_from(CODES),
        "currency": st.sampled_from(["USD", "USD", "EUR"]),
        "gift_on": st.sampled_from(["2024-12-31", "2025-01-01", "2025-06-01"]),
        "is_test_mode": st.sampled_from([False, False, False, True]),
    }
)
steps = st.one_of(st.lists(gifts, min_size=1, max_size=5), st.sampled_from([DRAIN, DRAIN, REQUEUE, OPEN]))
writers = st.lists(st.lists(steps, min_size=1, max_size=5), min_size=WRITERS, max_size=WRITERS)


# Shrinking a race finds other races; what failed is told as it was.
@settings(max_examples=25, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(plans=writers)
async def test_figures_are_exact_after_eight_writers_at_once(shared_house: House, plans: list[Any]) -> None:
    house = await shared_house.with_new_tenant()
    campaigns = [await campaign(house.tenant), await campaign(house.tenant, "Paused", canSync=False)]
    water = await crm_project(house.tenant, "WATER")
    below = {"name": "Wells", "projectCode": "WELLS", "parentId": water}
    await house.tenant.crm.post("/crm/api/Project", below)
    for code in ("WATER", "WELLS", LATE):
        await giving_project(house.tenant, code)

    await asyncio.gather(*(_writer(house, campaigns, plan) for plan in plans))
    assert await wrong_figures(house.app.db, house.tenant.id) == []
    await house.settle()
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def _writer(house: House, campaigns: list[int], plan: list[Any]) -> None:
    for step in plan:
        if step == DRAIN:
            hand = await new_hand(house.app)
            await hand.drain_once()
            await hand.retry_due()
            await hand.mend()
        elif step == REQUEUE:
            await _requeue_failed(house)
        elif step == OPEN:
            body = {"name": LATE, "projectCode": LATE}
            await house.tenant.crm.call("POST", "/crm/api/Project", json=body)
        else:
            await _give(house, [_element(one, campaigns) for one in step])


def _element(one: dict[str, Any], campaigns: list[int]) -> dict[str, Any]:
    first, *others = one["codes"]
    parts = [{"code": first, "minor": one["minor"] - len(others)}, *({"code": c, "minor": 1} for c in others)]
    return new_gift(
        one["minor"],
        **one["donor"],
        projects=parts,
        campaign_id=None if one["campaign"] is None else campaigns[one["campaign"]],
        currency=one["currency"],
        gift_on=one["gift_on"],
        is_test_mode=one["is_test_mode"],
    )


async def _give(house: House, batch: list[dict[str, Any]]) -> None:
    """Until it is taken: who gives an e-mail to a donor and who makes a donor of it may exclude each other."""
    for _ in range(ATTEMPTS):
        with suppress(asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
            async with house.app.db.tenant(house.tenant.id) as tx:
                await give_batch(tx, *batch)
            return
    raise AssertionError(f"a batch is refused {ATTEMPTS} times")


async def _requeue_failed(house: House) -> None:
    """Ask for every failed gift again, as an operator does."""
    failed = "SELECT record_id FROM sync.record WHERE organization_id = $1 AND entity = 'gift' AND state = 'failed'"
    async with house.app.db.tenant(house.tenant.id) as tx:
        rows = await tx.conn.fetch(failed, house.tenant.id)
    for row in rows:
        with suppress(Conflict):
            async with house.app.db.tenant(house.tenant.id) as tx:
                await sync.retry(tx, "gift", row["record_id"], house.app.clock.now())

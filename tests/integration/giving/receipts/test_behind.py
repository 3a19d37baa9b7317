"""How far receipts are behind: what waits of one organization, and what Prometheus is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from almoner.giving.receipts import waiting as behind
from almoner.giving.receipts.waiting import Waiting, waiting
from almoner.kernel.clock import ManualClock
from tests.support.desk import Desk
from tests.support.house import House, Tenant

pytestmark = pytest.mark.anyio


async def of(tenant: Tenant, house: House) -> Waiting:
    """What waits of an organization."""
    async with house.app.db.tenant(tenant.id) as tx:
        return await waiting(tx)


async def test_gifts_wait_to_be_looked_at_and_letters_to_be_sent(house: House, tmp_path: Path) -> None:
    desk, tenant = Desk(house, tmp_path), house.tenant
    await desk.settle()
    assert await of(tenant, house) == Waiting(0, 0, None, has_more=False)
    for n in range(3):
        await tenant.give(5, f"d{n}@example.org")
    other = (await house.with_new_tenant()).tenant
    await other.give(7)
    before = await of(tenant, house)
    assert (before.gifts, before.letters, before.has_more) == (3, 0, False)
    assert (await of(other, house)).gifts == 1
    await desk.issue()
    written = await of(tenant, house)
    assert (written.gifts, written.letters) == (0, 3)
    assert before.since is not None and written.since is not None and before.since <= written.since
    await desk.settle()
    assert await of(tenant, house) == await of(other, house) == Waiting(0, 0, None, has_more=False)


async def test_a_correction_is_no_gift_that_waits(house: House, tmp_path: Path) -> None:
    desk, tenant = Desk(house, tmp_path), house.tenant
    gift = await tenant.give(5)
    await desk.settle()
    answer = await tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift['id']}", json={"comment": "later"})
    assert answer.status_code == 200
    assert (await of(tenant, house)).gifts == 0


async def test_no_more_are_counted_than_a_page_has_time_for(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind, "COUNTED_MAX", 2)
    desk, tenant = Desk(house, tmp_path), house.tenant
    await desk.settle()
    for _ in range(4):  # of one donor, and so of one part
        await tenant.give(5, "same@example.org")
    found = await of(tenant, house)
    assert found.has_more and 1 <= found.gifts <= 2
    await desk.issue()
    found = await of(tenant, house)
    assert (found.gifts, found.letters, found.has_more) == (0, 2, True)


async def test_prometheus_is_told_how_long_both_took(house: House, tmp_path: Path) -> None:
    await Desk(house, tmp_path).settle()
    receipts, letters = told("receipt"), told("letter")
    await house.tenant.give(5)
    later = ManualClock(house.app.clock.now() + timedelta(minutes=10))
    desk = Desk(house, tmp_path, later)
    await desk.issue()
    later.advance(timedelta(minutes=30))
    await desk.settle()
    assert [now - then for now, then in zip(told("receipt"), receipts, strict=True)] == [
        1,
        pytest.approx(600, abs=60),
    ]
    assert [now - then for now, then in zip(told("letter"), letters, strict=True)] == [
        1,
        pytest.approx(1800, abs=60),
    ]


def told(what: str) -> list[float]:
    """How many, and how many seconds in all."""
    return [REGISTRY.get_sample_value(f"almoner_{what}_lag_seconds_{end}") or 0.0 for end in ("count", "sum")]

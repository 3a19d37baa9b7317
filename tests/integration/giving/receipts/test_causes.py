"""Receipts that a program of before voids, which runs beside this one: it says why as a sentence alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from almoner.giving.receipts.rules import REASONS, Cause
from tests.support.desk import Desk, receipts
from tests.support.house import House

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("reason", "is_asked"), [*((reason, False) for reason in REASONS.values()), ("It was a mistake.", True)]
)
async def test_another_is_written_once_the_gift_counts_again_unless_somebody_voided_it(
    house: House, tmp_path: Path, reason: str, is_asked: bool
) -> None:
    tenant, desk = house.tenant, Desk(house, tmp_path)
    gift = await tenant.give(10)
    await desk.settle()
    (receipt,) = await receipts(tenant)
    voids = json.dumps([{"id": receipt["id"], "reason": reason, "letter": None}])
    year = int(receipt["number"][:4])
    async with house.app.db.tenant(tenant.id) as tx:
        write = "SELECT giving_code.write_receipts($1, $2, '[]', $3::text::jsonb, now())"
        await tx.conn.execute(write, tenant.id, year, voids)
    (void,) = await receipts(tenant)
    assert REASONS.get(Cause(void["cause"]), reason) == reason
    await tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift['id']}", json={"amount": 12})
    await desk.settle()
    assert len(await receipts(tenant, state="issued")) == (0 if is_asked else 1)

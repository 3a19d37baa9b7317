"""What is downloaded as PDF is read first and printed after: printing takes long, and a transaction holds up others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from almoner.platform.pdf import Press
from tests.support.desk import Desk, receipts
from tests.support.house import House
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio


async def test_no_transaction_is_open_while_a_paper_is_printed(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = house.tenant
    gift = await tenant.give(50, date="2025-03-01")
    await Desk(house, tmp_path).settle()
    (receipt,) = await receipts(tenant)
    whole, seen = Press.print, []

    async def watched(press: Press, data: Mapping[str, Any], at: datetime) -> bytes:
        async with as_owner(house.app.db, tenant.id) as tx:  # fails when anybody who read it is not done yet
            await tx.conn.execute("LOCK TABLE giving.receipt IN ACCESS EXCLUSIVE MODE NOWAIT")
        seen.append(data["voidWord"])
        return await whole(press, data, at)

    monkeypatch.setattr(Press, "print", watched)
    for path in (f"Receipt/{receipt['id']}/pdf", f"Donor/{gift['donorId']}/statement/2025/pdf"):
        answer = await tenant.raise_.call("GET", f"/raise/api/{path}")
        assert answer.content[:5] == b"%PDF-", answer.text
    assert len(seen) == 2

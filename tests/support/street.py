"""A house whose clock is moved by hand: what processors foretold comes, then receipts and letters, then the CRM."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from almoner.giving.reversals.sweeper import WordSweeper
from almoner.kernel.clock import ManualClock
from tests.support.agreement import assert_agreement
from tests.support.desk import Desk
from tests.support.house import House, Tenant, open_house


@dataclass
class Street:
    """A house, its clock and its desk for receipts."""

    house: House
    clock: ManualClock
    desk: Desk

    async def pass_(self, **time: float) -> None:
        """Let time pass, and everything be done that is due by then."""
        self.clock.advance(timedelta(**time))
        server = self.house.app.stations[0].server
        words = WordSweeper(server, self.clock, lambda: None, settle_seconds=60)
        while await words.sweep():
            pass
        await self.house.settle()
        await self.desk.settle()

    async def tenant(self, name: str, **options: Any) -> Tenant:
        """An organization whose projects both products have: WATER, and GALA, which is not deductible."""
        tenant = await self.house.another_tenant(name, **options)
        for code, deductible in (("WATER", True), ("GALA", False)):
            told = {"name": code.title(), "isTaxDeductible": deductible}
            await tenant.raise_.post("/raise/api/Project", {**told, "code": code})
            await tenant.crm.post("/crm/api/Project", {**told, "projectCode": code})
        return tenant

    async def agree(self, tenant: Tenant) -> None:
        """Gifts, receipts and the CRM say the same, to the cent."""
        await assert_agreement(tenant.db, tenant.id)

    def letters(self, tenant: Tenant) -> list[str]:
        """What was sent to donors: subject and text, in order."""
        return [
            f"{one['Subject']}\n{one.get_body(('plain',)).get_content()}"  # type: ignore[union-attr]
            for one in self.desk.mail(tenant)
        ]


@asynccontextmanager
async def open_street(dsn: str, folder: Path, since: datetime, **settings: Any) -> AsyncIterator[Street]:
    """A street on the migrated database at `dsn`, whose letters go into `folder`."""
    clock = ManualClock(since)
    async with open_house(dsn, sync_workers=0, clock=clock, **settings) as house:
        yield Street(house, clock, Desk(house, folder, clock))

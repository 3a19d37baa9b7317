"""A house whose clock is moved by hand: what processors foretold comes, then receipts and letters, then the CRM."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from almoner.giving.reversals.sweeper import WordSweeper
from almoner.kernel.clock import ManualClock
from tests.support.desk import Desk, receipts
from tests.support.figures import wrong_figures
from tests.support.house import House, Tenant, open_house
from tests.support.rows import as_owner


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
        """Gifts, the receipts that hold and the CRM's designations say the same of each gift, to the cent; numbers have no gap."""
        given, receipted, booked = await books(tenant)
        assert given == booked, "the CRM has something else"
        assert receipted.items() <= given.items(), "a receipt says something else"
        assert {key for key, minor in given.items() if minor} == set(receipted), "a gift has no receipt"
        numbers: dict[str, list[int]] = {}
        for one in await receipts(tenant):
            numbers.setdefault(one["number"][:4], []).append(int(one["number"][5:]))
        for year, used in numbers.items():
            assert sorted(used) == list(range(1, len(used) + 1)), f"{year}: a gap or a repeat"
        assert await wrong_figures(self.house.app.db, tenant.id) == []

    def letters(self, tenant: Tenant) -> list[str]:
        """What was sent to donors: subject and text, in order."""
        return [
            f"{one['Subject']}\n{one.get_body(('plain',)).get_content()}"  # type: ignore[union-attr]
            for one in self.desk.mail(tenant)
        ]


GIVEN = """
SELECT g.id::text AS id, p.code, sum(s.minor - coalesce(s.back, 0))::bigint AS minor FROM giving.gift g
CROSS JOIN LATERAL unnest(g.project_ids, g.project_minor, g.project_reversed_minor) AS s (project_id, minor, back)
JOIN giving.project p ON p.organization_id = g.organization_id AND p.id = s.project_id
WHERE g.organization_id = $1 AND NOT g.is_test_mode GROUP BY 1, 2
"""
BOOKED = """
SELECT o.transaction_id AS id, p.project_code AS code, sum(s.minor)::bigint AS minor FROM crm.gift o
JOIN crm.gift g ON g.organization_id = o.organization_id AND (g.id = o.id OR g.reverses_id = o.id)
CROSS JOIN LATERAL unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
JOIN crm.project p ON p.organization_id = o.organization_id AND p.id = s.project_id
WHERE o.organization_id = $1 AND o.transaction_source = 'RaiseDonors' AND o.reverses_id IS NULL GROUP BY 1, 2
"""
RECEIPTED = """
SELECT r.gift_id::text AS id, p.code, sum((s.part ->> 1)::bigint)::bigint AS minor FROM giving.receipt r
CROSS JOIN LATERAL jsonb_array_elements(r.basis -> 'parts') AS s (part)
JOIN giving.project p ON p.organization_id = r.organization_id AND p.id = (s.part ->> 0)::bigint
WHERE r.organization_id = $1 AND r.state = 'issued' GROUP BY 1, 2
"""


async def books(tenant: Tenant) -> tuple[Counter[Any], Counter[Any], Counter[Any]]:
    """What is left of each gift for each project in minor units, as the gifts, the receipts that hold and the CRM have it."""
    async with as_owner(tenant.db, tenant.id) as tx:
        found = [await tx.conn.fetch(statement, tenant.id) for statement in (GIVEN, RECEIPTED, BOOKED)]
    given, receipted, booked = (
        Counter({(row["id"], row["code"].upper()): row["minor"] for row in rows}) for rows in found
    )
    return given, receipted, booked


@asynccontextmanager
async def open_street(dsn: str, folder: Path, since: datetime, **settings: Any) -> AsyncIterator[Street]:
    """A street on the migrated database at `dsn`, whose letters go into `folder`."""
    clock = ManualClock(since)
    async with open_house(dsn, sync_workers=0, clock=clock, **settings) as house:
        yield Street(house, clock, Desk(house, folder, clock))

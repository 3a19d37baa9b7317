"""Whether gifts, receipts and the CRM say the same of what was given and what went back, to the cent."""

from __future__ import annotations

from collections import Counter
from typing import Any

from almoner.platform.database import Database
from tests.support.figures import wrong_figures
from tests.support.rows import as_owner

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


NUMBERS = "SELECT year, number FROM giving.receipt WHERE organization_id = $1 ORDER BY year, number"


async def assert_agreement(db: Database, organization_id: int) -> None:
    """Of each gift and project the CRM's designations and the receipt that holds have what is left, whatever is told is a recomputation,
    and the numbers of receipts follow each other from 1. To be asked when nothing is under way."""
    async with as_owner(db, organization_id) as tx:
        found = [await tx.conn.fetch(sql, organization_id) for sql in (GIVEN, RECEIPTED, BOOKED)]
        numbers = await tx.conn.fetch(NUMBERS, organization_id)
    given, receipted, booked = (
        Counter({(row["id"], row["code"].upper()): row["minor"] for row in rows}) for rows in found
    )
    assert given == booked, f"the CRM has something else: {_unlike(given, booked)}"
    assert given == receipted, f"receipts say something else: {_unlike(given, receipted)}"
    used: dict[int, list[int]] = {}
    for row in numbers:
        used.setdefault(row["year"], []).append(row["number"])
    for year, of_year in used.items():
        assert of_year == list(range(1, len(of_year) + 1)), f"{year}: a gap or a repeat"
    assert await wrong_figures(db, organization_id) == []


def _unlike(left: Counter[Any], right: Counter[Any]) -> list[Any]:
    return [(key, left[key], right[key]) for key in {*left, *right} if left[key] != right[key]][:5]

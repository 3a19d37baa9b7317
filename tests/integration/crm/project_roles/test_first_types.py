"""What a new organization begins with comes by one statement, and is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from almoner.crm.project_roles.rules import FIRST_TYPES
from almoner.crm.project_roles.service import create_first_types
from tests.support.house import House

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TOLD = """
SELECT e.record_id, e.kind, e.version, t.role, t.is_enabled FROM crm.event e
JOIN crm.project_role_type t ON t.organization_id = e.organization_id AND t.id = e.record_id
WHERE e.kind LIKE 'project_role_type.%' AND e.key_id = 0 ORDER BY e.record_id
"""


async def test_all_first_types_are_one_statement_and_an_event_each(house: House) -> None:
    async with house.app.db.tenant(house.tenant.id) as tx:
        before = [dict(row) for row in await tx.conn.fetch(TOLD)]
        await tx.conn.execute("UPDATE crm.project_role_type SET role_key = role_key || ' of before'")
        sent: list[str] = []
        with tx.conn.query_logger(lambda query: sent.append(query.query)):
            await create_first_types(tx, NOW)
        after = [dict(row) for row in await tx.conn.fetch(TOLD)][len(before) :]
    assert len(sent) == 1, sent
    assert [row["role"] for row in before] == [row["role"] for row in after] == list(FIRST_TYPES)
    for row in (*before, *after):
        assert (row["kind"], row["version"], row["is_enabled"]) == ("project_role_type.created", 1, True)

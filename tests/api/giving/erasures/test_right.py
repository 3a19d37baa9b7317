"""Erasing is a right of its own, which whoever could erase before keeps."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.platform.database.files import load_migrations
from almoner.platform.organizations.service import create_key
from tests.support.house import House
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio

RIGHT = "donor-erasure:create"


async def erase(house: House, scopes: list[str]) -> Any:
    """The answer to who holds these scopes."""
    gift = await house.tenant.give(10)
    async with house.app.db.tenant(house.tenant.id) as tx:
        token = await create_key(tx, "raise", "desk", scopes)
    headers = {"Authorization": f"Bearer {token}"}
    path, body = f"/raise/api/Donor/{gift['donorId']}/erasure", {"confirmedDonorId": gift["donorId"]}
    assert (await house.tenant.raise_.call("GET", path, headers=headers)).status_code == 200
    return await house.tenant.raise_.call("POST", path, json=body, headers=headers)


async def test_who_may_write_donors_may_not_erase_them(house: House) -> None:
    answer = await erase(house, ["donor:*", "gift:*"])
    assert answer.status_code == 403
    assert f"lacks Create of DonorErasure (scope '{RIGHT}')" in answer.text
    assert (await erase(house, ["donor:read", RIGHT])).status_code == 200


async def test_the_upgrade_gives_it_to_who_could_erase_before_and_to_nobody_else(house: House) -> None:
    before = {
        "makes": ["donor:create"],
        "writes": ["gift:read", "donor:write"],
        "all of it": ["donor:*"],
        "reads": ["donor:read", "gift:write"],
        "everything": ["*"],
    }
    (text,) = [file.text for file in load_migrations() if file.name.endswith("who-may-erase")]
    async with as_owner(house.app.db, house.tenant.id) as tx:
        for name, scopes in before.items():
            await create_key(tx, "raise", name, scopes)
            await tx.conn.execute(
                "INSERT INTO platform.permission_group (organization_id, name, name_key, scopes, created_at, modified_at)"
                " VALUES ($1, $2, $2, $3, now(), now())",
                tx.organization_id,
                name,
                scopes,
            )
        for _ in range(2):
            await tx.conn.execute(text)
        for table in ("permission_group", "api_key"):
            rows = await tx.conn.fetch(
                f"SELECT name, scopes FROM platform.{table} WHERE organization_id = $1 AND name = ANY ($2)",
                tx.organization_id,
                list(before),
            )
            gained = {row["name"] for row in rows if row["scopes"] == [*before[row["name"]], RIGHT]}
            kept = {row["name"] for row in rows if row["scopes"] == before[row["name"]]}
            assert (gained, kept) == ({"makes", "writes", "all of it"}, {"reads", "everything"})
        changes = await tx.conn.fetch(
            "SELECT name FROM platform.permission_change WHERE organization_id = $1 AND by_whom = 'upgrade'",
            tx.organization_id,
        )
        assert sorted(row["name"] for row in changes) == ["all of it", "makes", "writes"]

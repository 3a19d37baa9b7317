"""What a form offers: giving's projects without those whose twins in the CRM are closed to it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.accepted import project
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def offered(house: House, **asked: Any) -> list[str]:
    page = await house.tenant.raise_.get("/raise/api/Sync/OfferedProjects", **asked)
    return [one["code"] for one in page["items"]]


async def test_a_project_whose_twin_is_not_available_online_is_not_offered(house: House) -> None:
    for name in ("water", "wells", "alone"):
        await house.tenant.raise_.post("/raise/api/Project", {"name": name, "code": name})
    water = await project(house.tenant, "Water", isAvailableOnline=False)
    wells = await project(house.tenant, "Wells")
    await project(house.tenant, "Only here", isAvailableOnline=False)
    assert sorted(await offered(house)) == ["GENERAL", "alone", "wells"]
    await house.tenant.crm.call("PUT", f"/crm/api/Project/{wells['id']}/Active?active=false")
    assert sorted(await offered(house)) == ["GENERAL", "alone"]
    open_ = [{"id": one["id"], "isAvailableOnline": True, "isActive": True} for one in (water, wells)]
    await house.tenant.crm.call("PATCH", "/crm/api/Project", json=open_)
    assert sorted(await offered(house)) == ["GENERAL", "alone", "water", "wells"]
    page = await house.tenant.raise_.get("/raise/api/Sync/OfferedProjects", take=1)
    assert (len(page["items"]), page["total"]) == (1, 4)

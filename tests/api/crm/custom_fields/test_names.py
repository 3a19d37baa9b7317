"""Names of fields that differ by blanks alone: queries pass over blanks, so there is one of them; of those of before each is found as it is written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.accepted import problem, project
from tests.support.house import House
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio

ONE, OTHER = "Favorite Color", "FavoriteColor"


async def define(house: House, name: str, **more: Any) -> Any:
    """A field of projects."""
    body = {"recordType": "Project", "name": name, "dataType": "Text", **more}
    return await house.tenant.crm.post("/crm/api/CustomField", body)


async def found(house: House, parameter: str) -> list[str]:
    """The projects that have `x` in a field."""
    condition = {"parameter": parameter, "operator": "Is", "value": "x"}
    page = await house.tenant.crm.post("/crm/api/Project/Query", {"groups": [{"conditions": [condition]}]})
    return sorted(row["name"] for row in page["list"])


async def test_a_name_that_differs_by_a_blank_is_taken(house: House) -> None:
    await define(house, ONE)
    said = {"recordType": "Project", "name": OTHER, "dataType": "Text"}
    assert await problem(house.tenant, "POST", "CustomField", json=said) == (
        409,
        "CONFLICT",
        ["name", "displayName"],
    )
    shown = await define(house, "Shade")
    path = f"CustomField/{shown['id']}"
    assert (await problem(house.tenant, "PUT", path, json={"displayName": OTHER}))[2] == ["displayName"]


async def test_fields_of_before_that_differ_by_a_blank_are_asked_for_as_they_are_written(
    house: House,
) -> None:
    await define(house, ONE)
    later = await define(house, "Later")
    async with as_owner(house.app.db, house.tenant.id) as tx:
        called = "UPDATE crm.custom_field SET name = $2, display_name = $2 WHERE id = $1"
        await tx.conn.execute(called, later["id"], OTHER)
    for name in (ONE, OTHER):
        await project(house.tenant, name, customFields={name: "x"})
    assert (await found(house, ONE), await found(house, OTHER)) == ([ONE], [OTHER])
    assert (await found(house, ONE.upper()), await found(house, OTHER.lower())) == ([ONE], [OTHER])
    options = (await house.tenant.crm.get("/crm/api/Project/QueryOptions"))["options"]
    assert {ONE, OTHER} <= {one["parameter"] for one in options}
    kept = await house.tenant.crm.put(f"/crm/api/CustomField/{later['id']}", {"isRequired": True})
    assert kept["isRequired"]

"""Parts that contacts play in projects: kinds, lists, and what a merge does to them."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.crm.contract import MergeContacts
from tests.api.crm.accepted import key, person, problem, project, taken, told
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def kinds(house: House) -> dict[str, int]:
    """The kinds of parts, by name."""
    page = await house.tenant.crm.get("/crm/api/ProjectRole/Types")
    assert page["total"] == len(page["list"])
    return {kind["role"]: kind["id"] for kind in page["list"]}


async def give(house: House, project_id: int, contact_id: int, kind: int) -> Any:
    body = {"projectDesignationId": project_id, "contactId": contact_id, "projectRoleTypeId": kind}
    return await house.tenant.crm.post("/crm/api/ProjectRole", body)


async def test_a_part_is_given_changed_listed_and_taken(house: House) -> None:
    water = await project(house.tenant, "Water")
    contact_id, _ = await taken(house)
    known = await kinds(house)
    made = await give(house, water["id"], contact_id, known["Manager"])
    assert (made["contactName"], made["projectDesignationName"], made["projectRoleType"]) == (
        "Ada Example",
        "Water",
        "Manager",
    )
    path = f"/crm/api/ProjectRole/{made['id']}"
    changed = await house.tenant.crm.put(path, {"projectRoleTypeId": known["Volunteer"]})
    assert (changed["projectRoleType"], changed["contactId"]) == ("Volunteer", contact_id)
    row = {name: value for name, value in changed.items() if not name.startswith(("create", "modif"))}
    for one in (f"ByContact/{contact_id}", f"ByProject/{water['id']}"):
        page = await house.tenant.crm.get(f"/crm/api/ProjectRole/{one}")
        assert page == {"list": [row], "total": 1}
    assert (await house.tenant.crm.call("DELETE", path)).status_code == 200
    assert (await house.tenant.crm.call("DELETE", path)).status_code == 404


async def test_a_kind_is_made_named_anew_and_given_no_more(house: House) -> None:
    water = await project(house.tenant, "Water")
    contact_id, _ = await taken(house)
    kind = await house.tenant.crm.post("/crm/api/ProjectRole/Types", {"role": " Patron "})
    assert (kind["role"], kind["isEnabled"]) == ("Patron", True)
    made = await give(house, water["id"], contact_id, kind["id"])
    path = f"ProjectRole/Types/{kind['id']}"
    await house.tenant.crm.put(f"/crm/api/{path}", {"role": "Sponsor", "isEnabled": False})
    kept = {"projectRoleTypeId": kind["id"]}
    same = await house.tenant.crm.put(f"/crm/api/ProjectRole/{made['id']}", kept)
    assert same["projectRoleType"] == "Sponsor"
    body = {"projectDesignationId": water["id"], "contactId": contact_id, **kept}
    _, code, fields = await problem(house.tenant, "POST", "ProjectRole", json=body)
    assert (code, fields) == ("VALIDATION_FAILED", ["projectRoleTypeId"])
    for method, where in (("POST", "ProjectRole/Types"), ("PUT", path)):
        refused = await problem(house.tenant, method, where, json={"role": "MANAGER"})
        assert refused == (409, "CONFLICT", ["role"])


async def test_all_that_is_broken_is_named(house: House) -> None:
    body = {"projectDesignationId": 987654, "contactId": 987655, "projectRoleTypeId": 987656}
    _, code, fields = await problem(house.tenant, "POST", "ProjectRole", json=body)
    assert (code, fields) == ("VALIDATION_FAILED", ["projectDesignationId", "contactId", "projectRoleTypeId"])


async def test_a_part_follows_its_contact_into_another(house: House) -> None:
    water = await project(house.tenant, "Water")
    first, _ = await taken(house)
    second, _ = await taken(house, contact=person("b", name="Bo", email="bo@x.org"))
    made = await give(house, water["id"], first, (await kinds(house))["Manager"])
    await told(house, MergeContacts(key=key("a1"), into=key("b"), version=2))
    assert (await house.tenant.crm.get(f"/crm/api/ProjectRole/{made['id']}"))["contactId"] == second

"""Notes about projects over HTTP: what they say, their list, and what a merge of contacts does to them."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.crm.contract import MergeContacts
from tests.api.crm.accepted import key, person, problem, project, taken, told
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

NOTE = {"type": "Call", "note": "Asked for a report."}


async def write(house: House, **fields: Any) -> Any:
    return await house.tenant.crm.post("/crm/api/ProjectNote", {**NOTE, **fields})


async def test_a_note_is_written_read_replaced_and_deleted(house: House) -> None:
    water = await project(house.tenant, "Water")
    contact_id, _ = await taken(house)
    made = await write(house, projectId=water["id"], contactId=str(contact_id), private=True)
    assert (made["projectId"], made["contactId"], made["isPrivate"]) == (water["id"], contact_id, True)
    path = f"/crm/api/ProjectNote/{made['id']}"
    assert await house.tenant.crm.get(path) == made
    assert await house.tenant.crm.put(path, made) == made
    replaced = await house.tenant.crm.put(path, {"type": "thankYou", "note": " Sent. "})
    assert (replaced["type"], replaced["note"], replaced["contactId"]) == ("Thank You", "Sent.", None)
    assert (await house.tenant.crm.call("DELETE", path)).status_code == 200
    assert (await house.tenant.crm.call("GET", path)).status_code == 404


async def test_notes_of_a_project_are_paged(house: House) -> None:
    water, health = await project(house.tenant, "Water"), await project(house.tenant, "Health")
    first = await write(house, projectId=water["id"])
    second = await write(house, projectId=water["id"], important=True)
    await write(house, projectId=health["id"])
    path = f"/crm/api/ProjectNote/ByProject/{water['id']}"
    page = await house.tenant.crm.get(path, sortBy="Important", descending=True, take=1)
    assert ([note["id"] for note in page["list"]], page["total"]) == ([second["id"]], 2)
    page = await house.tenant.crm.get(path, skip=0)
    assert [note["id"] for note in page["list"]] == [first["id"], second["id"]]
    assert "Thank You" in await house.tenant.crm.get("/crm/api/ProjectNote/Types")


async def test_all_that_is_broken_is_named(house: House) -> None:
    body = {"projectId": 987654, "contactId": 987655, "type": "Telepathy", "note": " "}
    _, code, fields = await problem(house.tenant, "POST", "ProjectNote", json=body)
    assert (code, fields) == ("VALIDATION_FAILED", ["type", "note", "projectId", "contactId"])


async def test_a_note_follows_its_contact_into_another(house: House, rows: OwnRows) -> None:
    water = await project(house.tenant, "Water")
    first, _ = await taken(house)
    second, _ = await taken(house, contact=person("b", name="Bo", email="bo@x.org"))
    made = await write(house, projectId=water["id"], contactId=first)
    await told(house, MergeContacts(key=key("a1"), into=key("b"), version=2))
    assert (await house.tenant.crm.get(f"/crm/api/ProjectNote/{made['id']}"))["contactId"] == second
    found = await rows.fetch(
        "SELECT kind, key_id FROM crm.event WHERE organization_id = $1 AND kind LIKE 'project_note.%' ORDER BY id"
    )
    assert [tuple(row) for row in found] == [("project_note.created", 0), ("project_note.updated", 0)]

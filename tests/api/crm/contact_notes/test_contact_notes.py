"""Notes about contacts over HTTP: what they say, their lists, their events."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.accepted import person, problem, taken
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

NOTE = {"type": "Call", "note": "Asked for a receipt.", "noteDateTime": "2024-03-05T22:15:00Z"}


async def contact(house: House, key: str = "a1") -> int:
    contact_id, _ = await taken(house, contact=person(key, email=f"{key}@example.org"))
    return contact_id


async def write(house: House, contact_id: int, **fields: Any) -> Any:
    return await house.tenant.crm.post("/crm/api/ContactNote", {**NOTE, "contactId": contact_id, **fields})


async def events(house: House, note_id: int) -> list[tuple[str, int]]:
    """Kind and contact of what was announced of a note, in order."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        rows = await tx.conn.fetch(
            "SELECT kind, key_id FROM crm.event WHERE organization_id = $1 AND record_id = $2"
            " AND kind LIKE 'contact_note.%' ORDER BY id",
            tx.organization_id,
            note_id,
        )
    return [(row["kind"], row["key_id"]) for row in rows]


async def test_a_note_is_written_read_replaced_and_deleted(house: House) -> None:
    contact_id = await contact(house)
    made = await write(house, contact_id, important=True, private=True, timeSpent=15)
    assert (made["noteDate"], made["type"], made["important"], made["isPrivate"]) == (
        "3/5/2024",
        "Call",
        True,
        True,
    )
    path = f"/crm/api/ContactNote/{made['id']}"
    assert await house.tenant.crm.get(path) == made
    replaced = await house.tenant.crm.put(
        path, {"type": "thankYou", "note": " Sent. ", "noteDateTime": "4/1/2024"}
    )
    assert (replaced["type"], replaced["note"], replaced["noteDate"]) == ("Thank You", "Sent.", "4/1/2024")
    assert (replaced["important"], replaced["isPrivate"], replaced["contactId"]) == (False, False, contact_id)
    assert (await house.tenant.crm.call("DELETE", path)).status_code == 200
    assert (await house.tenant.crm.call("GET", path)).status_code == 404
    assert (await house.tenant.crm.call("DELETE", path)).status_code == 404
    assert await events(house, made["id"]) == [
        (f"contact_note.{happened}", contact_id) for happened in ("created", "updated", "deleted")
    ]


async def test_a_note_put_back_as_it_was_read_loses_nothing(house: House, rows: OwnRows) -> None:
    made = await write(house, await contact(house), private=True, important=True, timeSpent=15)
    path = f"/crm/api/ContactNote/{made['id']}"
    put = await house.tenant.crm.put(path, {**made, "note": "Asked twice."})
    kept = {name: made[name] for name in ("noteDate", "isPrivate", "important", "type")}
    assert {name: put[name] for name in kept} == kept
    assert put["note"] == "Asked twice."
    (stored,) = await rows.fetch("SELECT time_spent FROM crm.contact_note WHERE organization_id = $1")
    assert stored["time_spent"] == 15


async def test_the_same_said_again_changes_nothing_and_is_no_event(house: House) -> None:
    made = await write(house, await contact(house))
    again = await house.tenant.crm.put(f"/crm/api/ContactNote/{made['id']}", NOTE)
    assert again == made
    assert [kind for kind, _ in await events(house, made["id"])] == ["contact_note.created"]


async def test_notes_of_a_contact_are_paged_and_the_important_ones_apart(house: House) -> None:
    contact_id, other = await contact(house), await contact(house, "b2")
    await write(house, other)
    plain = await write(house, contact_id)
    early = await write(house, contact_id, noteDateTime="2023-01-01", important=True)
    late = await write(house, contact_id, noteDateTime="2024-12-31", important=True)

    async def ids(path: str, **params: Any) -> list[int]:
        page = await house.tenant.crm.get(f"/crm/api/ContactNote/{path}/{contact_id}", **params)
        assert page["total"] == (2 if "Important" in path else 3)
        return [note["id"] for note in page["list"]]

    assert await ids("ByContact") == [plain["id"], early["id"], late["id"]]
    assert await ids("ByContact", sortBy="NoteDate", descending=True, take=2) == [late["id"], plain["id"]]
    assert await ids("Important/ByContact", skip=1) == [late["id"]]


async def test_a_note_that_says_nothing_or_is_of_nobody_is_refused(house: House) -> None:
    contact_id = await contact(house)
    body = {"contactId": contact_id, "type": "Telepathy", "note": " ", "noteDateTime": "soon"}
    refused = await problem(house.tenant, "POST", "ContactNote", json=body)
    assert refused == (422, "VALIDATION_FAILED", ["type", "noteDateTime", "note"])
    refused = await problem(house.tenant, "POST", "ContactNote", json={**NOTE, "contactId": 987654})
    assert refused == (422, "VALIDATION_FAILED", ["contactId"])
    answer = await house.tenant.crm.call("POST", "/crm/api/ContactNote", json={**NOTE, "contactId": 987654})
    assert answer.json()["error"]["message"] == "There is no contact 987654."
    other = await house.another_tenant()
    stranger = await other.crm.call("POST", "/crm/api/ContactNote", json={**NOTE, "contactId": contact_id})
    assert stranger.json()["error"]["message"] == f"There is no contact {contact_id}."

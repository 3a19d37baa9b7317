"""Records that write and announce themselves, tried with the CRM's contacts and notes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from almoner.crm.contact_notes.service import NOTES
from almoner.crm.events import LOG
from almoner.kernel.errors import Conflict
from almoner.platform.records import Table
from tests.api.crm.accepted import taken
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

NOW = datetime(2024, 3, 5, tzinfo=UTC)
NOTE = {
    "type": "Call",
    "note": "Hello",
    "noted_on": date(2024, 3, 5),
    "important": False,
    "is_private": False,
}


async def kinds(rows: OwnRows) -> list[tuple[str, int]]:
    """Kind and key of the events about notes, in order."""
    found = await rows.fetch(
        "SELECT kind, key_id FROM crm.event WHERE organization_id = $1 AND kind LIKE 'contact_note.%' ORDER BY id"
    )
    return [(row["kind"], row["key_id"]) for row in found]


async def test_nothing_to_write_is_no_change_and_no_event(house: House, rows: OwnRows) -> None:
    contact_id, _ = await taken(house)
    async with house.app.db.tenant(house.tenant.id) as tx:
        note_id = await NOTES.add(tx, {**NOTE, "contact_id": contact_id}, NOW)
        assert await NOTES.change(tx, note_id, {}, NOW) is False
        assert await NOTES.change(tx, note_id, {"type": "Call", "time_spent": None}, NOW) is False
        assert await NOTES.change(tx, 987654, {"type": "Letter"}, NOW) is False
        assert await NOTES.change(tx, note_id, {"type": "Letter"}, NOW) is True
    assert await kinds(rows) == [("contact_note.created", contact_id), ("contact_note.updated", contact_id)]


async def test_what_another_record_names_is_not_deleted(house: House) -> None:
    contact_id, _ = await taken(house)
    contacts = Table(LOG, "crm.contact", key="id")
    with pytest.raises(Conflict, match=f"still names contact {contact_id}: change that first"):
        async with house.app.db.tenant(house.tenant.id) as tx:
            await contacts.remove(tx, contact_id, NOW)

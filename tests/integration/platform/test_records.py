"""Records that write and announce themselves, tried with the CRM's contacts and notes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from almoner.crm.contact_notes.service import NOTES
from almoner.crm.events import LOG
from almoner.giving.events import LOG as GIVING
from almoner.kernel.errors import Conflict
from almoner.platform.records import Records, Table
from almoner.platform.wire import View, encode_json
from tests.api.crm.accepted import taken
from tests.support.house import House
from tests.support.rows import OwnRows, as_owner

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


async def told(rows: OwnRows, log: str = "crm") -> list[tuple[str, int, Any]]:
    """What happened to the records of the latest event, with version and data, in order."""
    found = await rows.fetch(
        f"""SELECT kind, version, data FROM {log}.event WHERE organization_id = $1
            AND split_part(kind, '.', 1) = (SELECT split_part(kind, '.', 1) FROM {log}.event
                WHERE organization_id = $1 ORDER BY id DESC LIMIT 1)
            ORDER BY id"""
    )
    return [
        (
            row["kind"].partition(".")[2],
            row["version"],
            row["data"] and json.loads(row["data"], parse_float=Decimal),
        )
        for row in found
    ]


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
        async with as_owner(house.app.db, house.tenant.id) as tx:
            await contacts.remove(tx, contact_id, NOW)


async def test_each_change_is_a_version_and_keeps_what_the_record_said_before(
    house: House, rows: OwnRows
) -> None:
    contact_id, _ = await taken(house)
    async with house.app.db.tenant(house.tenant.id) as tx:
        note = await NOTES.make(tx, {**NOTE, "contact_id": contact_id}, NOW)
        later = NOW + timedelta(hours=1)
        await NOTES.replace(tx, note.id, {"type": "Letter", "noted_on": date(2023, 12, 31)}, later)
        last = await NOTES.replace(tx, note.id, {"important": True}, later)
        assert await NOTES.replace(tx, note.id, {"type": "Letter"}, later) == last
        await NOTES.remove(tx, note.id, NOW + timedelta(hours=2))
    assert await told(rows) == [
        ("created", 1, None),
        ("updated", 2, {"type": "Call", "noteDate": "3/5/2024"}),
        ("updated", 3, {"important": False}),
        ("deleted", 4, json.loads(encode_json(last))),
    ]


async def test_a_column_that_the_view_does_not_tell_keeps_its_old_value_too(
    house: House, rows: OwnRows
) -> None:
    contact_id, _ = await taken(house)
    async with house.app.db.tenant(house.tenant.id) as tx:
        note = await NOTES.make(tx, {**NOTE, "contact_id": contact_id}, NOW)
        await NOTES.change(tx, note.id, {"time_spent": 20, "note": "Hello"}, NOW)
        await NOTES.change(tx, note.id, {"time_spent": 25, "note": "Bye"}, NOW)
    assert await told(rows) == [
        ("created", 1, None),
        ("updated", 2, {"timeSpent": None}),
        ("updated", 3, {"timeSpent": 20, "note": "Hello"}),
    ]


class GoalView(View):
    """What a campaign is told as here: an amount and an instant."""

    id: int
    goal: Decimal | None
    ends: datetime | None


def goal_view(row: Any) -> GoalView:
    """A row of the table."""
    minor = row["giving_goal_minor"]
    return GoalView(
        id=row["id"], goal=None if minor is None else Decimal(minor).scaleb(-2), ends=row["end_at"]
    )


async def test_old_amounts_instants_and_nulls_are_kept_to_the_last_digit(house: House, rows: OwnRows) -> None:
    """Beyond what a float holds, with the zeros that the wire shows."""
    campaigns = Records(GIVING, "giving.campaign", goal_view)
    ends = datetime(2024, 3, 5, 12, 30, 0, 123456, tzinfo=UTC)
    row = {"name": "Water", "start_at": NOW, "end_at": ends, "giving_goal_minor": 900719925474099310}
    async with as_owner(house.app.db, house.tenant.id) as tx:
        made = await campaigns.make(tx, row, NOW)
        await campaigns.replace(tx, made.id, {"giving_goal_minor": None, "end_at": None}, NOW)
        await campaigns.replace(tx, made.id, {"giving_goal_minor": 5}, NOW)
        await campaigns.remove(tx, made.id, NOW)
    _, first, second, last = await told(rows, "giving")
    assert first == (
        "updated",
        2,
        {"goal": Decimal("9007199254740993.10"), "ends": "2024-03-05T12:30:00.123456Z"},
    )
    assert str(first[2]["goal"]) == "9007199254740993.10"
    assert second == ("updated", 3, {"goal": None})
    assert last == ("deleted", 4, {"id": made.id, "goal": Decimal("0.05"), "ends": None})


async def test_a_table_without_a_view_keeps_its_columns_and_takes_an_image(
    house: House, rows: OwnRows
) -> None:
    table = Table(GIVING, "giving.campaign")
    row = {"name": "Water", "start_at": NOW, "giving_goal_minor": 500}
    async with as_owner(house.app.db, house.tenant.id) as tx:
        first, second = [await table.add(tx, row, NOW) for _ in range(2)]
        await table.change(tx, first, {"giving_goal_minor": 700, "name": "Wells"}, NOW)
        await table.remove(tx, first, NOW)
        await table.remove(tx, second, NOW, GoalView(id=second, goal=None, ends=None))
    _, _, updated, deleted, with_image = await told(rows, "giving")
    assert updated == ("updated", 2, {"name": "Water", "givingGoalMinor": 500})
    assert deleted[:2] == ("deleted", 3) and deleted[2]["name"] == "Wells"
    assert with_image == ("deleted", 2, {"id": second, "goal": None, "ends": None})

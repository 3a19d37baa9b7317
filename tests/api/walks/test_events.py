"""Each operation that writes appends to its product's log what happened, in the same transaction, or says here why not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from almoner.app import application
from almoner.cli.events import LOGS
from almoner.crm.events import LOG as CRM_LOG
from almoner.crm.routes import routes as crm_routes
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import get, post, put
from tests.api.crm.contacts import sample as contacts
from tests.api.walks.test_answers import named, record_for
from tests.support.house import House, open_house
from tests.support.rows import OwnRows, open_rows
from tests.support.samples import Ask, Covered, Sample, covered

pytestmark = pytest.mark.anyio

SILENT = {
    "raise POST /api/Sync/{entity}/{recordId}/retry": "the sync's own state, and no record of a product",
    **dict.fromkeys(
        (
            "raise POST /api/Receipt/gift/{giftId}",
            "raise POST /api/Receipt/{receiptId}/void",
            "raise POST /api/Receipt/{receiptId}/resend",
            "raise POST /api/Receipt/letter/{letterId}/resend",
            "raise PATCH /api/Receipt/setting",
            "raise POST /api/Receipt/statements",
            "raise POST /api/Receipt/statements/{runId}/stop",
        ),
        "receipts follow from the log: they keep what became of them in their own rows, with times and reasons",
    ),
    "raise POST /api/Gift/{giftId}/acknowledge": "a note beside the gift, which stays as it is",
    "crm POST /Token": "who signs in changes no record of a product; the account has a log of its own",
    "crm PUT /api/Organization/Switch": "it changes the caller's token alone",
}
"""Operations that append nothing, and why."""
LOG = {"raise": "giving", "crm": "crm"}


@pytest.mark.parametrize("each", covered(), ids=named)
async def test_what_writes_appends_an_event_of_the_record_s_version(
    house: House, rows: OwnRows, each: Covered
) -> None:
    await walk(house, rows, each)


async def walk(house: House, rows: OwnRows, each: Covered) -> None:
    """Fails when an operation that writes appends nothing, or an event that is not of the record's version.

    What writes is each operation but those that read; and one of these too, if rows of its product are others after it.
    """
    log = LOG[each.product]
    for number in range(len(each.asks(await record_for(house, each)))):
        ask = each.asks(await record_for(house, each))[number]
        known, records = await events(rows, log), await stored(rows, log)
        answer = await each.send(house.tenant, ask)
        assert answer.status_code in (200, 204), answer.text
        appended = [event for event in await events(rows, log) if event not in known]
        if not each.reads or records != await stored(rows, log):
            told = [event["kind"] for event in appended]
            assert bool(told) is (named(each) not in SILENT), (
                f"{named(each)} writes, and {told or 'nothing'} was appended to the log of {log}:"
                f" announce what happened in the service, or say in SILENT why nothing is to be told"
            )
        # Of a record's events in one transaction the last tells of the version that is there.
        last = {(event["kind"].partition(".")[0], event["record_id"]): event for event in appended}
        for event in last.values():
            await agrees(rows, log, event)


async def events(rows: OwnRows, log: str) -> list[Any]:
    """What a log holds of the organization."""
    statement = (
        f"SELECT id, kind, record_id, version, data FROM {log}.event WHERE organization_id = $1 ORDER BY id"
    )
    return await rows.fetch(statement)


async def stored(rows: OwnRows, log: str) -> dict[str, list[str]]:
    """The rows of a product, but for its log."""
    return {
        table: found
        for table, found in (await rows.stored()).items()
        if table.startswith(f"{log}.") and table != f"{log}.event"
    }


async def agrees(rows: OwnRows, log: str, event: Any) -> None:
    """Fails unless an event is of the version its record has, or had at last; a delete's keeps the whole record."""
    noun, _, happened = event["kind"].partition(".")
    row = await rows.fetch(
        f"SELECT version FROM {log}.{noun} WHERE organization_id = $1 AND id = $2", event["record_id"]
    )
    if happened != "deleted":
        (record,) = row
        assert event["version"] == record["version"], f"{event} tells of version {record['version']}"
        return
    before = await rows.fetch(
        f"""SELECT max(version) AS version FROM {log}.event
            WHERE organization_id = $1 AND kind LIKE $2 AND record_id = $3 AND id < $4""",
        f"{noun}.%",
        event["record_id"],
        event["id"],
    )
    assert not row and event["version"] == before[0]["version"] + 1, event
    fields = LOGS[log][event["kind"]].view.__struct_encode_fields__
    assert json.loads(event["data"] or "{}").keys() == set(fields), f"{event} is not the last image"


def test_the_list_of_the_silent_names_operations_that_are_there() -> None:
    assert SILENT.keys() <= {named(each) for each in covered() if not each.reads}


# --- operations that do it wrong, in a house of their own ------------------------------------------------------

TOUCH = (
    "UPDATE crm.contact SET version = version + 1 WHERE organization_id = $1 AND id = $2 RETURNING version"
)


@post("/api/Planted/Silent/{contact_id:int}", "contact:write", once=False)
async def plant_silent(tx: Tx, contact_id: int) -> None:
    """Change a contact and tell nobody."""
    await tx.conn.execute(TOUCH, tx.organization_id, contact_id)


@get("/api/Planted/Sly/{contact_id:int}", "contact:read")
async def plant_sly(tx: Tx, contact_id: int) -> None:
    """Change a contact where one expects to read it."""
    await tx.conn.execute(TOUCH, tx.organization_id, contact_id)


@put("/api/Planted/Late/{contact_id:int}", "contact:write", once=False)
async def plant_late(tx: Tx, contact_id: int, clock: Clock) -> None:
    """Change a contact and tell of another version."""
    version = await tx.conn.fetchval(TOUCH, tx.organization_id, contact_id)
    await CRM_LOG.announce(
        tx, "contact.updated", contact_id, clock.now(), key_id=contact_id, version=version - 1
    )


@put("/api/Planted/Honest/{contact_id:int}", "contact:write", once=False)
async def plant_honest(tx: Tx, contact_id: int, clock: Clock) -> None:
    """Change a contact and tell of it."""
    version = await tx.conn.fetchval(TOUCH, tx.organization_id, contact_id)
    await CRM_LOG.announce(tx, "contact.updated", contact_id, clock.now(), key_id=contact_id, version=version)


@pytest.fixture
async def planted(dsn: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A house whose CRM has operations that it should not have."""
    routes = [*crm_routes, plant_silent, plant_sly, plant_late, plant_honest]
    monkeypatch.setattr(application, "crm_routes", routes)
    async with open_house(dsn, sync_workers=0) as opened:
        yield opened


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        (
            "POST /api/Planted/Silent/{contactId}",
            "writes, and nothing was appended to the log of crm: announce",
        ),
        ("GET /api/Planted/Sly/{contactId}", "writes, and nothing was appended to the log of crm: announce"),
        ("PUT /api/Planted/Late/{contactId}", "tells of version 2"),
        ("PUT /api/Planted/Honest/{contactId}", None),
    ],
)
async def test_a_planted_operation_that_tells_nothing_or_something_else_fails_the_walk(
    planted: House, dsn: str, operation: str, told: str | None
) -> None:
    sample = Sample("crm", contacts.make, {operation: lambda made: [Ask({"contactId": made["id"]})]})
    async with open_rows(dsn) as everything:
        rows = OwnRows(everything, planted.tenant.id)
        if told is None:
            await walk(planted, rows, Covered(operation, sample))
            return
        with pytest.raises(AssertionError, match=told):
            await walk(planted, rows, Covered(operation, sample))

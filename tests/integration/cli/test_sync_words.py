"""`almoner sync why` names what a gift waits for and what to do next; what it does not know is a wrong call."""

from __future__ import annotations

import asyncio
import json

import pytest
from typer.testing import CliRunner, Result

from almoner.main import app
from tests.integration.sync.reasons import NOWHERE, reached
from tests.support.house import House

pytestmark = pytest.mark.anyio


@pytest.fixture
def database(own_house: House, monkeypatch: pytest.MonkeyPatch) -> str:
    """The house's database, named to the commands."""
    dsn = own_house.app.db.first.dsn
    monkeypatch.setenv("ALMONER_DATABASE_URL", dsn)
    return dsn


async def typed(*words: str) -> Result:
    """What a command says; it has a loop of its own."""
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, list(words), env={"COLUMNS": "300"}))


async def test_of_a_gift_that_waits_for_its_donor_the_donor_s_trouble_is_told_and_the_next_command(
    own_house: House, database: str
) -> None:
    gift = await own_house.tenant.give(donor={"crmKey": NOWHERE})
    gift_id, donor_id = gift["id"], gift["donorId"]
    await reached(own_house.tenant, "gift", gift_id, "waiting_for_donor")
    answer = await typed("sync", "why", "gift", str(gift_id))
    assert answer.exit_code == 0, answer.output
    assert f"It waits for donor {donor_id}: failed, contact_not_found" in answer.stdout
    assert f"The CRM key {NOWHERE} that was given for the donor names no contact" in answer.stdout
    assert f"sync retry donor {donor_id}" in answer.stdout
    told = json.loads((await typed("sync", "why", "gift", str(gift_id), "--json")).stdout)
    waits = told["waitsFor"]
    assert (waits["entity"], waits["id"], waits["reason"]) == ("donor", donor_id, "contact_not_found")
    donor = await typed("sync", "why", "donor", str(donor_id))
    assert "waits for" not in donor.stdout and f"sync retry donor {donor_id}" in donor.stdout


async def test_of_a_gift_that_is_there_nothing_is_next(own_house: House, database: str) -> None:
    gift = await own_house.tenant.give(10)
    await reached(own_house.tenant, "gift", gift["id"], None)
    answer = await typed("sync", "why", "gift", str(gift["id"]))
    assert "Next" not in answer.stdout and "waits for" not in answer.stdout
    assert (
        json.loads((await typed("sync", "why", "gift", str(gift["id"]), "--json")).stdout)["waitsFor"] is None
    )


@pytest.mark.parametrize("command", ["why", "retry"])
@pytest.mark.parametrize(
    ("word", "meant"), [("gigt", "Did you mean 'gift'?"), ("doner", "Did you mean 'donor'?"), ("pledge", "")]
)
def test_an_entity_nobody_knows_is_a_wrong_call_that_names_the_one_that_was_meant(
    command: str, word: str, meant: str
) -> None:
    answer = CliRunner().invoke(app, ["sync", command, word, "1"], env={"COLUMNS": "300"})
    assert answer.exit_code == 2
    assert f"'{word}' is none of donor, gift, reversal." in answer.stderr and meant in answer.stderr


async def test_a_contact_that_is_not_found_is_named_with_the_cure_and_an_empty_key_is_one(
    own_house: House,
) -> None:
    tenant = own_house.tenant
    gift = await tenant.give(donor={"crmKey": NOWHERE})
    state = await reached(tenant, "donor", gift["donorId"], "contact_not_found", detail=NOWHERE)
    assert "an empty crmKey" in state["explanation"] and NOWHERE in state["explanation"]
    path = f"/raise/api/Donor/{gift['donorId']}"
    assert (await tenant.raise_.call("PATCH", path, json={"crmKey": ""})).status_code == 200
    await reached(tenant, "gift", gift["id"], None)

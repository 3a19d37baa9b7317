"""`almoner doctor` on healthy and on broken ground."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest
from typer.testing import CliRunner

from almoner.cli import doctor_checks as machine
from almoner.cli.doctor import examine
from almoner.cli.doctor_checks import OK, PROBLEM, WARNING, Finding
from almoner.cli.org_recount import recount
from almoner.main import app
from almoner.platform.database.files import load_migrations
from almoner.platform.organizations.service import create_key, list_keys
from almoner.platform.postgres import PostgresRunner
from almoner.platform.postgres.directory import DataDirectory, DirectoryLock
from almoner.platform.settings import Settings
from tests.api.crm.campaigns.sample import STAFF
from tests.api.crm.contacts import sample as contacts
from tests.api.crm.pledges.sample import body as pledge
from tests.api.crm.recurring_gifts.sample import body as schedule
from tests.support.closed import closed
from tests.support.house import House, open_house

pytestmark = pytest.mark.anyio


@pytest.fixture
def database(dsn: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database that the settings name."""
    monkeypatch.setenv("ALMONER_DATABASE_URL", dsn)
    return dsn


async def execute(dsn: str, statement: str) -> None:
    conn = await asyncpg.connect(dsn)
    await conn.execute(statement)
    await conn.close()


def of(found: list[Finding], check: str) -> Finding:
    """The first finding of a check."""
    return next(finding for finding in found if finding.check == check)


def problems(found: list[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.status == PROBLEM]


def test_without_a_database_it_starts_nothing_and_is_content(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    done = CliRunner().invoke(app, ["doctor", "--data-dir", str(folder), "--json"])
    document = json.loads(done.stdout)
    assert done.exit_code == 0, done.stdout
    assert document["ok"] is True
    assert f"`almoner serve -d {folder}` will make it" in document["findings"][-1]["text"]
    assert not folder.exists()


def test_it_prints_a_line_and_a_remedy_for_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALMONER_PORT", "a harbour")
    done = CliRunner().invoke(app, ["doctor", "--data-dir", str(tmp_path)])
    assert done.exit_code == 1
    assert "✖ settings" in done.stdout
    assert "→ Correct it" in done.stdout


async def test_a_healthy_database_has_no_problem(database: str) -> None:
    found = await examine(None)
    assert problems(found) == []
    for check in ("database", "migrations", "application role", "row-level security", "database clock"):
        assert of(found, check).status == OK, of(found, check)
    assert {"event log of giving", "event log of crm", "sync backlog"} <= {finding.check for finding in found}


async def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ALMONER_DATABASE_URL", f"postgresql://nobody@/none?host={tmp_path}")
    assert of(await examine(None), "database").status == PROBLEM


async def test_a_table_without_row_level_security(database: str) -> None:
    await execute(database, "ALTER TABLE giving.gift DISABLE ROW LEVEL SECURITY")
    finding = of(await examine(None), "row-level security")
    assert finding.status == PROBLEM
    assert "giving.gift" in finding.text


@pytest.mark.parametrize(
    ("runs_after", "words"), [(False, "Yet to run: "), (True, "Yet to run, and needed for speed alone: ")]
)
async def test_a_migration_that_has_yet_to_run(database: str, runs_after: bool, words: str) -> None:
    newest = [file.name for file in load_migrations() if file.runs_after is runs_after][-1]
    await execute(database, f"DELETE FROM public.almoner_ledger WHERE name = '{newest}'")
    finding = of(await examine(None), "migrations")
    assert (finding.status, finding.text) == (WARNING, f"{words}{newest}.")
    assert finding.advice is not None and "almoner migrate" in finding.advice


async def test_a_database_that_never_saw_a_migration(database: str) -> None:
    await execute(database, "DROP TABLE public.almoner_ledger")
    assert of(await examine(None), "migrations").status == WARNING


async def test_a_migration_that_was_changed(database: str) -> None:
    await execute(database, "UPDATE public.almoner_ledger SET checksum = 'other'")
    assert of(await examine(None), "migrations").status == PROBLEM


async def test_an_event_log_without_room(database: str) -> None:
    await execute(database, "DROP TABLE giving.event_1")
    assert of(await examine(None), "event log of giving").status == WARNING
    await execute(database, "SELECT setval('crm.event_id_seq', 9 << 22)")
    assert of(await examine(None), "event log of crm").status == PROBLEM


async def test_a_clock_that_was_put_back(database: str) -> None:
    await execute(database, "UPDATE public.almoner_ledger SET applied_at = now() + interval '1 day'")
    assert any("put back" in (finding.advice or "") for finding in problems(await examine(None)))


async def test_failed_records_come_with_what_to_do(own_house: House, database: str) -> None:
    project = {"name": "Only in giving", "code": "LONELY"}
    await own_house.tenant.raise_.post("/raise/api/Project", project)
    gift = await own_house.tenant.give(projects=[{"code": "LONELY", "amount": 50}])
    await own_house.tenant.settled("gift", gift["id"])
    finding = of(await examine(None), f"organization {own_house.tenant.id}")
    assert finding.status == WARNING
    assert "1 gift record is failed: Project not in the CRM (project_unknown); id " in finding.text
    assert finding.advice is not None and "Create it there" in finding.advice


async def test_a_donor_who_is_linked_to_a_stranger_is_named(own_house: House, database: str) -> None:
    tenant = own_house.tenant
    await tenant.settled(
        "gift", (await tenant.give(email="bo@example.org", donor={"lastName": "Moss"}))["id"]
    )
    assert of(await examine(None), "links").status == OK
    key = (await tenant.raise_.get("/raise/api/Donor/list"))["items"][0]["crmKey"]
    gift = await tenant.give(donor={"crmKey": key})
    await tenant.settled("gift", gift["id"])
    finding = of(await examine(None), "links")
    assert (finding.status, finding.ids) == (WARNING, (gift["donorId"],))
    assert (
        f"1 linked by a key to a contact with another e-mail address and another name: donor {gift['donorId']} to contact {key}."
        in finding.text
    )
    assert f"/console/donors/{gift['donorId']}/contact" in (finding.advice or "")
    assert "links" not in {one.check for one in await examine(None, quick=True)}


async def test_the_oldest_of_what_failed_are_named_with_the_command_that_shows_each(
    own_house: House, database: str
) -> None:
    await own_house.tenant.raise_.post("/raise/api/Project", {"name": "Only in giving", "code": "LONELY"})
    gifts = [await own_house.tenant.give(projects=[{"code": "LONELY", "amount": 50}]) for _ in range(6)]
    for gift in gifts:
        await own_house.tenant.settled("gift", gift["id"])
    organization, ids = own_house.tenant.id, [gift["id"] for gift in gifts[:5]]
    finding = of(await examine(None), f"organization {organization}")
    assert list(finding.ids) == ids
    assert f"the oldest ids are {', '.join(map(str, ids))}." in finding.text
    shown = [f"almoner sync why gift {id_} --org {organization}" for id_ in ids]
    assert [command.partition(" -d ")[0] for command in finding.commands] == shown


async def test_payments_that_nobody_settles(own_house: House, database: str) -> None:
    await own_house.tenant.give(10)
    assert not [found for found in await examine(None) if "payments" in found.text]
    await execute(
        database,
        "UPDATE giving.payment_intent SET state = 'asked', gift_id = NULL, look_at = now() - interval '1 hour'",
    )
    (found,) = [found for found in await examine(None) if "payments" in found.text]
    assert found.status == WARNING and "1 payments without a gift" in found.text
    assert len(found.ids) == 1 and f"id {found.ids[0]}." in found.text
    (command,) = found.commands
    assert command.startswith(f"almoner payments list --org {own_house.tenant.id}")


async def test_kept_figures_that_are_right(own_house: House, database: str) -> None:
    gift = await own_house.tenant.give(50)
    await own_house.tenant.settled("gift", gift["id"])
    finding = of(await examine(None), "kept figures")
    assert finding.status == OK, finding.text


@pytest.mark.parametrize(
    ("spoilt", "named"),
    [
        ("giving.tally SET given_minor = given_minor - 1", "giving.tally, campaign 0 USD"),
        ("giving.donor SET gift_count = 7", "giving.donor.gift_count"),
        ("crm.contact_giving SET gift_count = 7", "crm.contact_giving"),
        ("crm.project_giving SET giver_count = 7", "crm.project_giving"),
        (
            "crm.tally SET given_minor = 7",
            "crm.tally, USD: [1, 7, 0, 0, 0, 0] instead of [1, 5000, 0, 0, 0, 0]",
        ),
        ("crm.tally SET entered_count = 7", "crm.tally, USD: [1, 5000, 7, 0, 0, 0] instead"),
        ("sync.tally SET n = 7", "sync.tally, crm donor synced"),
    ],
)
async def test_a_kept_figure_that_is_wrong_is_named(
    own_house: House, database: str, spoilt: str, named: str
) -> None:
    gift = await own_house.tenant.give(50)
    await own_house.tenant.settled("gift", gift["id"])
    await execute(database, f"UPDATE {spoilt}")
    finding = of(await examine(None), "kept figures")
    assert finding.status == PROBLEM
    assert named in finding.text


async def test_payments_of_promises_that_are_missing_or_do_not_sum_are_named(
    own_house: House, database: str
) -> None:
    giver = (await contacts.make(own_house.tenant, "ada"))["id"]
    crm = own_house.tenant.crm
    made = await crm.post("/crm/api/RecurringGift", schedule("monthly", contactId=giver))
    pledged = await crm.post("/crm/api/v2/Pledge", pledge(contactId=giver))
    assert of(await examine(None), "promises").status == OK
    await execute(database, f"DELETE FROM crm.recurring_gift_payment WHERE recurring_gift_id = {made['id']}")
    await execute(database, "UPDATE crm.pledge_payment SET expected_minor = 7 WHERE ordinal = 1")
    found = await examine(None)
    missing = of(found, "promises")
    assert (missing.status, missing.ids) == (WARNING, (made["id"],))
    assert "1 recurring gift lacks expected payments; id" in missing.text
    figures = of(found, "kept figures")
    assert figures.status == PROBLEM and f"crm.pledge_payment, pledge {pledged['id']}: [6007]" in figures.text


async def test_keys_of_before_groups_that_may_do_more_since_are_named(
    own_house: House, database: str
) -> None:
    async with own_house.app.db.tenant(own_house.tenant.id) as tx:
        for name, scopes in (("old", ["gift:write"]), ("new", ["gift:write"]), ("narrow", ["gift:read"])):
            await create_key(tx, "crm", name, scopes)
        old = next(key.id for key in await list_keys(tx) if key.name == "old")
    assert of(await examine(None, quick=True), "keys").status == OK
    before = "UPDATE platform.api_key SET created_at = '2026-01-01' WHERE name <> 'new'"
    await execute(database, before)
    finding = of(await examine(None, quick=True), "keys")
    assert (finding.status, finding.ids) == (WARNING, (old,))
    assert f"key {old} (crm, gift:write)" in finding.text
    assert finding.commands == (f"almoner key list --org {own_house.tenant.id}",)


@pytest.mark.parametrize(
    "spoilt",
    [
        "UPDATE crm.project_giving SET giver_count = 7, given_minor = -1",
        "DELETE FROM crm.project_ancestor WHERE project_id = ancestor_id",
        "UPDATE crm.designation_tally SET designation_count = designation_count + 3",
        "UPDATE crm.campaign_giving SET gift_count = 7",
        "DELETE FROM crm.campaign_part",
        "DELETE FROM crm.campaign_reach",
    ],
)
async def test_wrong_figures_of_projects_and_campaigns_are_made_anew_by_the_command_that_is_named(
    own_house: House, database: str, spoilt: str
) -> None:
    tenant = own_house.tenant
    parent = await tenant.crm.post("/crm/api/Project", {"name": "Water"})
    well = await tenant.crm.post("/crm/api/Project", {"name": "Well", "parentId": parent["id"]})
    of_ = (await tenant.crm.post(STAFF, {"name": "Wells"}))["campaignId"]
    await tenant.crm.post(f"{STAFF}/{of_}/Project", {"projectId": parent["id"]})
    gift = {"contactId": (await contacts.make(tenant, "ada"))["id"], "amount": 5,
            "giftDesignations": [{"projectId": well["id"], "amount": 5}]}  # fmt: skip
    await tenant.crm.post("/crm/api/Gift", gift)
    await execute(database, spoilt)
    finding = of(await examine(None), "kept figures")
    if "giving" in spoilt or "tally" in spoilt:
        assert (finding.status, finding.commands) == (PROBLEM, (f"almoner org recount --org {tenant.id}",))
    assert (await recount(Settings(database_url=database), tenant.id) > 0) is (finding.status == PROBLEM)
    assert of(await examine(None), "kept figures").status == OK
    # What comes since is booked on top.
    await tenant.crm.post("/crm/api/Gift", gift)
    assert of(await examine(None), "kept figures").status == OK
    told = await tenant.crm.get(f"/crm/api/Project/{parent['id']}")
    assert (told["lifeToDateGiving"], told["lifeToDateGiftCount"]) == (10, 2)
    assert (await tenant.crm.get(f"{STAFF}/{of_}/Progress"))["given"] == 10


async def test_a_quick_look_leaves_out_what_reads_every_gift(database: str) -> None:
    assert "kept figures" not in {finding.check for finding in await examine(None, quick=True)}


async def test_a_check_that_fails_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[Finding]:
        raise ZeroDivisionError("never mind")

    monkeypatch.setattr(machine, "check_python", broken)
    found = await examine(tmp_path)
    assert "ZeroDivisionError" in of(found, "Python").text
    assert of(found, "package").status == OK


async def test_a_database_that_was_restored_in_part(database: str) -> None:
    await execute(database, "DROP SCHEMA giving CASCADE")
    found = await examine(None)
    finding = of(found, "tables")
    assert finding.status == PROBLEM
    assert "giving.campaign" in finding.text
    assert finding.advice is not None and "Restore a whole dump" in finding.advice
    assert not [one for one in found if "Report it" in (one.advice or "")]
    assert "row-level security" not in {one.check for one in found}
    assert of(found, "sync backlog").status == WARNING


async def test_events_that_nobody_reads(house_without_workers: House, database: str) -> None:
    await house_without_workers.tenant.give(10)
    assert of(await examine(None), "sync backlog").status == OK
    await execute(database, "UPDATE platform.event_cursor SET moved_at = now() - interval '1 hour'")
    await execute(database, "UPDATE giving.event SET happened_at = now() - interval '1 hour'")
    finding = of(await examine(None), "sync backlog")
    assert finding.status == WARNING
    assert "none was read for 3,6" in finding.text
    assert finding.advice is not None and "almoner serve" in finding.advice


@pytest.fixture
async def house_without_workers(dsn: str) -> AsyncIterator[House]:
    """A house whose sync nobody runs."""
    async with open_house(dsn, sync_workers=0) as opened:
        yield opened


async def test_a_lost_control_file(tmp_path: Path) -> None:
    runner = PostgresRunner(tmp_path)
    runner.start()
    runner.stop()
    (tmp_path / "postgres" / "global" / "pg_control").unlink()
    finding = of(await examine(tmp_path), "database")
    assert finding.status == PROBLEM
    assert "lacks its control file. Put back a copy" in finding.text
    assert "doctor" not in finding.text and "/proc/self" not in finding.text
    assert str(tmp_path / "postgres") in finding.text


async def test_a_data_folder_of_another_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed(monkeypatch, tmp_path)
    monkeypatch.setenv("ALMONER_DATA_DIR", str(tmp_path))
    found = await examine(None)
    for check in ("settings", "data folder"):
        assert of(found, check).status == PROBLEM
        assert str(tmp_path) in of(found, check).text
    assert of(found, "database").status == WARNING
    assert not [one for one in found if "check itself failed" in one.text]


def test_a_folder_that_may_not_be_read_is_a_finding_and_no_wrong_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(monkeypatch, tmp_path)
    done = CliRunner().invoke(app, ["doctor", "--data-dir", str(tmp_path), "--json"])
    assert done.exit_code == 1, done.output
    findings = {one["check"]: one for one in json.loads(done.stdout)["findings"]}
    assert findings["data folder"]["status"] == PROBLEM


def test_a_misspelt_variable() -> None:
    (finding,) = machine.check_environment({"ALMONER_PROT": "8700", "ALMONER_PORT": "8700", "HOME": "/"})
    assert finding.status == WARNING
    assert "ALMONER_PROT" in finding.text


def test_who_holds_the_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    lock = DirectoryLock(DataDirectory(tmp_path.resolve()))
    lock.acquire()
    (running,) = machine.check_server(settings)
    lock.release()
    (idle,) = machine.check_server(settings)
    assert f"Process {os.getpid()} " in running.text
    assert idle.text == "None runs on this data folder."


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("")
    assert next(iter(machine.check_folder(Settings(data_dir=place)))).status == PROBLEM


@pytest.mark.parametrize(
    ("free", "told"), [(0, "0 MiB free."), (41_000_000, "39 MiB free."), (3 * 1024**3, "3.0 GiB free.")]
)
def test_what_is_left_of_a_disk_is_told_in_a_unit_that_shows_it(
    free: int, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=free))
    assert [one.text for one in machine.check_folder(Settings(data_dir=tmp_path))][-1] == told

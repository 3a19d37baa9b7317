"""Commands with a further server: it is brought up to date, organizations are made on it, and the doctor looks at it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from almoner.cli.doctor import examine
from almoner.cli.doctor_checks import OK, PROBLEM, Finding
from almoner.main import app
from tests.conftest import SECOND_SERVER_DSN, fresh_database

NOWHERE = "north=postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def north(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A further server called north, named by the settings beside the first one."""
    with fresh_database("north", SECOND_SERVER_DSN) as address:
        monkeypatch.setenv("ALMONER_DATABASE_URL", dsn)
        monkeypatch.setenv("ALMONER_FURTHER_SERVERS", f"north={address}")
        yield address


def almoner(*words: str, code: int = 0) -> Any:
    """The JSON of a command that ends with `code`; of one that fails, what it said."""
    answer = CliRunner().invoke(app, [*words, "--json"])
    assert answer.exit_code == code, answer.output
    return json.loads(answer.stdout) if code == 0 else answer.output


def execute(dsn: str, statement: str) -> None:
    async def run() -> None:
        conn = await asyncpg.connect(dsn)
        await conn.execute(statement)
        await conn.close()

    asyncio.run(run())


def findings() -> dict[str, Finding]:
    """What the doctor says of each thing."""
    return {finding.check: finding for finding in asyncio.run(examine(None))}


def test_organizations_are_made_where_it_is_said_and_listed_over_all(north: str) -> None:
    made = [almoner("org", "create", "Here"), almoner("org", "create", "There", "--server", "north")]
    listed = almoner("org", "list")
    assert [one["organizationId"] for one in listed] == [one["organizationId"] for one in made]
    assert [one["name"] for one in listed] == ["Here", "There"]
    token = almoner("key", "create", "raise", "site", "--org", str(made[1]["organizationId"]))["token"]
    assert token.startswith(f"rse_{made[1]['organizationId']}_")


def test_organizations_of_a_server_that_is_away_or_not_listed_are_listed_all_the_same(
    north: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = almoner("org", "create", "Here")["organizationId"]
    there = almoner("org", "create", "There", "--server", "north")["organizationId"]

    def told() -> dict[int, tuple[Any, ...]]:
        return {
            one["organizationId"]: (one["name"], one["server"], one["serverState"])
            for one in almoner("org", "list")
        }

    assert told() == {here: ("Here", None, "ok"), there: ("There", "north", "ok")}
    monkeypatch.setenv("ALMONER_FURTHER_SERVERS", NOWHERE)
    assert told() == {here: ("Here", None, "ok"), there: (None, "north", "away")}
    monkeypatch.delenv("ALMONER_FURTHER_SERVERS")
    assert told() == {here: ("Here", None, "ok"), there: (None, "north", "not listed")}
    shown = CliRunner().invoke(app, ["org", "list"])
    assert "north: not listed" in shown.stdout
    assert "further_servers" in shown.stderr


def test_a_number_that_was_given_out_for_nobody_is_no_organization(north: str) -> None:
    execute(os.environ["ALMONER_DATABASE_URL"], "SELECT platform_code.new_organization_id('north')")
    assert almoner("org", "list") == []


def test_a_server_that_the_settings_do_not_name_is_told(north: str) -> None:
    assert "names no server 'south'" in almoner("org", "create", "House", "--server", "south", code=1)


def test_migrate_brings_every_server_up_to_date(north: str) -> None:
    execute(north, "DELETE FROM public.almoner_code")
    assert almoner("migrate", "--plan")["steps"] == [{"server": "north", "step": "code", "runs": "together"}]
    ran = almoner("migrate")
    assert ran["applied"] == ["north: code"]
    assert ran["seconds"]["code"] > 0
    assert almoner("migrate")["applied"] == []
    assert almoner("migrate", "--plan")["steps"] == []


def test_migrate_tells_each_step_to_people(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALMONER_DATABASE_URL", dsn)
    execute(dsn, "DELETE FROM public.almoner_code")
    planned = CliRunner().invoke(app, ["migrate", "--plan"])
    assert planned.stdout == "code: in one transaction; what needs a table that it changes waits\n"
    told = CliRunner().invoke(app, ["migrate"])
    assert told.stdout == "Applied: code\n"
    assert told.stderr.splitlines()[0] == "1/1 code ..."
    assert told.stderr.splitlines()[1].endswith(" s")
    nothing = CliRunner().invoke(app, ["migrate", "--plan"])
    assert nothing.stdout == "The database is up to date: nothing would run.\n"


def test_the_doctor_looks_at_each_server_and_at_the_directory(north: str) -> None:
    found = findings()
    for check in ("database", "north: database", "north: row-level security", "north: directory"):
        assert found[check].status == OK, found[check]
    execute(north, "SELECT platform_code.create_organization('Own', 'USD', 'UTC', 'crm')")
    found = findings()
    assert found["north: directory"].status == PROBLEM


def test_a_server_that_is_away_is_missed_only_by_what_needs_it(
    north: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = almoner("org", "create", "Here"), almoner("org", "create", "There", "--server", "north")
    monkeypatch.setenv("ALMONER_FURTHER_SERVERS", NOWHERE)
    almoner("key", "list", "--org", str(here["organizationId"]))
    assert "cannot be used" in almoner("key", "list", "--org", str(there["organizationId"]), code=3)
    found = findings()
    assert (found["database"].status, found["north: database"].status) == (OK, PROBLEM)


def test_the_doctor_tells_of_a_server_that_the_settings_do_not_name_any_more(
    north: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    almoner("org", "create", "There", "--server", "north")
    monkeypatch.delenv("ALMONER_FURTHER_SERVERS")
    found = findings()["directory"]
    assert (found.status, "north" in found.text, "name each server" in str(found.advice)) == (
        PROBLEM,
        True,
        True,
    )


def test_the_doctor_needs_no_report_when_the_first_server_is_away(
    north: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALMONER_DATABASE_URL", NOWHERE.partition("=")[2])
    told = findings()
    assert told["database"].status == PROBLEM
    assert not [finding for finding in told.values() if "eport it" in str(finding.advice)]

"""Commands take the data as they find it: where there is none they make none, and say what to do."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from almoner.main import app
from almoner.platform.database.files import load_migrations
from tests.conftest import SERVER_DSN, database_dsn
from tests.support.commands import commands
from tests.support.server import Server

PROGRAM = str(Path(sys.executable).with_name("almoner"))

MAKE = {"serve", "demo", "migrate", "org create"}
"""The only commands that may make a database."""
NEED_NONE = {"doctor", "events", "version"}
"""Those that have something to say without one."""
ARGUMENTS = {
    "campaign archive": ["1"],
    "campaign create": ["Year-End"],
    "campaign edit": ["1", "--name", "Year-End"],
    "campaign projects add": ["1", "GENERAL"],
    "campaign projects days": ["1", "1"],
    "campaign projects list": ["1"],
    "campaign projects remove": ["1", "1"],
    "campaign restore": ["1"],
    "campaign show": ["1"],
    "custom-field archive": ["1"],
    "custom-field create": ["Gift", "uid", "Text"],
    "custom-field edit": ["1", "--display-name", "Uid"],
    "donor erase": ["1"],
    "gift import": ["gifts.csv", "--map", "donorEmail=contactEmail", "--source", "List"],
    "donor merge": ["1", "2"],
    "donor show": ["1"],
    "donor transfer": ["1", "1"],
    "donor unmerge": ["1"],
    "give": ["--from", "gifts.csv"],
    "gateway set": ["stripe"],
    "gift refund": ["1"],
    "group remove": ["Reports"],
    "group set": ["Reports", "--scope", "gift:read"],
    "key create": ["raise", "site"],
    "key revoke": ["1"],
    "receipt resend": ["1"],
    "receipt save": ["1"],
    "receipt statements": ["2026"],
    "receipt texts reset": ["subject"],
    "receipt texts set": ["texts.toml"],
    "receipt void": ["1", "--reason", "Wrong name"],
    "sync why": ["gift", "1"],
    "sync retry": ["gift", "1"],
    "user disable": ["pat@example.org"],
    "user enable": ["pat@example.org"],
    "user invite": ["pat@example.org", "--group", "Read only", "--url", "https://give.example.org"],
    "user move": ["pat@example.org", "Read only"],
    "user reset": ["pat@example.org", "--url", "https://give.example.org"],
    "user revoke": ["pat@example.org"],
    "user sign-out": ["pat@example.org"],
}


TAKERS = sorted(commands().keys() - MAKE - NEED_NONE)


@pytest.mark.parametrize("command", TAKERS)
def test_without_data_nothing_is_made_and_the_cure_is_told(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gifts.csv").write_text("amount,donorEmail\n5,ada@example.org\n")
    Path("texts.toml").write_text('legalName = "Helping Hands"\n')
    folder = tmp_path / "nothing here"
    words = [*command.split(), *ARGUMENTS.get(command, []), "-d", str(folder)]
    answer = CliRunner().invoke(app, words, env={"COLUMNS": "300"})
    assert answer.exit_code == 3, answer.output
    if command == "give":
        assert f"No server runs on {folder}" in answer.stderr
    else:
        assert f"There is no Almoner data in {folder}" in answer.stderr
    assert f"almoner serve -d '{folder}'" in answer.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gifts.csv", "texts.toml"]


@pytest.mark.parametrize("command", sorted(NEED_NONE))
def test_what_needs_no_data_makes_none_either(command: str, tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, [command], env={"ALMONER_DATA_DIR": str(tmp_path / "none")})
    assert answer.exit_code == 0, answer.output
    assert not list(tmp_path.iterdir())


@pytest.fixture
def empty_database() -> str:
    """The address of a database in which nothing was ever made; the server's own, which no test uses."""
    return database_dsn(os.environ[SERVER_DSN], "postgres")


async def tables(dsn: str) -> int:
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        )
    finally:
        await conn.close()


def test_an_empty_database_of_ones_own_stays_empty(empty_database: str) -> None:
    before = asyncio.run(tables(empty_database))
    answer = CliRunner().invoke(app, ["org", "list"], env={"ALMONER_DATABASE_URL": empty_database})
    assert answer.exit_code == 3
    assert "There is no Almoner data in this database." in answer.stderr
    assert "almoner migrate" in answer.stderr
    assert asyncio.run(tables(empty_database)) == before


def test_a_database_that_is_behind_is_not_changed_by_looking(dsn: str) -> None:
    newest = [file.name for file in load_migrations() if not file.runs_after][-1]

    async def forget() -> None:
        conn = await asyncpg.connect(dsn)
        await conn.execute("DELETE FROM public.almoner_ledger WHERE name = $1", newest)
        await conn.close()

    asyncio.run(forget())
    answer = CliRunner().invoke(app, ["org", "list"], env={"ALMONER_DATABASE_URL": dsn})
    assert answer.exit_code == 3
    assert "not up to date" in answer.stderr and "almoner migrate" in answer.stderr


# --- organizations that are not there -------------------------------------------------------------------------


def test_only_an_organization_that_was_named_is_said_to_be_missing(dsn: str) -> None:
    env = {"ALMONER_DATABASE_URL": dsn}
    unnamed = CliRunner().invoke(app, ["key", "list"], env=env)
    assert unnamed.exit_code == 1
    assert "There is no organization yet. Make one with: almoner org create NAME" in unnamed.stderr
    named = CliRunner().invoke(app, ["key", "list", "--org", "7"], env=env)
    assert named.exit_code == 1
    assert "There is no organization 7. List them with: almoner org list" in named.stderr


@pytest.mark.parametrize("org", ["0", "9999999999999999999999"])
def test_an_organization_that_cannot_be_is_a_wrong_argument(org: str, dsn: str) -> None:
    answer = CliRunner().invoke(app, ["key", "list", "--org", org], env={"ALMONER_DATABASE_URL": dsn})
    assert answer.exit_code == 2
    assert "database" not in answer.output


# --- beside a running server ----------------------------------------------------------------------------------


def typed_in(command: str) -> str:
    """The output of a command that must succeed as it was printed."""
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_serve_prints_to_be_typed_works_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with subprocess.Popen(
        [PROGRAM, "serve", "--port", "0", "-d", str(folder)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            said = [server.stdout.readline() for _ in range(3)]
            assert f"(data in {folder})" in said[0]
            create, link = (text.partition(": ")[2].strip().replace("NAME", "House") for text in said[1:])
            assert "is ready" in typed_in(create)
            address = said[0].partition("serves on ")[2].partition(" ")[0]
            assert f"{address}/console/sign-in?token=" in typed_in(link)
        finally:
            server.terminate()
            assert server.wait(30) == 0


def test_a_link_that_lets_anybody_in_is_written_to_no_journal(tmp_path: Path) -> None:
    place = ("-d", str(tmp_path / "data"))
    made = subprocess.run([PROGRAM, "org", "create", "House", *place], check=True, capture_output=True)
    assert b"is ready" in made.stdout
    with subprocess.Popen(
        [PROGRAM, "serve", "--port", "0", *place], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        said = [server.stdout.readline() for _ in range(2)]
        server.terminate()
        said += server.stdout.readlines()
    assert said[1].startswith("Get a link into its console with: ")
    assert "token=" not in "".join(said)


def test_give_goes_to_the_port_of_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "gifts.csv"
    file.write_text("amount,donorEmail\n5,ada@example.org\n")
    with Server(tmp_path / "data") as server:
        server.almoner("org", "create", "House")
        env = {"ALMONER_PORT": str(server.port), "ALMONER_DATA_DIR": str(server.data_dir)}
        answer = CliRunner().invoke(app, ["give", "--from", str(file), "--json"], env=env)
        assert answer.exit_code == 0, answer.output
        assert json.loads(answer.stdout)["given"] == 1

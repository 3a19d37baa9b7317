"""The program logs in to the embedded server as who it is: no statement makes it the owner."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from almoner.cli.doctor import examine
from almoner.main import app
from almoner.platform.database import open_database
from almoner.platform.database.migrate import migrate
from almoner.platform.postgres import PostgresRunner, running_addresses
from almoner.platform.postgres.directory import DataDirectory, login_password
from tests.integration.platform.postgres.servers import MakeRunner

pytestmark = pytest.mark.anyio

TRIES = (
    "RESET ROLE; DELETE FROM giving.gift",
    "SET ROLE almoner",
    "SET SESSION AUTHORIZATION almoner",
    "SET SESSION AUTHORIZATION DEFAULT; UPDATE platform.server SET system_identifier = 1",
    "COPY platform.organization TO PROGRAM 'true'",
    "SELECT pg_read_file('postgresql.conf')",
    "ALTER ROLE almoner_login SUPERUSER",
    "ALTER TABLE giving.gift DISABLE ROW LEVEL SECURITY",
    "SET session_replication_role = replica",
)


async def test_no_statement_makes_the_owner_of_it(make_runner: MakeRunner) -> None:
    runner = make_runner()
    await migrate(runner.start())
    db = await open_database(runner.app_dsn, pool_size=1)
    async with db.first.connection() as conn:
        assert await conn.fetchval("SELECT session_user") == "almoner_login"
        assert await conn.fetchval("SELECT current_user") == "almoner_app"
        for statement in TRIES:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute(statement)
            await conn.execute("SET ROLE almoner_app")
    await db.close()


async def test_the_password_of_the_login_does_not_open_the_owner(
    make_runner: MakeRunner, data_dir: Path
) -> None:
    runner = make_runner()
    owner = runner.start()
    secret = DataDirectory(data_dir).read_secret() or ""
    found = running_addresses(data_dir)
    assert found is not None
    assert (found.owner, found.app) == (owner, runner.app_dsn)
    assert secret not in found.app
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(owner.replace(secret, login_password(secret)))


async def test_beside_a_server_of_an_older_program_the_owner_s_address_is_used(
    make_runner: MakeRunner, data_dir: Path
) -> None:
    owner = make_runner().start()
    conn = await asyncpg.connect(owner)
    await conn.execute("ALTER ROLE almoner_login NOLOGIN")
    await conn.close()
    found = running_addresses(data_dir)
    assert found is not None
    assert (found.owner, found.app) == (owner, owner)
    await migrate(owner)
    (login,) = [one for one in await examine(data_dir) if one.check == "application login"]
    assert login.status == "warning"
    assert "database_owner_url" in (login.advice or "")


def test_commands_make_and_look_at_an_embedded_database_with_it(tmp_path: Path) -> None:
    made = CliRunner().invoke(app, ["org", "create", "Riverbank House", "-d", str(tmp_path), "--json"])
    assert made.exit_code == 0, made.output
    seen = CliRunner().invoke(app, ["doctor", "-d", str(tmp_path), "--json"])
    (login,) = [one for one in json.loads(seen.stdout)["findings"] if one["check"] == "application login"]
    assert (login["status"], login["text"].split(",")[0]) == ("ok", "almoner_login")


def test_an_outside_server_is_served_with_a_login_of_its_own(
    make_runner: MakeRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner: PostgresRunner = make_runner()
    owner = runner.start()
    monkeypatch.setenv("ALMONER_DATABASE_URL", runner.app_dsn)
    assert CliRunner().invoke(app, ["migrate"]).exit_code == 3
    monkeypatch.setenv("ALMONER_DATABASE_OWNER_URL", owner)
    assert CliRunner().invoke(app, ["migrate"]).exit_code == 0
    (login,) = [one for one in asyncio.run(examine(None)) if one.check == "application login"]
    assert login.status == "ok"
    monkeypatch.delenv("ALMONER_DATABASE_URL")
    wrong = CliRunner().invoke(app, ["migrate"])
    assert (wrong.exit_code, "database_owner_url" in wrong.output) == (2, True)

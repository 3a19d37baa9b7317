"""`almoner give --from` against a real server: what is given, what is rejected, and how it ends."""

from __future__ import annotations

import asyncio
import csv
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from almoner.cli.give import Lease
from almoner.cli.output import opened_database
from almoner.main import app
from almoner.platform.database import Database
from almoner.platform.organizations.service import create_key, list_keys
from almoner.platform.postgres import running_dsn
from almoner.platform.settings import Settings
from tests.support.server import COMMAND, Server

HEADER = "amount,currency,date,donorEmail,donorLastName,project,sourceKey,paymentToken"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("give") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def tokens(server: Server) -> dict[str, Any]:
    return server.almoner("org", "create", "Example House")


def give(server: Server, file: Path, *options: str) -> tuple[int, Any, str]:
    """Exit code, JSON document (None when there is none) and standard error of one run."""
    result = CliRunner().invoke(app, ["give", "--from", str(file), "--url", server.url, "--json", *options])
    return result.exit_code, json.loads(result.stdout) if result.stdout else None, result.stderr


def file_of(folder: Path, *rows: str, header: str = HEADER) -> Path:
    file = folder / "gifts.csv"
    file.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return file


def rejects_of(file: Path) -> list[tuple[str, str, str]]:
    with file.with_name("gifts.rejects.csv").open(encoding="utf-8", newline="") as listed:
        return [(row["line"], row["sourceKey"], row["field"]) for row in csv.DictReader(listed)]


def total_of(server: Server, tokens: dict[str, Any]) -> int:
    headers = {"Authorization": f"Bearer {tokens['raiseToken']}"}
    return int(
        httpx.get(f"{server.url}/raise/api/Gift/list", params={"Take": 0}, headers=headers).json()["total"]
    )


def test_good_rows_are_given_and_bad_ones_are_listed(
    server: Server, tokens: dict[str, Any], tmp_path: Path
) -> None:
    file = file_of(
        tmp_path,
        '"$1,234.50",USD,2024-01-31,ada@example.org,Ada,GENERAL,1,',
        "5,EUR,1/31/2024,bo@example.org,Bo,GENERAL=5,2,",
        "6,EUR,1/31/2024,bo@example.org,Bo,,2,",
        "7,XXX,2024-01-31,bo.example.org,Bo,,3,",
        "7,USD,2999-01-01,bo@example.org,Bo,NOWHERE,4,",
        "7,USD,2024-01-31,bo@example.org,Bo,NOWHERE,5,",
        "7,USD,2024-01-31,bo@example.org,Bo,GENERAL=6,6,",
        "7,USD,2024-01-31,cy@example.org,Cy,,7,tok_declined",
        "x,USD,2024-01-31,cy@example.org,Cy,,8,",
        "0.50,USD,,cy@example.org,Cy,,9,",
    )
    token = ("--token", tokens["raiseToken"])
    before = total_of(server, tokens)
    code, document, _ = give(server, file, *token)
    assert code == 1
    assert (document["given"], document["alreadyThere"], document["rejected"]) == (3, 0, 7)
    assert document["amountGiven"] == {"EUR": "5.00", "USD": "1235.00"}
    assert document["rejects"] == str(tmp_path / "gifts.rejects.csv")
    assert sorted(rejects_of(file)) == [
        ("10", "8", "amount"), ("4", "2", "sourceKey"), ("5", "3", "currency"), ("5", "3", "donorEmail"),
        ("6", "4", "date"), ("6", "4", "project"), ("7", "5", "project"), ("8", "6", "project"), ("9", "7", "paymentToken"),
    ]  # fmt: skip
    code, document, _ = give(server, file, *token)
    assert (code, document["given"], document["alreadyThere"], document["rejected"]) == (1, 0, 3, 7)
    assert document["amountAlreadyThere"] == {"EUR": "5.00", "USD": "1235.00"}
    assert total_of(server, tokens) == before + 3


def test_a_file_without_source_keys_may_be_sent_again_unchanged(
    server: Server, tokens: dict[str, Any], tmp_path: Path
) -> None:
    file = file_of(tmp_path, "5,d@example.org,red", "5,d@example.org,", header="amount,donorEmail,colour")
    runs = [give(server, file, "--token", tokens["raiseToken"]) for _ in range(2)]
    assert [(code, document["given"], document["alreadyThere"]) for code, document, _ in runs] == [
        (0, 2, 0),
        (0, 0, 2),
    ]
    assert "ignored: colour." in runs[0][2]
    assert "no column sourceKey" in runs[0][2]
    assert not file.with_name("gifts.rejects.csv").exists()


def test_beside_a_local_server_no_token_is_needed_and_none_is_left(
    server: Server, tokens: dict[str, Any], tmp_path: Path
) -> None:
    file = file_of(tmp_path, "5,e@example.org,e1", header="amount,donorEmail,sourceKey")
    place = ("--data-dir", str(server.data_dir), "--org", str(tokens["organizationId"]))
    code, document, _ = give(server, file, *place)
    assert (code, document["given"]) == (0, 1)
    assert asyncio.run(_keys_left(server)) == 0
    assert give(server, file, "--data-dir", str(server.data_dir), "--org", "999")[0] == 1
    assert give(server, file, "--data-dir", str(tmp_path / "other"))[0] == 3


async def _keys_left(server: Server) -> int:
    dsn = running_dsn(server.data_dir)
    assert dsn is not None
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(
            "SELECT count(*) FROM platform.api_key WHERE name = 'almoner give' AND revoked_at IS NULL"
        )
    finally:
        await conn.close()


def test_the_key_of_a_run_that_was_killed_ends_by_itself(
    server: Server, tokens: dict[str, Any], tmp_path: Path
) -> None:
    rows = [f"5,k{number}@example.org,k{number}" for number in range(20_000)]
    file = file_of(tmp_path, *rows, header="amount,donorEmail,sourceKey")
    command = [*COMMAND, "give", "--from", str(file), "--url", server.url, "--patience", "600"]
    place = ["--data-dir", str(server.data_dir), "--org", str(tokens["organizationId"])]
    before = datetime.now(UTC)
    with subprocess.Popen([*command, *place], stderr=subprocess.DEVNULL) as run:
        while not asyncio.run(_ends(server)):
            assert run.poll() is None
        run.kill()
    (end,) = asyncio.run(_ends(server))
    assert timedelta(minutes=20) <= end - before <= timedelta(minutes=21)
    for key in server.almoner("key", "list", *place[2:]):
        if key["revokedDate"] is None and key["expiresDate"] is not None:
            server.almoner("key", "revoke", str(key["id"]), *place[2:])


@pytest.mark.anyio
async def test_the_key_of_a_long_run_lives_on_and_ends_with_it(
    server: Server, tokens: dict[str, Any]
) -> None:
    settings = Settings(data_dir=server.data_dir)
    async with opened_database(settings) as db, db.tenant(tokens["organizationId"]) as tx:
        soon = datetime.now(UTC) + timedelta(seconds=5)
        token = await create_key(tx, "raise", "almoner give", expires_at=soon)
        (key,) = [one for one in await list_keys(tx) if one.expires_at == soon]
    assert token
    lease = Lease(settings, tokens["organizationId"], key.id, timedelta(seconds=0.4))
    renewing = asyncio.create_task(lease.renew())
    async with opened_database(settings) as db:
        while soon in await _expiries(db, tokens["organizationId"]):  # noqa: ASYNC110 - the database rings no bell
            await asyncio.sleep(0.05)
        renewing.cancel()
        await lease.end()
        async with db.tenant(tokens["organizationId"]) as tx:
            assert [one.revoked_at is not None for one in await list_keys(tx) if one.id == key.id] == [True]


async def _expiries(db: Database, organization_id: int) -> list[datetime | None]:
    async with db.tenant(organization_id) as tx:
        return [one.expires_at for one in await list_keys(tx)]


async def _ends(server: Server) -> list[datetime]:
    """The ends of the keys of runs that were not revoked."""
    dsn = running_dsn(server.data_dir)
    assert dsn is not None
    conn = await asyncpg.connect(dsn)
    try:
        rows = await conn.fetch(
            "SELECT expires_at FROM platform.api_key WHERE name = 'almoner give' AND revoked_at IS NULL"
        )
        return [row["expires_at"] for row in rows]
    finally:
        await conn.close()


def test_a_wrong_token_ends_it_with_a_sentence(
    server: Server, tokens: dict[str, Any], tmp_path: Path
) -> None:
    file = file_of(tmp_path, "5,f@example.org,f1", header="amount,donorEmail,sourceKey")
    for token in (tokens["crmToken"], "rse_1_nonsense"):
        code, document, said = give(server, file, "--token", token)
        assert (code, document["given"]) == (2, 0)
        assert "--token" in said
        assert "--token" in document["stopped"]


def test_a_server_that_never_comes_is_told(tmp_path: Path) -> None:
    file = file_of(tmp_path, "5,g@example.org,g1", header="amount,donorEmail,sourceKey")
    options = ["--url", "http://127.0.0.1:1", "--token", "x", "--patience", "0.3"]
    result = CliRunner().invoke(app, ["give", "--from", str(file), *options])
    assert result.exit_code == 3
    assert "does not answer" in result.stderr
    assert "Given:                0" in result.stdout


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("date,donorEmail\n", [], "no column `amount`"),
        ("", [], "is empty"),
        ("amount,donorEmail\n", ["--url", "almoner.test"], "http://HOST:PORT"),
        ("amount,donorEmail\n", ["--encoding", "utf-16"], "Encoding"),
        ("amount,donorEmail\n", ["--rejects", "gifts.csv"], "overwrite"),
        ("amount,donorEmail\n", ["--url", "http://almoner.test"], "token is needed"),
    ],
)
def test_a_call_that_cannot_work_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, options: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gifts.csv").write_text(content, encoding="utf-8")
    result = CliRunner().invoke(app, ["give", "--from", "gifts.csv", *options])
    assert result.exit_code == 2
    assert words in result.stderr

"""The measurements run to the end, print ratios and keep JSON; and all variants write the same rows."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bench import start
from bench.__main__ import AIMS
from bench.names import located
from bench.payload import PROJECTS, Pledge, body, record
from bench.peers import orm
from bench.prepare import FOR_PEERS, Prepared
from bench.stand import Server, Stand
from tests.support.house import House

ROOT = Path(__file__).parents[3]
TINY = [
    "--seconds",
    "0.2",
    "--rounds",
    "1",
    "--callers",
    "64",
    "--workers",
    "4",
    "--gifts",
    "200",
    "--lag-seconds",
    "0.3",
]
IDENTITY = {"id", "donor_id", "email", "email_key", "created_at", "modified_at", "received_at"}
LATER = {"transaction_id", "authorization_number", "crm_key", "crm_linked"}


@pytest.mark.timeout(300)
def test_every_measurement_prints_ratios_and_keeps_json(tmp_path: Path) -> None:
    kept = tmp_path / "run.json"
    command = [sys.executable, "-m", "bench", "all", *TINY, "--json", str(kept)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "fastapi + orm http" in done.stdout and "Ratios of rates, by round" in done.stdout
    run = json.loads(kept.read_text())
    assert {"machine", "give", "drain", "lag", "aims"} <= run.keys()
    assert {"processor", "cores", "memory_gib", "system", "python", "postgresql", "fsync_8k_ms"} <= run[
        "machine"
    ].keys()
    assert any(
        row["per_second"] > 0 for row in run["give"]["rows"]
    )  # not all: so short a time may see no gift
    assert all(row["per_second"] > 0 for row in run["drain"]["rows"])
    assert all(row["gifts"] == 60 for row in run["lag"]["rows"])
    # So short a time may see no gift of some, which then have a row and no ratio.
    told = [aim["aim"] for aim in run["aims"]]
    assert told[-1] == "lag p99, ms" and set(told[:-1]) <= AIMS.keys()


def test_starts_are_measured_beside_the_cheapest(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {name: start.CALLS[name] for name in (start.NOTHING, *itertools.chain(*start.AIMS))}
    monkeypatch.setattr(start, "CALLS", few)
    at = Prepared(dsn, 1, "", "")
    stand = Stand(tmp_path, Server(None, 0, at), ExitStack())  # type: ignore[arg-type]  # of the server, only its database is asked for
    rows = start.measure(stand, 1, random.Random(1))
    assert {row["call"] for row in start.table(rows)} == few.keys()
    assert all(row["cpu_ms"] > 0 and row["round"] == 1 for row in rows)
    assert [aim["wanted"] for aim in start.aims(rows)] == list(start.AIMS.values())


@pytest.mark.anyio
async def test_all_variants_write_the_same_rows(own_house: House, dsn: str) -> None:
    for code in PROJECTS:
        await own_house.tenant.raise_.post("/raise/api/Project", {"name": code, "code": code})
    http, driver, through_orm = [_alike(number) for number in range(3)]
    await own_house.tenant.raise_.post("/raise/api/Raise/give", json.loads(body(http)))
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(FOR_PEERS)
        await _write_by_driver(conn, own_house.tenant.id, driver)
        await _write_by_orm(dsn, own_house.tenant.id, through_orm)
        rows = [await _rows(conn, pledge.email) for pledge in (http, driver, through_orm)]
    finally:
        await conn.close()
    assert rows[0] == rows[1] == rows[2]


@pytest.mark.anyio
async def test_functions_are_found_beside_the_tables_or_in_a_schema_of_their_own(
    house: House, dsn: str
) -> None:
    conn = await asyncpg.connect(dsn)
    try:
        with pytest.raises(LookupError):
            await located(conn, "giving", "no_such_function")
        async with conn.transaction():
            await conn.execute("CREATE SCHEMA IF NOT EXISTS giving_code")
            await conn.execute("CREATE SCHEMA IF NOT EXISTS giving")
            await conn.execute("CREATE FUNCTION giving.bench_probe() RETURNS int LANGUAGE sql AS 'SELECT 1'")
            assert await located(conn, "giving", "bench_probe") == "giving.bench_probe"
            await conn.execute(
                "CREATE FUNCTION giving_code.bench_probe() RETURNS int LANGUAGE sql AS 'SELECT 2'"
            )
            assert await located(conn, "giving", "bench_probe") == "giving_code.bench_probe"
            await conn.execute("DROP FUNCTION giving.bench_probe(); DROP FUNCTION giving_code.bench_probe()")
    finally:
        await conn.close()


def _alike(number: int) -> Pledge:
    """The same gift from another e-mail address."""
    return Pledge(f"alike-{number}@example.org", "Ada", "Ashdown", "1 Long Lane", 1250, 3725)


async def _write_by_driver(conn: asyncpg.Connection[Any], organization_id: int, pledge: Pledge) -> None:
    gifts = json.dumps([record(pledge, 0, "0" * 24, datetime.now(UTC).date())], default=str)
    await conn.execute(
        f"SELECT * FROM {await located(conn, 'giving', 'give')}($1, $2)", organization_id, gifts
    )


async def _write_by_orm(dsn: str, organization_id: int, pledge: Pledge) -> None:
    shop = await orm.open_shop(dsn, organization_id)
    await orm.write(shop, pledge)
    await shop.engine.dispose()


async def _rows(conn: asyncpg.Connection[Any], email: str) -> list[Any]:
    """The donor, the gift and the events, without what differs by nature."""
    donor = await conn.fetchrow("SELECT * FROM giving.donor WHERE email = $1", email)
    assert donor is not None
    gift = await conn.fetchrow("SELECT * FROM giving.gift WHERE donor_id = $1", donor["id"])
    assert gift is not None
    events = await conn.fetch("SELECT kind FROM giving.event WHERE key_id = $1 ORDER BY id", donor["id"])
    plain = [{k: v for k, v in dict(row).items() if k not in IDENTITY | LATER} for row in (donor, gift)]
    return [*plain, [row["kind"] for row in events]]

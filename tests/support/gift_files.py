"""Files of gifts for `almoner gift import`, and an organization whose CRM they come into."""

from __future__ import annotations

import asyncio
import csv
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
from typer.testing import CliRunner

from almoner.main import app

HEADER = "contactId,amount,giftDate,project,transactionId"
CONTACTS = """WITH made AS (
    INSERT INTO crm.contact (organization_id, name, contact_type, created_at, modified_at, version)
    SELECT $1, name, 'Household', now(), now(), 1 FROM unnest($2::text[]) AS name RETURNING id, name), people AS (
    INSERT INTO crm.contact_individual (organization_id, contact_id, first_name, last_name, created_at, modified_at)
    SELECT $1, id, 'Pat', name, now(), now() FROM made RETURNING id, contact_id, last_name), methods AS (
    INSERT INTO crm.contact_method (organization_id, contact_individual_id, type, value, value_key, created_at, modified_at)
    SELECT $1, id, 'Home Email', address, address, now(), now()
    FROM people, unnest(ARRAY[lower(last_name) || '@example.org', 'all@example.org']) AS address)
SELECT id, name FROM made"""


@dataclass(frozen=True)
class World:
    """A database with an organization and two contacts, Ada and Bo, who share a mailbox."""

    dsn: str
    id: int
    ada: int
    bo: int

    def run(self, *words: str, stdin: bytes | None = None) -> Any:
        """What became of a call."""
        call = ["gift", "import", *words, "--org", str(self.id)]
        env = {"ALMONER_DATABASE_URL": self.dsn, "COLUMNS": "200"}
        return CliRunner().invoke(app, call, env=env, input=stdin)

    def told(self, *words: str, code: int = 0, stdin: bytes | None = None) -> Any:
        """The JSON of a call that ends so."""
        answer = self.run(*words, "--json", stdin=stdin)
        assert answer.exit_code == code, answer.output
        return json.loads(answer.stdout)

    def rows(self, sql: str) -> list[Any]:
        """What the database has of the organization."""
        return asyncio.run(fetched(self.dsn, sql, self.id))

    def stored(self) -> Any:
        """How many gifts there are, and their sum."""
        (row,) = self.rows(
            "SELECT count(*) AS n, coalesce(sum(amount_minor), 0) AS minor FROM crm.gift WHERE organization_id = $1"
        )
        return row["n"], Decimal(row["minor"]) / 100


async def fetched(dsn: str, sql: str, *values: Any) -> list[Any]:
    """What a statement finds."""
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetch(sql, *values)
    finally:
        await conn.close()


def new_world(dsn: str) -> World:
    """Another organization with its two contacts."""
    env = {"ALMONER_DATABASE_URL": dsn}
    made = CliRunner().invoke(app, ["org", "create", "Example House", "--json"], env=env)
    organization_id = json.loads(made.stdout)["organizationId"]
    found = asyncio.run(fetched(dsn, CONTACTS, organization_id, ["Ada", "Bo"]))
    ids = {row["name"]: row["id"] for row in found}
    return World(dsn, organization_id, ids["Ada"], ids["Bo"])


def file_of(folder: Path, *rows: str, header: str = HEADER, name: str = "gifts.csv") -> str:
    """A file of gifts."""
    file = folder / name
    file.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return str(file)


def refused_in(file: Path) -> list[dict[str, str]]:
    """The rows of a file of refused ones."""
    with file.open(encoding="utf-8-sig", newline="") as listed:
        return list(csv.DictReader(listed))


def counts(told: Any) -> tuple[int, int, int]:
    """How many were entered, there already, and refused."""
    return told["entered"], told["alreadyThere"], told["refused"]

"""97,678 rows of a public list of donations go through `gift import`: what is refused says why, what is loaded sums exactly.

Then queries at random answer as a plain loop over the same rows does.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import random
import re
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

import pytest
from typer.testing import CliRunner

from almoner.crm.gifts.catalog import GIFTS
from almoner.crm.projects.service import create_project, records
from almoner.main import app
from almoner.platform.database import Tx
from almoner.platform.http import decode_body
from almoner.platform.query import Parameter, QueryBody, Window, run_query
from almoner.platform.wire import encode_json
from tests.integration.crm.gifts import world
from tests.integration.sync.conftest import owner as owner
from tests.support.donations import LIST, Donation, read
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.simulation, pytest.mark.realdata]

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
TODAY = NOW.date()
QUERIES = 300
REASONS = {"AMBIGUOUS", "TOO_PRECISE", "WRONG_TYPE", "MUST_BE_POSITIVE", "REQUIRED", "INVALID"}
"""What amounts of the list are refused for."""
ASKED = ("Contact Id", "Contact Name", "Amount", "Gift Date", "Has Gift Splits", "Batch", "Project Code", "Project Name", "Gift Type", "Notes")  # fmt: skip


def file_of(gifts: list[list[Donation]], contact_ids: dict[int, int]) -> bytes:
    """The gifts as a file for the CRM: amounts and days as the list writes them. It is nowhere but in memory."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("contactId", "amount", "giftDate", "giftType", "batch", "transactionId", "project"))
    for gift in gifts:
        first = gift[0]
        parts, whole = first.cause, first.amount
        if len(gift) > 1:
            parts = "; ".join(f"{row.cause}={row.amount}" for row in gift)
            whole = str(sum((Decimal(row.amount) for row in gift if row.amount), Decimal(0)))
        day = first.day.strip() or TODAY.isoformat()
        rows.writerow((contact_ids[first.giver], whole, day, "Check", first.year, first.number, parts))
    return text.getvalue().encode()


def is_good(rows: list[Donation]) -> bool:
    """Whether every amount is one of money: positive, in whole cents; the days of the list are all in range."""
    exact = (re.fullmatch(r"\d+(\.\d+)?", row.amount) and Decimal(row.amount) * 100 % 1 == 0 for row in rows)
    return all(exact) and all(Decimal(row.amount) > 0 for row in rows)


async def load(
    house: House, owner: Any, dsn: str, gifts: list[list[Donation]], contact_ids: dict[int, int]
) -> tuple[dict[int, int], Any]:
    """The id of each gift that the command entered, by its place, and what it told."""
    call = ["gift", "import", "-", "--source", "list", "--org", str(house.tenant.id), "--json"]
    sent, env = file_of(gifts, contact_ids), {"ALMONER_DATABASE_URL": dsn}
    done = await asyncio.to_thread(CliRunner().invoke, app, call, env=env, input=sent)
    assert done.exit_code == 1, done.stderr
    sql = "SELECT transaction_id, id FROM crm.gift WHERE organization_id = $1 AND transaction_source = 'list'"
    ids = {int(row["transaction_id"]): row["id"] for row in await owner.fetch(sql, house.tenant.id)}
    places = {rows[0].number: place for place, rows in enumerate(gifts)}
    return {places[number]: id_ for number, id_ in ids.items()}, json.loads(done.stdout)


async def furnish(
    house: House, owner: Any, givers: set[int], causes: Any
) -> tuple[dict[int, int], dict[str, int]]:
    """Numbered contacts, and the tree of causes as projects."""
    sql = """INSERT INTO crm.contact (organization_id, name, created_at, modified_at, version)
        SELECT $1, 'Giver ' || n, $3, $3, 1 FROM unnest($2::int[]) AS n RETURNING id, name"""
    rows = await owner.fetch(sql, house.tenant.id, sorted(givers), NOW)
    contacts = {int(row["name"].removeprefix("Giver ")): row["id"] for row in rows}
    projects: dict[str, int] = {}
    async with house.app.db.tenant(house.tenant.id) as tx:
        for code, name, parent in causes.tree():
            said = {"name": name, "project_code": code, "parent_id": projects.get(parent or "")}
            projects[code] = (await create_project(tx, said, NOW)).id
    return contacts, projects


@pytest.mark.skipif(not LIST.exists(), reason=f"the list of donations is not there: {LIST.name}")
async def test_a_dirty_list_is_loaded_to_the_cent_and_found_again(
    house: House, owner: Any, shared_dsn: str
) -> None:
    gifts, causes = read()
    assert sum(map(len, gifts)) == 97_678
    contacts, projects = await furnish(house, owner, {rows[0].giver for rows in gifts}, causes)
    ids, told = await load(house, owner, shared_dsn, gifts, contacts)
    good = {place for place, rows in enumerate(gifts) if is_good(rows)}
    assert ids.keys() == good
    assert (told["entered"], told["alreadyThere"], told["refused"]) == (len(good), 0, len(gifts) - len(good))
    assert {one["code"] for one in told["reasons"]} <= REASONS
    given = sum((Decimal(row.amount) for place in good for row in gifts[place]), Decimal(0))
    assert told["amountEntered"] == {"USD": f"{given:.2f}"}
    assert await wrong_figures(house.app.db, house.tenant.id) == []
    await check_sums(house, [gifts[place] for place in good], causes, projects)
    known = [
        known_gift(ids[place], gifts[place], contacts, causes)
        for place in sorted(ids, key=lambda place: ids[place])
    ]
    await check_queries(house, known)


async def check_sums(
    house: House, gifts: list[list[Donation]], causes: Any, projects: dict[str, int]
) -> None:
    """Each project of the tree has what came to it and to those below it."""
    above = {code: parent for code, _, parent in causes.tree()}
    given: dict[str, Decimal] = defaultdict(Decimal)
    for row in (row for rows in gifts for row in rows):
        code: str | None = row.cause
        while code is not None:
            given[code] += Decimal(row.amount)
            code = above[code]
    async with house.app.db.tenant(house.tenant.id) as tx:
        told = await records(tx, list(projects.values()), NOW)
    assert {one.project_code: one.life_to_date_giving for one in told} == {
        code: given[code] for code in projects
    }


def known_gift(gift_id: int, rows: list[Donation], contacts: dict[int, int], causes: Any) -> dict[str, Any]:
    """A gift as the loop knows it."""
    names = {code: name for code, name, _ in causes.tree()}
    text = rows[0].day.strip()
    return {
        "Gift Id": gift_id,
        "Contact Id": contacts[rows[0].giver],
        "Contact Name": f"Giver {rows[0].giver}",
        "Amount": sum((Decimal(row.amount) for row in rows), Decimal(0)),
        "Gift Date": date.fromisoformat(text) if text else TODAY,
        "Has Gift Splits": len(rows) > 1,
        "Batch": rows[0].year or None,
        "Transaction Id": str(rows[0].number),
        "Gift Type": "Check",
        "Notes": None,
        "Project Code": tuple(row.cause for row in rows),
        "Project Name": tuple(names[row.cause] for row in rows),
    }


class Masks:
    """The loop, with each value looked at once: which rows have it is a number with a bit for each row."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.ids = [row["Gift Id"] for row in rows]
        self.rows_of: dict[str, dict[Any, int]] = {name: defaultdict(int) for name in ASKED}
        for bit, row in enumerate(rows):
            for name in ASKED:
                self.rows_of[name][row[name]] |= 1 << bit

    def condition(self, condition: dict[str, Any]) -> int:
        """The rows of which a condition holds."""
        name = condition["parameter"]
        held = 0
        for value, rows in self.rows_of[name].items():
            told = list(value) if isinstance(value, tuple) else value
            if world.holds({name: told}, condition, days):
                held |= rows
        return held

    def answer(self, body: dict[str, Any]) -> list[int]:
        """The ids that a query wants, in their order."""
        groups = (reduce(and_, map(self.condition, group["conditions"])) for group in body["groups"])
        bits = bin(reduce(or_, groups))[:1:-1]
        return [id_ for id_, bit in zip(self.ids, bits, strict=False) if bit == "1"]


def days(text: str) -> tuple[date, date]:
    """A date as the days that it is."""
    return date.fromisoformat(text), date.fromisoformat(text)


def condition_at_random(parameter: Parameter, values: list[Any], rng: random.Random) -> dict[str, Any]:
    """A condition on a parameter, with values that some gift has."""

    def value() -> Any:
        found = rng.choice(values)
        found = rng.choice(found) if isinstance(found, tuple) else found
        return (
            found.isoformat()
            if isinstance(found, date)
            else str(found).lower()
            if isinstance(found, bool)
            else found
        )

    operator = rng.choice(parameter.takes)
    said: dict[str, Any] = {"parameter": parameter.name, "operator": operator}
    if operator in ("In", "NotIn", "IsAnyOf", "IsNoneOf"):
        return said | {"values": [value() for _ in range(3)]}
    first, second = value(), value()
    if operator in ("Contains", "StartsWith", "EndsWith", "Matches"):
        at = rng.randint(1, len(first))
        first = {"StartsWith": first[:at], "EndsWith": first[-at:], "Matches": f"{first[:at]}*"}.get(
            operator, first[at // 2 : at]
        )
    if operator == "Between":
        first, second = sorted((first, second))
    return said | {"value": first, "secondaryValue": second}


async def check_queries(house: House, known: list[dict[str, Any]]) -> None:
    """Queries at random: as many, and the first thousand ids."""
    rng, masks = random.Random(11), Masks(known)
    parameters = [parameter for parameter in GIFTS.parameters if parameter.name in ASKED]
    values = {
        name: [value for value in found if value is not None] or ["x"]
        for name, found in masks.rows_of.items()
    }
    for _ in range(QUERIES):
        chosen = [rng.sample(parameters, rng.randint(1, 2)) for _ in range(rng.randint(1, 2))]
        groups = [
            {"conditions": [condition_at_random(each, values[each.name], rng) for each in group]}
            for group in chosen
        ]
        wanted = masks.answer({"groups": groups})
        async with house.app.db.tenant(house.tenant.id) as tx:
            read_body = decode_body(encode_json({"groups": groups}), QueryBody)
            found = await run_query(tx, GIFTS, read_body, Window(take=1000), only_ids, NOW)
        assert (found.page.total, found.page.items) == (len(wanted), wanted[:1000]), groups


async def only_ids(_tx: Tx, ids: list[int]) -> list[int]:
    """The records are read elsewhere."""
    return ids

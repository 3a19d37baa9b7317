"""Every operator of every parameter of every kind of record, with orders and pages, answers as a plain loop over what the API tells does."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from almoner.kernel.paging import sort_name
from almoner.platform.database import Tx
from almoner.platform.http import decode_body
from almoner.platform.query import Catalog, Kind, Parameter, QueryBody, Window, run_query
from almoner.platform.wire import encode_json
from tests.integration.crm.gifts.world import holds
from tests.integration.crm.told import Facts, near_day, world
from tests.integration.crm.told_facts import KINDS, told_of
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

WITHOUT = ("IsKnown", "IsNotKnown", "IsSet", "IsNotSet", "IsTrue", "IsFalse")
OF_MANY = ("In", "NotIn", "IsAnyOf", "IsNoneOf")
PIECES = ("Contains", "StartsWith", "EndsWith", "Matches")
BY = {("gift designation", "Amount"): "Converted Amount Designated"}
"""What is sorted by where it is not the parameter of the name: the amount of a part is its own."""


def days(text: str) -> tuple[date, date]:
    """A day, from when to when."""
    return date.fromisoformat(text), date.fromisoformat(text)


class Asker:
    """Makes conditions on what there is."""

    def __init__(self, rows: list[Facts], seed: int) -> None:
        self.rows, self.rng = rows, random.Random(seed)

    def condition(self, parameter: Parameter, operator: str) -> dict[str, Any]:
        """A condition on a parameter with an operator that it takes."""
        condition: dict[str, Any] = {"parameter": parameter.name, "operator": operator}
        if operator in WITHOUT:
            return condition
        if operator == "Between":
            low, high = sorted((self.value(parameter) for _ in range(2)), key=_comparable)
            return condition | {"value": low, "secondaryValue": high}
        if operator in OF_MANY:
            return condition | {"values": [self.value(parameter) for _ in range(3)]}
        value = self.value(parameter)
        return condition | {"value": self.piece(value, operator) if operator in PIECES else value}

    def value(self, parameter: Parameter) -> Any:
        """A value that some record has, or one beside it; of what no record has, one of its kind."""
        told = [each for row in self.rows for each in _listed(row[parameter.name]) if each is not None]
        if parameter.kind in (Kind.DAY, Kind.INSTANT):
            return near_day(self.rng, self.rng.choice(told or [date(2026, 3, 2)]))
        if parameter.kind is Kind.TRUTH:
            return self.rng.choice(("true", "false"))
        if parameter.kind in (Kind.INT, Kind.MONEY, Kind.DECIMAL):
            return str(self.rng.choice(told or [1]) + self.rng.choice((0, 0, 1, -1)))
        fallback = next(iter(parameter.values)) if parameter.values else "Gala"
        value = self.rng.choice(told or [fallback])
        return self.rng.choice((value, value.upper())) if value.isascii() else value

    def piece(self, value: str, operator: str) -> str:
        """A piece of a text, in any case."""
        cut = self.rng.randint(1, len(value))
        piece = {"StartsWith": value[:cut], "EndsWith": value[-cut:]}.get(operator, value[cut - 1 :])
        piece = piece.strip() or value
        return f"*{piece}" if operator == "Matches" else piece


def _comparable(value: Any) -> Any:
    return value if "-" in value[1:] else float(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


async def only_ids(_tx: Tx, ids: list[int]) -> list[int]:
    """The records are read elsewhere."""
    return ids


async def _found(house: House, catalog: Catalog, body: dict[str, Any]) -> tuple[list[int], int]:
    async with house.app.db.tenant(house.tenant.id) as tx:
        asked = decode_body(encode_json(body), QueryBody)
        found = await run_query(tx, catalog, asked, Window(), only_ids, house.app.clock.now())
    return found.page.items, found.page.total


def _wanted(rows: list[Facts], condition: dict[str, Any], id_: str) -> list[int]:
    return [row[id_] for row in rows if holds(row, condition, days)]


@pytest.mark.parametrize("kind", KINDS)
async def test_every_operator_of_every_parameter(house: House, kind: str) -> None:
    tenant = await house.another_tenant(time_zone="America/New_York")
    house = House(house.app, tenant, house.sync, house.places)
    catalog, id_, rows = told_of(await world(tenant, seed=len(kind)), kind)
    asker, wrong, found_some = Asker(rows, seed=3), [], 0
    for parameter in catalog.parameters:
        for operator in parameter.takes:
            condition = asker.condition(parameter, operator)
            wanted = _wanted(rows, condition, id_)
            found_some += 0 < len(wanted) < len(rows)
            skip = asker.rng.choice((0, 0, 1, len(wanted) // 2))
            body = {"groups": [{"conditions": [condition]}], "skip": skip, "take": 3}
            if await _found(house, catalog, body) != (wanted[skip : skip + 3], len(wanted)):
                wrong.append(
                    (condition, wanted, await _found(house, catalog, {**body, "skip": 0, "take": 1000}))
                )
    assert not wrong, "\n".join(map(str, wrong))
    assert found_some > len(catalog.parameters) / 3
    await _sorted_alike(house, catalog, id_, rows)
    assert await wrong_figures(house.app.db, tenant.id) == []


async def _sorted_alike(house: House, catalog: Catalog, id_: str, rows: list[Facts]) -> None:
    """By each name of a parameter that sorts, both ways: what is not known comes last, and first the other way round; the like by id."""
    for parameter in catalog.parameters:
        name = sort_name(parameter.name)
        if name not in catalog.sorts or parameter.kind not in (Kind.DAY, Kind.INSTANT, Kind.INT, Kind.MONEY):
            continue
        for down in (False, True):
            body: dict[str, Any] = {
                "groups": [],
                "sortBy": parameter.name,
                "descending": down,
                "skip": 1,
                "take": 1000,
            }
            ids, _ = await _found(house, catalog, body)
            by = BY.get((catalog.noun, parameter.name), parameter.name)
            values = {row[id_]: row[by] for row in rows}
            ordered = sorted(
                rows,
                key=lambda row: (values[row[id_]] is None, values[row[id_]] or 0, row[id_]),
                reverse=down,
            )
            assert ids == [row[id_] for row in ordered][1:], (parameter.name, down)

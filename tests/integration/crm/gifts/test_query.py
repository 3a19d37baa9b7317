"""Every operator on every parameter of gifts, at random, answers as a plain loop over the same gifts does."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from almoner.crm.gifts.catalog import GIFTS
from almoner.platform.database import Tx
from almoner.platform.http import decode_body
from almoner.platform.query import Kind, Parameter, QueryBody, Window, run_query
from almoner.platform.wire import encode_json
from tests.integration.crm.gifts import world
from tests.integration.sync.conftest import owner as owner
from tests.support.house import House

PARAMETERS = [parameter for parameter in GIFTS.parameters if parameter.name not in world.UNNAMED]

pytestmark = pytest.mark.anyio

QUERIES, GIFTS_STORED = 300, 400
WORDS = {
    "Today": (world.TODAY, world.TODAY),
    "yesterday": (world.TODAY - timedelta(1), world.TODAY - timedelta(1)),
    "30 Days Ago": (world.TODAY - timedelta(30), world.TODAY - timedelta(30)),
    "This Calendar Year": (date(2026, 1, 1), date(2026, 12, 31)),
    "One Year Ago": (date(2025, 3, 2), date(2025, 3, 2)),
}


def days(text: str) -> tuple[date, date]:
    """The first and last day that a word or a date is."""
    return WORDS[text] if text in WORDS else (date.fromisoformat(text), date.fromisoformat(text))


class Asker:
    """Makes queries at random over what there is."""

    def __init__(
        self, rows: list[dict[str, Any]], seed: int, parameters: Sequence[Parameter] = PARAMETERS
    ) -> None:
        self.rows = rows
        self.parameters = parameters
        self.rng = random.Random(seed)

    def query(self) -> dict[str, Any]:
        """One to three groups of one to three conditions."""
        return {
            "groups": [
                {"conditions": [self.condition() for _ in range(self.rng.randint(1, 3))]}
                for _ in range(self.rng.randint(1, 3))
            ]
        }

    def condition(self, parameter: Parameter | None = None, operator: str | None = None) -> dict[str, Any]:
        """A condition on a parameter with an operator that it takes."""
        parameter = parameter or self.rng.choice(self.parameters)
        operator = operator or self.rng.choice(parameter.takes)
        condition: dict[str, Any] = {"parameter": parameter.name, "operator": operator}
        if operator in ("IsKnown", "IsNotKnown", "IsSet", "IsNotSet", "IsTrue", "IsFalse"):
            return condition
        if operator == "Between":
            low, high = sorted(
                (self.value(parameter) for _ in range(2)),
                key=lambda value: days(value) if parameter.kind in (Kind.DAY, Kind.INSTANT) else value,
            )
            return condition | {"value": low, "secondaryValue": high}
        if operator in ("In", "NotIn", "IsAnyOf", "IsNoneOf"):
            return condition | {"values": [self.value(parameter) for _ in range(3)]}
        return condition | {"value": self.piece(parameter, operator)}

    def value(self, parameter: Parameter) -> Any:
        """A value that some gift has, or nearly."""
        if parameter.kind in (Kind.DAY, Kind.INSTANT):
            return self.rng.choice((*WORDS, "2025-03-02", "2026-02-28", "2024-10-18"))
        known = [
            value for row in self.rows for value in _listed(row[parameter.name]) if value not in (None, "")
        ]
        value = self.rng.choice(known)
        if parameter.kind is Kind.TRUTH:
            return "true" if value else "false"
        if parameter.kind in (Kind.INT, Kind.MONEY):
            return value + self.rng.choice((0, 0, 1, -1))
        return value

    def piece(self, parameter: Parameter, operator: str) -> Any:
        """A value, or for texts a piece of one in another case."""
        value = self.value(parameter)
        if operator not in ("Contains", "StartsWith", "EndsWith", "Matches"):
            return value
        cut = self.rng.randint(1, len(value))
        piece = {"StartsWith": value[:cut], "EndsWith": value[-cut:]}.get(operator, value[cut - 1 :])
        if operator == "Matches":
            piece = f"*{piece}" if "?" not in piece else piece
        return self.rng.choice((piece.upper(), piece.lower(), piece))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.fixture
async def rows(house: House, owner: Any) -> list[dict[str, Any]]:
    """Gifts of every sort in an organization of their own, west of Greenwich."""
    await owner.execute(
        "UPDATE platform.organization SET time_zone = 'America/New_York' WHERE organization_id = $1",
        house.tenant.id,
    )
    return await world.settle(owner, house.tenant.id, GIFTS_STORED, seed=9)


async def asked(house: House, body: dict[str, Any]) -> list[int]:
    """The ids that the query gives, all on one page."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        read = decode_body(encode_json(body), QueryBody)
        found = await run_query(tx, GIFTS, read, Window(take=1000), only_ids, world.NOW)
    assert found.page.total == len(found.page.items)
    return found.page.items


async def only_ids(_tx: Tx, ids: list[int]) -> list[int]:
    """The records are read elsewhere."""
    return ids


async def test_random_queries_answer_as_a_loop_does(house: House, rows: list[dict[str, Any]]) -> None:
    asker = Asker(rows, seed=5)
    empty = 0
    for _ in range(QUERIES):
        body = asker.query()
        wanted = world.answer(rows, body, days)
        empty += not wanted
        assert await asked(house, body) == wanted, body
    assert empty < QUERIES / 2


async def test_every_operator_on_every_parameter(house: House, rows: list[dict[str, Any]]) -> None:
    asker = Asker(rows, seed=6)
    for parameter in PARAMETERS:
        for operator in parameter.takes:
            body = {"groups": [{"conditions": [asker.condition(parameter, operator)]}]}
            assert await asked(house, body) == world.answer(rows, body, days), body

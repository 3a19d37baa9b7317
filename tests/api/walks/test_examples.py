"""The example of each operation is what it was asked and answered here; `./dev documents` writes them anew."""

from __future__ import annotations

import itertools
import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from almoner.kernel.clock import ManualClock
from tests.api.walk import document
from tests.support import samples as support
from tests.support.house import House, open_house
from tests.support.samples import PRODUCTS, Covered, covered

pytestmark = pytest.mark.anyio

PACKAGE = Path(__file__).resolve().parents[3] / "src" / "almoner"
FILES = {"raise": PACKAGE / "giving" / "examples.json", "crm": PACKAGE / "crm" / "examples.json"}
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
CHANCE = {
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "5f0c2f0e-8f3a-4e0e-9a55-1d2b6a1f0c11",
    r"sbx_[0-9a-f]{24}": "sbx_5f0c2f0e8f3a4e0e9a551d2b",
    r'"authorizationNumber": "[0-9A-F]{6}"': '"authorizationNumber": "5F0C2F"',
}
"""What differs at each run, and what stands for it; beside the instants that the database itself writes down."""


@pytest.fixture
async def still(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A house where nothing is left to chance: a clock that stands, nothing that works by itself, numbers from one."""
    monkeypatch.setattr(support, "_numbers", itertools.count(1))
    async with open_house(dsn, clock=ManualClock(NOON), sync_workers=0) as house:
        yield house


@pytest.mark.timeout(120)
async def test_each_example_is_what_was_asked_and_answered(still: House) -> None:
    told = {product: await examples(still, product) for product in PRODUCTS}
    for product, path in FILES.items():
        text = json.dumps(told[product], indent=1, ensure_ascii=False) + "\n"
        if os.environ.get("ALMONER_DOCUMENTS") == "write":
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text, "write the examples anew: ./dev documents"


async def examples(house: House, product: str) -> dict[str, Any]:
    """What each operation of a product was asked and answered, by its id."""
    paths = (await document(house, product))["paths"]
    told = {}
    for each in covered(product):
        operation = paths[each.template][each.method.lower()]
        told[operation["operationId"]] = await example(house, each, operation)
    return told


async def example(house: House, each: Covered, operation: Any) -> dict[str, Any]:
    """What one operation was asked and answered."""
    made = await each.sample.make(house.tenant, f"spring{next(support._numbers)}")
    ask, *_ = each.asks(made)
    answer = await each.send(house.tenant, ask)
    assert answer.is_success, answer.text
    kinds = {one["name"]: one["schema"].get("type") for one in operation.get("parameters", ())}
    parameters = {name: typed(value, kinds[name]) for name, value in {**ask.path, **ask.query}.items()}
    told = {"parameters": parameters, "body": ask.body}
    said = {name: value for name, value in told.items() if value}
    return settled(said | ({"answer": answer.json()} if answer.content else {}))


def typed(value: object, kind: str) -> object:
    """The value of a parameter as its schema has it: it was written as text."""
    return json.loads(str(value)) if kind in ("integer", "boolean", "number") else str(value)


def settled(value: Any) -> Any:
    """A request and its answer with nothing in it that chance made."""
    text = json.dumps(value)
    today = datetime.now(UTC).date()
    days = "|".join(str(today + timedelta(days=days)) for days in (-1, 0))
    chance = {**CHANCE, rf"(?:{days})T[0-9:]{{8}}\.[0-9]{{3}}": "2026-11-03T12:00:00.000"}
    for pattern, instead in chance.items():
        text = re.sub(pattern, instead, text)
    return json.loads(text)

"""The example of each operation is what it was asked and answered here; `./dev documents` writes them anew."""

from __future__ import annotations

import itertools
import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
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
    r"sbx_re_[0-9a-f]{24}": "sbx_re_5f0c2f0e8f3a4e0e9a551d2b",
    r"person\d+@example\.org": "pat@example.org",
    r"usr_\d+_[\w-]{43}": "usr_1_5f0c2f0e8f3a4e0e9a551d2b6a1f0c115f0c2f0e8f3",
    r"usf_\d+_[\w-]{43}": "usf_1_0c2f0e8f3a4e0e9a551d2b6a1f0c115f0c2f0e8f35f",
    r'"authorizationNumber": "[0-9A-F]{6}"': '"authorizationNumber": "5F0C2F"',
}
"""What differs at each run, and what stands for it; beside the instants that the database itself writes down."""


APART = """
SELECT setval(format('%I.%I', s.schemaname, s.sequencename)::regclass, s.n * 1000000)
FROM (SELECT schemaname, sequencename, row_number() OVER (ORDER BY schemaname, sequencename) AS n FROM pg_sequences
      WHERE schemaname IN ('giving', 'crm', 'sync') AND sequencename <> 'event_id_seq') s
"""
"""No two kinds of records have ids in common. Those of events stay: they are told nowhere, and their log has partitions for the first millions alone."""
_NAMES_RECORD = re.compile(r"^id$|Ids?$|[kK]ey$")
_LAST_NUMBER = re.compile(r"(?<=[/_])\d{7,}$|^\d{7,}$")


@pytest.fixture
async def still(dsn: str) -> Any:
    """A house where nothing is left to chance: a clock that stands, nothing that works by itself; no two kinds have ids in common."""
    conn = await asyncpg.connect(dsn)
    await conn.execute(APART)
    await conn.close()
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
    """What one operation was asked and answered, in an organization of its own: no example depends on another."""
    tenant, support._numbers = await house.another_tenant(), itertools.count(1)
    made = await each.sample.make(tenant, "spring")
    ask, *_ = each.asks(made)
    answer = await each.send(tenant, ask)
    assert answer.is_success, answer.text
    kinds = {one["name"]: one["schema"].get("type") for one in operation.get("parameters", ())}
    parameters = {name: typed(value, kinds[name]) for name, value in {**ask.path, **ask.query}.items()}
    told = {"parameters": parameters, "body": ask.form or ask.body}
    said = {name: value for name, value in told.items() if value}
    is_told = answer.content and answer.headers["content-type"].startswith("application/json")
    return renumbered(settled(said | ({"answer": answer.json()} if is_told else {})), {})


def renumbered(value: Any, ids: dict[int, int], name: str = "") -> Any:
    """The same with its records numbered from one, in the order in which they come."""
    if isinstance(value, dict):
        return {key: renumbered(item, ids, key) for key, item in value.items()}
    if isinstance(value, list):
        return [renumbered(item, ids, name) for item in value]
    if isinstance(value, str):
        return _LAST_NUMBER.sub(lambda found: str(ids.setdefault(int(found[0]), len(ids) + 1)), value)
    if isinstance(value, int) and not isinstance(value, bool) and _NAMES_RECORD.search(name):
        return ids.setdefault(value, len(ids) + 1)
    return value


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

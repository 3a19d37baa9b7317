"""Every operator on every parameter of gifts and donors of giving, at random, answers as a plain loop over the same rows does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from almoner.giving.donors.catalog import DONORS
from almoner.giving.donors.columns import COLUMNS as DONOR_COLUMNS
from almoner.giving.donors.service import query_donors
from almoner.giving.gifts.catalog import GIFTS
from almoner.giving.gifts.columns import COLUMNS as GIFT_COLUMNS
from almoner.giving.gifts.service import query_gifts
from almoner.kernel.money import format_amount, to_minor
from almoner.platform.http import decode_body
from almoner.platform.query import Catalog, SelectingBody, Window, run_query
from almoner.platform.wire import encode_json
from tests.integration.crm.gifts.test_query import Asker, days, only_ids
from tests.integration.crm.gifts.world import NOW, answer
from tests.integration.giving.queries.world import settle
from tests.integration.sync.conftest import owner as owner
from tests.support.house import House

pytestmark = pytest.mark.anyio

QUERIES = 100


@dataclass(frozen=True)
class Of:
    """A catalog and the rows that it is asked of."""

    catalog: Catalog
    rows: list[dict[str, Any]]


@pytest.fixture
async def both(house: House, owner: Any) -> list[Of]:
    """Gifts and donors of every sort in an organization of their own, west of Greenwich."""
    await owner.execute(
        "UPDATE platform.organization SET time_zone = 'America/New_York' WHERE organization_id = $1",
        house.tenant.id,
    )
    donors, gifts = await settle(owner, house.tenant.id, 40, 200, seed=11)
    return [Of(GIFTS, gifts), Of(DONORS, donors)]


async def asked(house: House, catalog: Catalog, body: dict[str, Any]) -> list[int]:
    """The ids that the query gives, all on one page."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        read = decode_body(encode_json(body), SelectingBody)
        found = await run_query(tx, catalog, read, Window(take=1000), only_ids, NOW)
    assert found.page.total == len(found.page.items)
    return found.page.items


async def test_every_operator_and_random_queries_answer_as_a_loop_does(house: House, both: list[Of]) -> None:
    for of in both:
        asker, empty = Asker(of.rows, seed=5, parameters=of.catalog.parameters), 0
        for parameter in of.catalog.parameters:
            for operator in parameter.takes:
                body = {"groups": [{"conditions": [asker.condition(parameter, operator)]}]}
                assert await asked(house, of.catalog, body) == answer(of.rows, body, days), body
        for _ in range(QUERIES):
            body = asker.query()
            wanted = answer(of.rows, body, days)
            empty += not wanted
            assert await asked(house, of.catalog, body) == wanted, body
        assert empty < QUERIES / 2


def told(name: str, row: dict[str, Any]) -> str:
    """The text of a column, by what the row of the loop has."""
    value = row[name]
    if name in ("Amount", "Lifetime Giving"):
        currency = row.get("Currency", "USD")
        return format_amount(to_minor(value or Decimal(0), currency), currency)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, date) and name.endswith(("Create Date", "Modified Date")):
        return value.isoformat(timespec="milliseconds")[:-6] + "Z"  # type: ignore[call-arg]
    return "" if value is None else str(value)


async def test_columns_tell_what_is_asked_for(house: House, both: list[Of]) -> None:
    """Each column is the text of the parameter of its name, in the order in which they were selected."""
    gifts, donors = both
    names = [name for name in reversed(list(GIFT_COLUMNS)) if name in gifts.rows[0]]
    assert set(GIFT_COLUMNS) - set(names) == {"Segment Name"}
    body = {"selectedColumns": [name.upper() for name in names]}
    async with house.app.db.tenant(house.tenant.id) as tx:
        read = decode_body(encode_json(body), SelectingBody)
        found = await query_gifts(tx, read, Window(take=1000), NOW, "http://localhost")
    for gift, row in zip(found.page.items, gifts.rows, strict=True):
        assert gift.metadata == [told(name, row) for name in names]
    async with house.app.db.tenant(house.tenant.id) as tx:
        read = decode_body(encode_json({"selectedColumns": list(DONOR_COLUMNS)}), SelectingBody)
        told_donors = await query_donors(tx, read, Window(take=1000), NOW, "http://raise.example")
    for donor, row in zip(told_donors.page.items, donors.rows, strict=True):
        assert donor.metadata == [told(name, row) for name in DONOR_COLUMNS]


async def test_pages_of_equal_keys_neither_skip_nor_repeat(house: House, both: list[Of]) -> None:
    """By skip in any order, and by the id of the last as clients sweep: each record once."""
    for of in both:
        ids = [row["Id"] for row in of.rows]
        for sort in ("status", "createdate", "name"):
            body = {"sortBy": sort, "descending": True, "take": 7}
            swept: list[int] = []
            while page := await _page(house, of.catalog, {**body, "skip": len(swept)}):
                swept += page
            assert sorted(swept) == ids
        swept = []
        while page := await _page(house, of.catalog, _behind(swept[-1] if swept else 0)):
            swept += page
        assert swept == ids


def _behind(last: int) -> dict[str, Any]:
    condition = {"parameter": "Id", "operator": "GreaterThan", "value": str(last), "secondaryValue": ""}
    return {"groups": [{"conditions": [condition]}], "sortBy": "id", "take": 9}


async def _page(house: House, catalog: Catalog, body: dict[str, Any]) -> list[int]:
    async with house.app.db.tenant(house.tenant.id) as tx:
        read = decode_body(encode_json(body), SelectingBody)
        return (await run_query(tx, catalog, read, Window(), only_ids, NOW)).page.items

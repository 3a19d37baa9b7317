"""Every operator on every parameter of campaigns, at random, answers as a plain loop over the same campaigns does."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from almoner.giving.campaigns.catalog import CAMPAIGNS
from almoner.giving.campaigns.columns import COLUMNS
from almoner.giving.campaigns.service import query_campaigns
from almoner.kernel.money import format_amount, to_minor
from almoner.platform.http import decode_body
from almoner.platform.query import Found, SelectingBody, Window, run_query
from almoner.platform.wire import encode_json
from tests.integration.crm.gifts.test_query import Asker, days, only_ids
from tests.integration.crm.gifts.world import NOW, TEXTS, answer
from tests.integration.sync.conftest import owner as owner
from tests.support.house import House

pytestmark = pytest.mark.anyio

STORED, QUERIES = 40, 150
NAMES = ("Spring", "spring drive", "100% for Wells", "Ünder_one roof", "Gala")


@pytest.fixture
async def rows(house: House, owner: Any) -> list[dict[str, Any]]:
    """Campaigns of every sort in an organization of their own, west of Greenwich, as rows by the names of the parameters."""
    await owner.execute(
        "UPDATE platform.organization SET time_zone = 'America/New_York' WHERE organization_id = $1",
        house.tenant.id,
    )
    rng = random.Random(7)
    return [await _campaign(owner, house.tenant.id, rng) for _ in range(STORED)]


def _instant(rng: random.Random) -> datetime:
    made = NOW - timedelta(days=rng.randrange(400), milliseconds=rng.randrange(86_400_000))
    return made.replace(microsecond=made.microsecond // 1000 * 1000)


async def _insert(conn: Any, table: str, row: dict[str, Any], returns: str = "") -> Any:
    places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    sql = f"INSERT INTO giving.{table} ({', '.join(row)}) VALUES ({places}) {returns}"
    return await conn.fetchval(sql, *row.values())


async def _campaign(conn: Any, organization_id: int, rng: random.Random) -> dict[str, Any]:
    start, goals = _instant(rng), (None, 100_000, 123_456)
    row = {
        "organization_id": organization_id,
        "name": rng.choice(NAMES),
        "description": rng.choice(TEXTS) or None,
        "start_at": start,
        "end_at": rng.choice((None, start + timedelta(days=rng.randrange(60)))),
        "can_sync": rng.random() < 0.7,
        "apply_segment_to_recurring_gifts": rng.random() < 0.3,
        "crm_key": rng.choice((None, "41", "42")),
        "giving_goal_minor": rng.choice(goals),
        "total_gift_goal": rng.choice((None, 2, 10)),
        "average_gift_goal_minor": rng.choice(goals),
        "created_at": _instant(rng),
        "modified_at": _instant(rng),
    }
    id_ = await _insert(conn, "campaign", row, "RETURNING id")
    raised = await _raised(conn, organization_id, id_, rng)
    return _known(id_, row) | raised | await _segments(conn, organization_id, id_, rng)


def _known(id_: int, row: dict[str, Any]) -> dict[str, Any]:
    def amount(name: str) -> Decimal | None:
        return None if row[name] is None else Decimal(row[name]).scaleb(-2)

    return {
        "Id": id_,
        "Gift Id": id_,  # by which the loop over gifts of the CRM answers
        "Name": row["name"],
        "Description": row["description"],
        "Start Date": row["start_at"],
        "End Date": row["end_at"],
        "Can Sync": row["can_sync"],
        "Apply Segment To Recurring Gifts": row["apply_segment_to_recurring_gifts"],
        "CRM Key": row["crm_key"],
        "Giving Goal": amount("giving_goal_minor"),
        "Total Gift Goal": row["total_gift_goal"],
        "Average Gift Goal": amount("average_gift_goal_minor"),
        "Create Date": row["created_at"],
        "Modified Date": row["modified_at"],
    }


async def _raised(conn: Any, organization_id: int, id_: int, rng: random.Random) -> dict[str, Any]:
    """Kept figures in several currencies and by several writers, and what they add up to in the base currency."""
    minor = gifts = donors = tests = 0
    for currency in rng.choice(((), ("USD",), ("USD", "JPY"), ("EUR",))):
        for slot in range(rng.randint(1, 2)):
            made, real = rng.randint(0, 3), rng.randint(1, 4)
            raised = rng.choice((0, 1, 2_500, 99_999)) * real
            figures = {"gift_count": made + real, "given_minor": raised + made, "raised_count": real}
            key = {"organization_id": organization_id, "campaign_id": id_, "currency": currency, "slot": slot}
            more = {"raised_minor": raised, "giver_count": real - 1, "donor_count": 0}
            await _insert(conn, "tally", key | figures | more)
            tests += made
            if currency == "USD":
                minor, gifts, donors = minor + raised, gifts + real, donors + real - 1
    return {
        "Raised Amount": Decimal(minor).scaleb(-2),
        "Total Gifts": gifts,
        "Total Donors": donors,
        "Average Gift Amount": Decimal(minor // max(gifts, 1)).scaleb(-2),
        "Test Gifts": tests,
    }


async def _segments(conn: Any, organization_id: int, id_: int, rng: random.Random) -> dict[str, Any]:
    told: dict[str, list[Any]] = {"Segment Id": [], "Segment Name": [], "Segment Code": []}
    for n in range(rng.choice((0, 1, 2))):
        name, code = rng.choice(("Friends", "Lapsed", "50%")), f"S{id_}-{n}"
        row = {"organization_id": organization_id, "campaign_id": id_, "name": name, "code": code}
        more = {"code_key": code.lower(), "created_at": NOW, "modified_at": NOW}
        told["Segment Id"].append(await _insert(conn, "segment", row | more, "RETURNING id"))
        told["Segment Name"].append(name)
        told["Segment Code"].append(code)
    return told


async def asked(house: House, body: dict[str, Any]) -> list[int]:
    """The ids that the query gives, all on one page."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        read = decode_body(encode_json(body), SelectingBody)
        found = await run_query(tx, CAMPAIGNS, read, Window(take=1000), only_ids, NOW)
    assert found.page.total == len(found.page.items)
    return found.page.items


async def test_every_operator_on_every_parameter(house: House, rows: list[dict[str, Any]]) -> None:
    asker = Asker(rows, seed=6, parameters=CAMPAIGNS.parameters)
    for parameter in CAMPAIGNS.parameters:
        for operator in parameter.takes:
            body = {"groups": [{"conditions": [asker.condition(parameter, operator)]}]}
            assert await asked(house, body) == answer(rows, body, days), body


async def test_random_queries_answer_as_a_loop_does(house: House, rows: list[dict[str, Any]]) -> None:
    asker, empty = Asker(rows, seed=5, parameters=CAMPAIGNS.parameters), 0
    for _ in range(QUERIES):
        body = asker.query()
        wanted = answer(rows, body, days)
        empty += not wanted
        assert await asked(house, body) == wanted, body
    assert empty < QUERIES / 2


async def _told(house: House, body: dict[str, Any]) -> Found[Any]:
    async with house.app.db.tenant(house.tenant.id) as tx:
        read = decode_body(encode_json(body), SelectingBody)
        return await query_campaigns(tx, read, Window(), NOW, "http://localhost")


def text(value: Any) -> str:
    """The text of a column, by what the row of the loop has."""
    if isinstance(value, Decimal):
        return format_amount(to_minor(value, "USD"), "USD")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")[:-6] + "Z"
    return "" if value is None else str(value)


async def test_columns_tell_what_is_asked_for(house: House, rows: list[dict[str, Any]]) -> None:
    """Each column is the text of the parameter of its name, in the order in which they were selected."""
    names = [*COLUMNS][::-1]
    assert set(names) == {parameter.name for parameter in CAMPAIGNS.parameters}
    found = await _told(house, {"selectedColumns": [name.upper() for name in names], "take": 1000})
    for campaign, row in zip(found.page.items, rows, strict=True):
        assert campaign.metadata == [text(row[name]) for name in names]
    (plain,) = (await _told(house, {"take": 1})).page.items
    assert plain.metadata == []


@pytest.mark.parametrize("sort", [*CAMPAIGNS.sorts, "id"])
async def test_pages_neither_skip_nor_repeat(house: House, rows: list[dict[str, Any]], sort: str) -> None:
    """In the order of whatever is sorted by, and of ids where that is equal."""
    column = {"c.name": "Name", "c.start_at": "Start Date", "c.end_at": "End Date"}
    swept: list[int] = []
    while page := (await _told(house, {"sortBy": sort, "take": 7, "skip": len(swept)})).page.items:
        swept += [campaign.id for campaign in page]
    assert sorted(swept) == [row["Id"] for row in rows]
    by_id = {row["Id"]: row for row in rows}
    if (name := column.get(CAMPAIGNS.sort(sort) or "")) in ("Start Date", "End Date"):
        keys = [(by_id[id_][name] is None, by_id[id_][name] or NOW, id_) for id_ in swept]
        assert keys == sorted(keys)


async def test_a_text_finds_what_the_list_finds(house: House, rows: list[dict[str, Any]]) -> None:
    for filter_ in ("SPRING", "100%", str(rows[3]["Id"]), "nobody is called so"):
        listed = await house.tenant.raise_.get("/raise/api/Campaign/list", filter=filter_, take=100)
        body = {"filter": filter_, "take": 100}
        queried = await house.tenant.raise_.post("/raise/api/Campaign/query", body)
        assert queried["total"] == listed["total"]
        assert [each["id"] for each in queried["items"]] == [each["id"] for each in listed["items"]]

"""A row that is broken hides no other: lists tell the rest as ever and it as far as they can; the log, a counter and the doctor name it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any

import asyncpg
import httpx
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from almoner.cli.doctor import examine
from almoner.cli.doctor_checks import PROBLEM, Finding
from almoner.platform import telling
from tests.api.console.conftest import visit
from tests.api.crm.accepted import gift, taken, told
from tests.integration.crm.test_recurring_gifts import promise
from tests.support.house import House

pytestmark = pytest.mark.anyio

Made = tuple[str, list[int]]
"""Where a list is, and the ids on it: three."""


async def gifts(house: House) -> Made:
    return "/raise/api/Gift/list", [(await house.tenant.give(n))["id"] for n in (1, 2, 3)]


async def donors(house: House) -> Made:
    made = [(await house.tenant.give(1, f"d{n}@x.org"))["donorId"] for n in (1, 2, 3)]
    return "/raise/api/Donor/list", made


async def campaigns(house: House) -> Made:
    body = {"startDate": "2026-01-01T00:00:00Z"}
    made = [
        await house.tenant.raise_.post("/raise/api/Campaign", {"name": f"C{n}", **body}) for n in (1, 2, 3)
    ]
    return "/raise/api/Campaign/list", [each["id"] for each in made]


async def projects(house: House) -> Made:
    for n in (1, 2):
        await house.tenant.raise_.post("/raise/api/Project", {"name": f"P{n}", "code": f"P{n}"})
    listed = await house.tenant.raise_.get("/raise/api/Project/list")
    return "/raise/api/Project/list", [each["id"] for each in listed["items"]]


async def payments(house: House) -> Made:
    await gifts(house)
    listed = await house.tenant.raise_.get("/raise/api/Payment/list")
    return "/raise/api/Payment/list", [each["id"] for each in listed["items"]]


async def crm_gifts(house: House) -> Made:
    days = [date(2024, 1, n) for n in (1, 2, 3)]
    contact, ids = await taken(house, *(gift(str(day.day), ("GENERAL", 100), day=day) for day in days))
    return f"/crm/api/Gift/ByContact/{contact}", ids


async def full_crm_gifts(house: House) -> Made:
    """Told in full: rows of lists say nothing of what is broken then."""
    _, ids = await crm_gifts(house)
    return "/crm/api/Gift/Query/FullGift", ids


async def promises(house: House) -> Made:
    contact, _ = await taken(house)
    made = await told(house, *(promise(str(n), ("GENERAL", 100)) for n in (1, 2, 3)))
    return f"/crm/api/RecurringGift/ByContact/{contact}", [each.crm_id or 0 for each in made]


BREAKS: dict[str, tuple[Callable[[House], Awaitable[Made]], str, str]] = {
    "a gift's project is gone": (gifts, "giving.gift", "project_ids = '{999999}'"),
    "a gift's status is nobody's": (gifts, "giving.gift", "status = 99"),
    "a gift's currency is gone": (gifts, "giving.gift", "currency = 'QQQ'"),
    "a gift has no day": (gifts, "giving.gift", "gift_on = NULL"),
    "a gift's day is before Christ": (gifts, "giving.gift", "gift_on = '0044-03-15 BC'"),
    "a campaign begins in the year 20000": (campaigns, "giving.campaign", "start_at = '20000-01-01'"),
    "a project was made in the year 20000": (projects, "giving.project", "created_at = '20000-01-01'"),
    "a CRM gift's day is before Christ": (crm_gifts, "crm.gift", "gift_on = '0044-03-15 BC'"),
    "a donor was never made": (donors, "giving.donor", "created_at = NULL"),
    "a campaign never began": (campaigns, "giving.campaign", "start_at = NULL"),
    "a project was never made": (projects, "giving.project", "created_at = NULL"),
    "a payment's currency is gone": (payments, "giving.payment_intent", "currency = 'QQQ'"),
    "a CRM gift's project is gone": (full_crm_gifts, "crm.gift", "designation_project_ids = '{999999}'"),
    "a CRM gift's currency is gone": (full_crm_gifts, "crm.gift", "currency = 'QQQ'"),
    "a CRM gift's origin is no origin": (full_crm_gifts, "crm.gift", "origin = '[1]'"),
    "a recurring gift's project is gone": (promises, "crm.recurring_gift", "designation_project_ids = '{999999}'"),
    "a recurring gift never began": (promises, "crm.recurring_gift", "started_on = NULL"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_was_logged() -> None:
    """Each test's rows are new to the log, whatever ids they have."""
    telling._logged.clear()


@pytest.fixture
async def owner(own_house: House) -> AsyncIterator[Any]:
    """Who owns the database, and passes by its triggers and foreign keys."""
    conn = await asyncpg.connect(own_house.app.db.first.dsn)
    await conn.execute("SET session_replication_role = replica")
    yield conn
    await conn.close()


async def broken(owner: Any, table: str, change: str, record_id: int) -> None:
    """Break a row; where no constraint would let it be, that is taken away."""
    if change.endswith("NULL"):
        await owner.execute(f"ALTER TABLE {table} ALTER COLUMN {change.split(maxsplit=1)[0]} DROP NOT NULL")
    if table == "giving.gift" and change.startswith("gift_on"):
        await owner.execute("ALTER TABLE giving.gift DROP CONSTRAINT IF EXISTS gift_day")
    assert await owner.execute(f"UPDATE {table} SET {change} WHERE id = {record_id}") == "UPDATE 1"


async def listed(house: House, path: str) -> httpx.Response:
    api = house.tenant.crm if path.startswith("/crm") else house.tenant.raise_
    method = "POST" if "/Query" in path else "GET"
    return await api.call(method, path, params={"sortBy": "id"}, json={} if method == "POST" else None)


def told_by(answer: httpx.Response) -> tuple[int, dict[int, Any]]:
    """How many a list says there are, and those on it by id."""
    assert answer.status_code == 200, answer.text
    page = answer.json()
    return page["total"], {each["id"]: each for each in page.get("items", page.get("list"))}


def count_of(table: str) -> float:
    return REGISTRY.get_sample_value("almoner_broken_records_total", {"record": table}) or 0.0


@pytest.mark.parametrize(("make", "table", "change"), BREAKS.values(), ids=BREAKS)
async def test_a_broken_row_hides_no_other(
    own_house: House,
    owner: Any,
    make: Callable[[House], Awaitable[Made]],
    table: str,
    change: str,
) -> None:
    path, ids = await make(own_house)
    for donor_id in ids if make is donors else ():
        await own_house.tenant.settled("donor", donor_id)
    total, before = told_by(await listed(own_house, path))
    counted = count_of(table)
    await broken(owner, table, change, ids[1])
    with capture_logs() as logs:
        since_total, since = told_by(await listed(own_house, path))
    assert (since_total, list(since)) == (total, list(before))
    others = [id_ for id_ in before if id_ != ids[1]]
    assert [since[id_] for id_ in others] == [before[id_] for id_ in others]
    assert since[ids[1]].keys() == before[ids[1]].keys()
    said = [(log["record"], log["id"]) for log in logs if log["event"] == "record_broken"]
    assert said == [(table, ids[1])]
    assert count_of(table) == counted + 1


async def test_of_a_gift_whose_project_is_gone_all_else_is_told(own_house: House, owner: Any) -> None:
    path, ids = await gifts(own_house)
    _, before = told_by(await listed(own_house, path))
    await broken(owner, "giving.gift", "project_ids = '{999999}'", ids[1])
    _, since = told_by(await listed(own_house, path))
    lost = [{"projectId": 999999, "name": None, "amount": "$2.00", "currencyExchange": None}]
    assert since[ids[1]] == {**before[ids[1]], "projects": lost}
    assert (await own_house.tenant.raise_.get(f"/raise/api/Gift/{ids[1]}"))["projects"] == lost


async def test_of_a_crm_gift_whose_project_is_gone_all_else_is_told(own_house: House, owner: Any) -> None:
    _, ids = await crm_gifts(own_house)
    path = f"/crm/api/Gift/{ids[1]}"
    (whole,) = (await own_house.tenant.crm.get(path))["giftDesignations"]
    await broken(owner, "crm.gift", "designation_project_ids = '{999999}'", ids[1])
    (part,) = (await own_house.tenant.crm.get(path))["giftDesignations"]
    assert (part["projectId"], part["project"], part["projectCode"]) == (999999, None, None)
    assert (part["id"], part["amountDesignated"]) == (whole["id"], whole["amountDesignated"])


async def test_of_a_row_that_cannot_be_read_all_is_told_that_can_be(own_house: House, owner: Any) -> None:
    path, ids = await gifts(own_house)
    _, before = told_by(await listed(own_house, path))
    await broken(owner, "giving.gift", "status = 99", ids[1])
    _, since = told_by(await listed(own_house, path))
    row, was = since[ids[1]], before[ids[1]]
    assert (row["donorId"], row["currency"], row["transactionId"]) == (
        was["donorId"],
        "USD",
        was["transactionId"],
    )
    assert (row["status"], row["statusText"], row["amount"], row["projects"]) == (
        99,
        None,
        2.0,
        [
            {
                "projectId": before[ids[1]]["projects"][0]["projectId"],
                "name": "General Fund",
                "amount": "$2.00",
                "currencyExchange": None,
            }
        ],
    )


@pytest.mark.parametrize("change", ["project_ids = '{999999}'", "status = 99", "gift_on = NULL"])
async def test_the_console_shows_the_others_beside_a_broken_gift(
    own_house: House, owner: Any, change: str
) -> None:
    _, ids = await gifts(own_house)
    await broken(owner, "giving.gift", change, ids[1])
    browser = visit(own_house)
    async with browser.client:
        await browser.sign_in()
        page = await browser.get("/console/gifts")
    assert page.status_code == 200
    assert all(f'id="gift-{id_}"' in page.text for id_ in ids)
    assert "$1.00" in page.text and "$3.00" in page.text


async def test_a_contact_s_page_shows_the_others_beside_a_broken_gift(own_house: House, owner: Any) -> None:
    path, ids = await crm_gifts(own_house)
    await broken(owner, "crm.gift", "currency = 'QQQ'", ids[1])
    browser = visit(own_house)
    async with browser.client:
        await browser.sign_in()
        page = await browser.get(f"/console/contact/{path.rpartition('/')[2]}")
    assert page.status_code == 200
    assert all(f'id="gift-{id_}"' in page.text for id_ in ids)


async def test_a_donor_that_cannot_be_read_hides_no_other(own_house: House, owner: Any) -> None:
    path, ids = await donors(own_house)
    for donor_id in ids:
        await own_house.tenant.settled("donor", donor_id)
    await broken(owner, "giving.donor", "created_at = '20000-01-01'", ids[1])
    with capture_logs() as logs:
        total, since = told_by(await listed(own_house, path))
    assert (total, list(since)) == (3, ids)
    assert (since[ids[1]]["createdDate"], since[ids[1]]["email"]) == (None, "d2@x.org")
    single = await own_house.tenant.raise_.get(f"/raise/api/Donor/{ids[1]}")
    assert single == since[ids[1]]
    assert [(log["record"], log["id"]) for log in logs if log["event"] == "record_broken"] == [
        ("giving.donor", ids[1])
    ]


# --- found ------------------------------------------------------------------------------------------------------


async def records_found(*, quick: bool = False) -> list[Finding]:
    return [each for each in await examine(None, quick=quick) if each.check == "records"]


async def test_the_doctor_names_what_is_broken(
    own_house: House, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALMONER_DATABASE_URL", own_house.app.db.first.dsn)
    _, given = await gifts(own_house)
    _, kept = await crm_gifts(own_house)
    _, promised = await promises(own_house)
    await own_house.settle()
    (whole,) = await records_found()
    assert "All donors and gifts of 1 organizations can be told in full" in whole.text
    await broken(owner, "giving.gift", "project_ids = '{999999}'", given[0])
    await broken(owner, "giving.gift", "status = 99", given[1])
    await broken(owner, "giving.gift", "gift_on = '0044-03-15 BC'", given[2])
    await broken(owner, "crm.gift", "currency = 'QQQ'", kept[0])
    await broken(owner, "crm.recurring_gift", "designation_project_ids = '{999999}'", promised[2])
    found = await records_found()
    assert {each.status for each in found} == {PROBLEM}
    assert {each.commands for each in found} == {("almoner psql",)}
    assert all("with `almoner psql`" in (each.advice or "") for each in found)
    house = f"Organization {own_house.tenant.id}"
    assert sorted(each.text for each in found) == sorted([
        f"{house}: giving gift {given[0]}: it names project 999999, which is not there.",
        f"{house}: giving gift {given[1]}: nobody knows its status 99.",
        f"{house}: giving gift {given[2]}: its day 0044-03-15 BC is none that can be told.",
        f"{house}: CRM gift {kept[0]}: nobody knows its currency QQQ.",
        f"{house}: CRM recurring gift {promised[2]}: it names project 999999, which is not there.",
    ])  # fmt: skip
    assert await records_found(quick=True) == []

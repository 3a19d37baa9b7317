"""Whatever eight writers do at once: every total, rollup, balance and campaign figure, of now and of every day, and what every promise was paid, is
what a recomputation gives, to the cent.

`ALMONER_STEPS=20000 .venv/bin/pytest -n0 -s tests/integration/crm/projects/test_long_run.py` takes that many steps and tells what was done.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from almoner.crm.campaigns.following import CampaignFollower
from almoner.kernel.clock import ManualClock
from tests.api.crm.campaigns.sample import STAFF
from tests.integration.crm.commitments.reckoning import links_of, pledges_agree, schedules_agree
from tests.integration.crm.projects.books import Books, read_books
from tests.integration.crm.projects.campaign_books import CampaignBooks, read_campaign_books
from tests.integration.crm.projects.writers import Writers
from tests.support.figures import wrong_figures
from tests.support.house import House, open_house
from tests.support.rows import OwnRows, open_rows

pytestmark = pytest.mark.anyio

STEPS = int(os.environ.get("ALMONER_STEPS", "240"))
IS_LONG = STEPS > 1_000
REFUSED_MAX = 0.01
"""The share of steps that may be asked to come again: who waits for a move too long, and never many."""

OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""

DAYS_IN_SHORT = 5
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.timeout(3_600 if IS_LONG else 120)
async def test_every_figure_is_exact_on_every_day_whatever_eight_writers_do(dsn: str) -> None:
    clock = ManualClock(START)
    async with open_house(dsn, clock=clock) as house:
        writers = Writers(house, clock)
        began = time.monotonic()
        await writers.run(STEPS, random.Random(STEPS))
        wrote = time.monotonic() - began
        async with house.app.db.tenant(house.tenant.id) as tx:
            zone = tx.organization.time_zone
        await CampaignFollower(house.app.stations[0].server).look()
        await house.app.stations[0].ahead.look()
        async with open_rows(dsn) as rows:
            own = OwnRows(rows, house.tenant.id)
            books = await read_books(own, zone)
            campaigns = await read_campaign_books(own, books)
            paid = await promises_agree(house, own, writers)
        assert writers.done.get("refused 503", 0) <= max(3, STEPS * REFUSED_MAX)
        assert list(lost(writers, books)) == []
        assert await wrong_figures(house.app.db, house.tenant.id) == []
        seen = paid + await compared(house, books, campaigns, writers, clock.now().date())
        if IS_LONG:
            told = ", ".join(f"{name} {n}" for name, n in sorted(writers.done.items()))
            print(
                f"\n{STEPS} steps in {wrote:.0f} s, {len(books.gifts)} gifts, {len(books.expenses)} expenses,"
                f" {sum(map(len, books.moves.values()))} moves of {len(books.parents)} projects, {len(books.days())} days;"
                f" {len(campaigns.memberships)} projects in campaigns; {seen} figures compared in {time.monotonic() - began - wrote:.0f} s: {told}"
            )
    assert await deadlocks(dsn) == 0


async def deadlocks(dsn: str) -> int:
    """How often transactions waited for each other in a circle, once all that served have gone: each tells of its own when it goes."""
    async with open_rows(dsn) as rows:
        for _time in range(200):
            if not (await rows.fetch(OTHERS))[0][0]:
                break
            await asyncio.sleep(0.05)
        found = await rows.fetch("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(found[0][0])


def lost(writers: Writers, books: Books) -> Iterator[str]:
    """What was said to be written and is not there so."""
    gifts = {gift["id"]: gift for gift in books.gifts}
    for gift_id, parts in writers.entered.items():
        stored = gifts[gift_id]
        if dict(zip(stored["designation_project_ids"], stored["designation_minor"], strict=True)) != parts:
            yield f"gift {gift_id}"
    expenses = {
        each["id"]: (each["project_id"], each["amount_minor"], each["spent_on"]) for each in books.expenses
    }
    if expenses != writers.spent:
        yield "expenses"


async def compared(
    house: House, books: Books, campaigns: CampaignBooks, writers: Writers, today: date
) -> int:
    """How many figures were compared with what the API tells; none differs."""
    days = books.days()
    if not IS_LONG:
        days = random.Random(1).sample(days, min(DAYS_IN_SHORT, len(days)))
    seen = await compare_now(house, books, today)
    for day in sorted({*days, today, date(2020, 1, 1)}):
        seen += await compare_day(house, books, day)
        for campaign_id in writers.campaigns.ids:
            seen += await compare_campaign(house, campaigns, campaign_id, day)
    return seen


async def compare_now(house: House, books: Books, today: date) -> int:
    """Every figure of every project as it is told now."""
    year = date(today.year, 1, 1)
    given, of_year = books.figures(today), books.figures(today, since=year)
    spent, spent_of_year = books.spent(today), books.spent(today, since=year)
    seen = 0
    for number, base in books.bases.items():
        told = await house.tenant.crm.get(f"/crm/api/Project/{number}")
        minor = given.get((number, "USD"), (0, 0, 0))[0]
        assert _minor(told["currentBalance"]) == base + minor - spent[number], number
        assert _minor(told["lifeToDateExpenseTotal"]) == spent[number], number
        assert _minor(told["calendarYearToDateExpenseTotal"]) == spent_of_year[number], number
        by_currency = {each["currencyCode"]: each for each in told["givingByCurrency"]}
        for currency in ("USD", "EUR"):
            each = by_currency.get(currency)
            exact = given.get((number, currency), (0, 0, 0)), of_year.get((number, currency), (0, 0, 0))
            assert (_figures(each, "lifeToDate"), _figures(each, "calendarYearToDate")) == exact, (
                number,
                currency,
            )
            seen += 6
        seen += 3
    return seen


async def compare_day(house: House, books: Books, day: date) -> int:
    """Every balance as of the end of `day`."""
    given, spent, own = books.figures(day), books.spent(day), books.own(day, "USD")
    for number, base in books.bases.items():
        told = await house.tenant.crm.get(f"/crm/api/Project/{number}/Balance", asOf=str(day))
        minor, gifts, _ = given.get((number, "USD"), (0, 0, 0))
        exact = (base + minor - spent[number], minor, gifts, spent[number], own[number])
        assert (
            _minor(told["currentBalance"]),
            _minor(told["lifeToDateGiving"]),
            told["lifeToDateGiftCount"],
            _minor(told["lifeToDateExpenseTotal"]),
            _minor(told["ownLifeToDateGiving"]),
        ) == exact, (day, number)
    return 5 * len(books.bases)


async def compare_campaign(house: House, campaigns: CampaignBooks, campaign_id: int, day: date) -> int:
    """What came towards the goals of a campaign up to the end of `day`, through its projects and by its segments, by currency."""
    told = await house.tenant.crm.get(f"{STAFF}/{campaign_id}/Progress", asOf=str(day))
    exact = campaigns.figures(campaign_id, day)
    by_segments = campaigns.figures(campaign_id, day, by_segment=True)
    assert told["computedPercent"] is None
    minor = exact.get("USD", (0, 0, 0))[0]
    gifts, givers = (sum(figures[place] for figures in exact.values()) for place in (1, 2))
    percents = (int(minor / 1_000), gifts, givers * 10)  # goals: 1,000 in money, 100 gifts, 10 givers
    assert (_minor(told["given"]), told["gifts"], told["newGivers"]) == (minor, gifts, givers), (
        campaign_id,
        day,
    )
    assert tuple(told[f"{goal}Percent"] for goal in ("giving", "totalGift", "newGiver")) == percents
    for name, figures in (("byCurrency", exact), ("bySegments", by_segments)):
        found = {each["currencyCode"]: (_minor(each["amount"]), each["gifts"]) for each in told[name]}
        assert found == {currency: each[:2] for currency, each in figures.items()}, (campaign_id, day, name)
    return 6 + 2 * (len(exact) + len(by_segments))


async def promises_agree(house: House, rows: OwnRows, writers: Writers) -> int:
    """How many figures of pledges, schedules and what pays them were compared with what the gifts pay; none differs."""
    promises, pays = writers.promises, await links_of(rows)
    links = await rows.fetch("SELECT * FROM crm.applied_gift WHERE organization_id = $1")
    assert {link["id"]: link["counted_minor"] for link in links} == pays
    await pledges_agree(house, promises.pledges, links, pays)
    await schedules_agree(house, rows, promises.schedules, pays, START.date())
    payments = await rows.fetch("SELECT count(*) AS n FROM crm.pledge_payment WHERE organization_id = $1")
    return len(links) + 2 * payments[0]["n"] + 4 * len(promises.pledges) + 3 * len(promises.schedules)


def _figures(told: Any, start: str) -> tuple[int, int, int]:
    if told is None:
        return 0, 0, 0
    return _minor(told[f"{start}Giving"]), told[f"{start}GiftCount"], told[f"{start}GiversCount"]


def _minor(amount: float) -> int:
    return round(amount * 100)

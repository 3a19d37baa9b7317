"""Balances as of a day: gifts up to it, in the tree as it was at its end, whatever moved since."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from almoner.crm.contract import ReverseGift
from almoner.kernel.clock import ManualClock
from tests.api.crm.accepted import gift, key, problem, project, taken, told
from tests.support.house import House, open_house

pytestmark = pytest.mark.anyio

FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def as_of(house: House, made: Any, day: date | str) -> tuple[float, float, int]:
    """The current balance, sum and gifts of a project at the end of a day."""
    answer = await house.tenant.crm.get(f"/crm/api/Project/{made['id']}/Balance", asOf=str(day))
    return answer["currentBalance"], answer["lifeToDateGiving"], answer["lifeToDateGiftCount"]


async def move(house: House, made: Any, parent: Any) -> None:
    """The project under another parent."""
    body = [{"id": made["id"], "parentId": parent and parent["id"]}]
    answer = await house.tenant.crm.call("PATCH", "/crm/api/Project", json=body)
    assert answer.status_code == 200, answer.text


async def test_gifts_count_from_their_day_on(house: House) -> None:
    water = await project(house.tenant, "Water", beginningBalance=10, currentBalance=12)
    await project(house.tenant, "Wells", parentId=water["id"])
    await taken(
        house,
        gift("1", ("WELLS", 300), ("WATER", 100), day=date(2024, 1, 2)),
        gift("2", ("WELLS", 50), day=date(2024, 3, 1)),
        gift("3", ("WELLS", 1), day=date(2024, 1, 1), currency="EUR"),
    )
    await told(house, ReverseGift(key=key("r1"), of=key("1"), version=1, on=date(2024, 2, 1), minor=200))
    days = ("2024-01-01", "2024-01-02", "2024-02-01", "2024-03-01", "9999-12-31")
    assert [await as_of(house, water, day) for day in days] == [
        (12, 0, 0),
        (16, 4, 1),
        (14, 2, 1),
        (14.5, 2.5, 2),
        (14.5, 2.5, 2),
    ]
    now = await house.tenant.crm.get(f"/crm/api/Project/{water['id']}/Balance")
    assert now["currentBalance"] == 14.5


async def test_a_day_keeps_its_tree(dsn: str) -> None:
    clock = ManualClock(FIRST)
    async with open_house(dsn, clock=clock) as house:
        water, health = await project(house.tenant, "Water"), await project(house.tenant, "Health")
        africa = await project(house.tenant, "Africa", parentId=water["id"])
        wells = await project(house.tenant, "Wells", parentId=africa["id"])
        await taken(house, gift("1", ("WELLS", 700), day=date(2024, 1, 2)))
        for parent in (None, health):  # both on one day: it is told by its end
            clock.advance(timedelta(minutes=1))
            await move(house, africa, parent)
        moved = clock.now().date()
        clock.advance(timedelta(days=10))
        await move(house, wells, water)
        again = clock.now().date()
        before = moved - timedelta(days=1)
        seen = {
            one["name"]: [(await as_of(house, one, day))[1] for day in (before, moved, again)]
            for one in (water, africa, wells, health)
        }
        assert seen == {"Water": [7, 0, 7], "Africa": [7, 7, 0], "Wells": [7, 7, 7], "Health": [0, 7, 0]}
        for one in (water, africa, wells, health):
            present = await house.tenant.crm.get(f"/crm/api/Project/{one['id']}")
            assert present["lifeToDateGiving"] == seen[one["name"]][-1]


@pytest.mark.parametrize("seed", range(4))
async def test_each_day_is_told_as_it_was_then(dsn: str, seed: int) -> None:
    """Against a plain memory of the tree of each day and of all gifts."""
    choose, clock = random.Random(seed), ManualClock(FIRST)
    parents: dict[int, int | None] = {}
    history: dict[date, dict[int, int | None]] = {}
    given: list[tuple[date, dict[int, int]]] = []
    async with open_house(dsn, clock=clock) as house:
        made = [await project(house.tenant, f"P{n}") for n in range(6)]
        parents |= {one["id"]: None for one in made}
        history[FIRST.date()] = dict(parents)
        for step in range(30):
            clock.advance(timedelta(hours=choose.choice((1, 30))))
            today = clock.now().date()
            if step % 2:
                moved, parent = choose.choice(made), choose.choice((None, *made))
                body = [{"id": moved["id"], "parentId": parent and parent["id"]}]
                answer = await house.tenant.crm.call("PATCH", "/crm/api/Project", json=body)
                if answer.status_code == 200:
                    parents[moved["id"]] = parent and parent["id"]
            else:
                parts = {one["id"]: choose.randint(1, 99) for one in choose.sample(made, 2)}
                day = today - timedelta(days=choose.randint(0, 9))
                codes = [(one["projectCode"], parts[one["id"]]) for one in made if one["id"] in parts]
                await taken(house, gift(f"{step}", *codes, day=day))
                given.append((day, parts))
            history[today] = dict(parents)
        for one in made:
            for days in range(0, 40, 3):
                day = FIRST.date() + timedelta(days=days - 5)
                tree = history[max((each for each in history if each <= day), default=FIRST.date())]
                amounts = [
                    sum(minor for number, minor in parts.items() if _is_below(number, one["id"], tree))
                    for on, parts in given
                    if on <= day
                ]
                told_sum, told_count = (await as_of(house, one, day))[1:]
                assert (round(told_sum * 100), told_count) == (sum(amounts), sum(map(bool, amounts)))


def _is_below(number: int | None, above: int, tree: dict[int, int | None]) -> bool:
    while number is not None and number != above:
        number = tree[number]
    return number == above


async def test_a_day_is_a_day_and_a_project_is_there(house: House) -> None:
    made = await project(house.tenant, "Water")
    path = f"Project/{made['id']}/Balance?asOf=soon"
    assert await problem(house.tenant, "GET", path) == (422, "VALIDATION_FAILED", ["asOf"])
    assert (await problem(house.tenant, "GET", "Project/999/Balance?asOf=2024-01-01"))[0] == 404

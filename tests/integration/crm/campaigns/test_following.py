"""Gifts that follow a project into a campaign and out of it after the answer: in portions, beside those who give, whatever stops them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import asyncpg
import pytest

from almoner.crm.campaigns.following import PORTION, CampaignFollower, follow
from almoner.crm.contract import ReverseGift
from tests.api.crm.accepted import gift, key, person, project, taken, told
from tests.api.crm.campaigns.sample import STAFF
from tests.integration.crm.campaigns.test_progress import came, campaign, progress, put_in
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

MANY = 2 * PORTION + 100
DAY = date(2023, 12, 7)
LATER = date(2024, 2, 1)


_look = CampaignFollower.look


async def _looks_away(_follower: CampaignFollower) -> int:
    return 0


@pytest.fixture(autouse=True)
def _only_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The house's own follower looks away."""
    monkeypatch.setattr(CampaignFollower, "look", _looks_away)


@pytest.fixture(autouse=True)
async def _exact_at_the_end(house: House, _only_by_hand: None) -> AsyncIterator[None]:
    """Whatever a test did, nothing is on its way when all has followed, and a recomputation finds no difference."""
    yield
    await all_follow(house)
    assert await pending(house) == []
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def all_follow(house: House) -> int:
    """Let everything follow; in how many portions."""
    return await _look(CampaignFollower(house.app.stations[0].server))


async def pending(house: House) -> list[Any]:
    """What is to follow."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        asked = "SELECT * FROM crm.campaign_pending WHERE organization_id = $1"
        return list(await tx.conn.fetch(asked, house.tenant.id))


async def many_gifts(house: House, code: str, number: int = MANY) -> None:
    """So many gifts of a cent of one contact to a project."""
    for first in range(0, number, 200):
        await taken(
            house, *(gift(f"{code} {n}", (code, 1), day=DAY) for n in range(first, min(first + 200, number)))
        )


@pytest.fixture
async def wells(house: House) -> Any:
    """A project with more gifts than follow at once."""
    made = await project(house.tenant, "Wells")
    await many_gifts(house, "WELLS")
    return made


async def test_many_gifts_follow_after_the_answer_and_figures_say_so(house: House, wells: Any) -> None:
    of = await campaign(house, wells)
    found = await progress(house, of)
    assert 0 < found["gifts"] < MANY and 0 < found["computedPercent"] < 100
    assert await wrong_figures(house.app.db, house.tenant.id) == []
    await all_follow(house)
    assert (await progress(house, of))["computedPercent"] is None
    assert await came(house, of) == (MANY / 100, MANY, 1)


async def test_few_gifts_follow_at_once_whatever_else_is_to_follow(house: House, wells: Any) -> None:
    await campaign(house, wells)
    small = await project(house.tenant, "Small")
    await taken(house, gift("s", ("SMALL", 100), day=DAY))
    of = await campaign(house, small)
    assert (await progress(house, of))["computedPercent"] is None
    assert await came(house, of) == (1, 1, 0)


async def test_what_is_stopped_in_the_middle_goes_on_where_it_was(house: House, wells: Any) -> None:
    of = await campaign(house, wells)
    before = await came(house, of)
    with pytest.raises(ZeroDivisionError):
        await _follow_and_die(house)
    assert await came(house, of) == before
    async with house.app.db.tenant(house.tenant.id) as tx:
        await follow(tx)
    assert before[1] < (await came(house, of))[1] < MANY
    await all_follow(house)
    assert await came(house, of) == (MANY / 100, MANY, 1)


async def test_gifts_that_are_written_meanwhile_count_once(house: House, wells: Any) -> None:
    await project(house.tenant, "Elsewhere")
    of = await campaign(house, wells)
    last = f"WELLS {MANY - 1}"
    await taken(house, gift("new", ("WELLS", 100), day=DAY), gift(last, ("WELLS", 200), day=DAY, version=2))
    await taken(house, gift("WELLS 0", ("ELSEWHERE", 1), day=DAY, version=2))
    await told(house, ReverseGift(key=key("r"), version=1, of=key(last), on=LATER, minor=50))
    await all_follow(house)
    # The contact's first gift of all, by day and id, is the one that went elsewhere.
    assert await came(house, of, "2024-01-31") == ((MANY - 2 + 100 + 200) / 100, MANY, 0)
    assert await came(house, of) == ((MANY - 2 + 100 + 200 - 50) / 100, MANY, 0)


async def test_gifts_leave_with_the_last_project_though_they_change_meanwhile(
    house: House, wells: Any
) -> None:
    await project(house.tenant, "Elsewhere")
    of = await campaign(house, wells)
    await all_follow(house)
    (entry,) = (await house.tenant.crm.get(f"{STAFF}/{of}/Project"))["list"]
    await house.tenant.crm.call("DELETE", f"{STAFF}/{of}/Project/{entry['id']}")
    assert (await came(house, of))[1] > 0
    changed = [gift(f"WELLS {MANY - n}", ("ELSEWHERE", 5), day=DAY, version=2) for n in range(1, 50)]
    await taken(house, *changed)
    await all_follow(house)
    assert await came(house, of) == (0, 0, 0)


async def test_a_change_that_is_taken_back_meanwhile_leaves_what_was(house: House, wells: Any) -> None:
    of = await campaign(house, wells)
    (entry,) = (await house.tenant.crm.get(f"{STAFF}/{of}/Project"))["list"]
    await house.tenant.crm.put(f"{STAFF}/{of}/Project/{entry['id']}", {"fromDate": str(LATER)})
    await put_in(house, of, wells, untilDate="2023-12-07")
    await all_follow(house)
    assert await came(house, of) == (MANY / 100, MANY, 1)


async def test_a_move_looks_at_gifts_from_its_day_on_alone(house: House, wells: Any) -> None:
    above = await project(house.tenant, "Above")
    of = await campaign(house, above)
    patch = [{"id": wells["id"], "parentId": above["id"]}]
    assert (await house.tenant.crm.call("PATCH", "/crm/api/Project", json=patch)).status_code == 200
    today = house.app.clock.now().date()
    assert [each["from_on"] for each in await pending(house)] in ([], [today])
    await taken(house, gift("today", ("WELLS", 300), day=today))
    await all_follow(house)
    assert await came(house, of) == (3, 1, 0)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(3))
async def test_figures_are_exact_whoever_writes_while_gifts_follow(
    house: House, wells: Any, seed: int
) -> None:
    choose = random.Random(seed)
    await project(house.tenant, "Elsewhere")
    of = await campaign(house)
    stop = asyncio.Event()

    async def looks() -> None:
        while not stop.is_set():
            await all_follow(house)
            await asyncio.sleep(0.01)

    async def gives(n: int) -> None:
        for step in range(15):
            number = choose.choice((choose.randrange(MANY), f"new {n} {step}"))
            code = choose.choice(("WELLS", "WELLS", "ELSEWHERE"))
            one = gift(f"WELLS {number}", (code, choose.randint(1, 99)), version=2 + 10 * step + n, day=DAY)
            giver = choose.choice(
                (
                    person(),
                    person(f"g{n}", name=f"G {n}", first_name="G", last_name=str(n), email=f"g{n}@x.org"),
                )
            )
            await _until_taken(house, one, giver)

    async def puts_in_and_out() -> None:
        for _ in range(6):
            entries = (await house.tenant.crm.get(f"{STAFF}/{of}/Project"))["list"]
            if entries:
                path = f"{STAFF}/{of}/Project/{entries[0]['id']}"
                await house.tenant.crm.call("DELETE", path)
            else:
                await put_in(house, of, wells)

    watching = [asyncio.create_task(looks()) for _ in range(2)]
    try:
        await asyncio.gather(puts_in_and_out(), *(gives(n) for n in range(4)))
    finally:
        stop.set()
        await asyncio.gather(*watching)


async def _follow_and_die(house: House) -> None:
    async with house.app.db.tenant(house.tenant.id) as tx:
        await follow(tx)
        raise ZeroDivisionError


async def _until_taken(house: House, one: Any, giver: Any) -> None:
    """As the sync does: what lost to somebody else comes again."""
    for _attempt in range(50):
        try:
            await taken(house, one, contact=giver)
        except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
            continue
        return
    raise AssertionError("gifts are refused again and again")

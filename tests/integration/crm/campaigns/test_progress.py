"""What comes towards a campaign's goals: through its projects on their days, by gifts that come, change and are taken back, whoever writes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from almoner.crm.contract import Change, MergeContacts, ReverseGift
from tests.api.crm.accepted import gift, key, person, problem, project, taken, told
from tests.api.crm.campaigns.sample import STAFF
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

DAY = date(2023, 12, 7)
WRITERS = 8
STEPS = 12
PROJECTS = 5
GIVERS = 4


@pytest.fixture(autouse=True)
async def _exact_at_the_end(house: House) -> AsyncIterator[None]:
    """Whatever a test did, a recomputation finds no difference after it."""
    yield
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def campaign(house: House, *projects: Any, **days: str) -> int:
    """A campaign with these projects in it, for some days or always."""
    made = await house.tenant.crm.post(
        STAFF, {"name": "Wells", "givingGoal": 10, "newGiverGoal": 2, "totalGiftGoal": 4}
    )
    for one in projects:
        await put_in(house, made["campaignId"], one, **days)
    return int(made["campaignId"])


async def put_in(house: House, campaign_id: int, one: Any, **days: str) -> Any:
    """A project in a campaign."""
    return await house.tenant.crm.post(f"{STAFF}/{campaign_id}/Project", {"projectId": one["id"], **days})


async def progress(house: House, campaign_id: int, day: str | None = None) -> Any:
    """How far it has come."""
    asked = {} if day is None else {"asOf": day}
    return await house.tenant.crm.get(f"{STAFF}/{campaign_id}/Progress", **asked)


async def came(house: House, campaign_id: int, day: str | None = None) -> tuple[float, int, int]:
    """What came, by how many gifts and new givers."""
    found = await progress(house, campaign_id, day)
    return found["given"], found["gifts"], found["newGivers"]


async def test_a_gift_to_two_projects_of_a_campaign_is_one_gift_of_the_designated_part(house: House) -> None:
    a, b = await project(house.tenant, "A"), await project(house.tenant, "B")
    await project(house.tenant, "Elsewhere")
    of = await campaign(house, a, b)
    await taken(house, gift("1", ("A", 100), ("B", 150), ("ELSEWHERE", 1000)))
    found = await progress(house, of)
    assert (found["given"], found["gifts"], found["newGivers"]) == (2.5, 1, 1)
    percents = [found[f"{goal}Percent"] for goal in ("giving", "totalGift", "newGiver")]
    assert percents == [25, 25, 50]


async def test_sums_are_told_by_currency_and_the_goal_is_of_the_base_currency(house: House) -> None:
    of = await campaign(house, await project(house.tenant, "A"))
    await taken(house, gift("1", ("A", 100)), gift("2", ("A", 700), currency="EUR"))
    found = await progress(house, of)
    assert (found["given"], found["gifts"]) == (1, 2)
    assert [(one["currencyCode"], one["amount"], one["gifts"]) for one in found["byCurrency"]] == [
        ("EUR", 7, 1),
        ("USD", 1, 1),
    ]


async def test_only_gifts_of_the_days_of_its_projects_are_part_of_it(house: House) -> None:
    one = await project(house.tenant, "A")
    of = await campaign(house, one, fromDate="2023-12-07", untilDate="2023-12-09")
    days = [date(2023, 12, day) for day in (6, 7, 9, 10)]
    await taken(house, *(gift(str(n), ("A", 100), day=day) for n, day in enumerate(days)))
    assert await came(house, of) == (2, 2, 0)  # the giver's first gift of all lies before it
    entry = (await house.tenant.crm.get(f"{STAFF}/{of}/Project"))["list"][0]
    days_ = {"fromDate": "2023-12-01", "untilDate": "2023-12-10"}
    await house.tenant.crm.put(f"{STAFF}/{of}/Project/{entry['id']}", days_)
    assert await came(house, of) == (4, 4, 1)
    answer = await house.tenant.crm.call("DELETE", f"{STAFF}/{of}/Project/{entry['id']}")
    assert answer.status_code < 300
    assert await came(house, of) == (0, 0, 0)


async def test_gifts_that_are_here_come_along_with_a_project_that_is_put_in_later(house: House) -> None:
    one = await project(house.tenant, "A")
    await taken(house, gift("1", ("A", 100)))
    of = await campaign(house, one)
    assert await came(house, of) == (1, 1, 1)


async def test_a_project_is_in_a_campaign_once_on_a_day(house: House) -> None:
    one = await project(house.tenant, "A")
    of = await campaign(house, one, fromDate="2023-12-07", untilDate="2023-12-09")
    again = {"projectCode": "a", "fromDate": "2023-12-09"}
    refused = await problem(house.tenant, "POST", f"Staff/Campaign/{of}/Project", json=again)
    assert refused[:2] == (409, "CONFLICT")
    await put_in(house, of, one, fromDate="2023-12-10")
    assert (await house.tenant.crm.get(f"{STAFF}/{of}/Project"))["total"] == 2


async def test_progress_is_told_as_of_any_day(house: House) -> None:
    of = await campaign(house, await project(house.tenant, "A"))
    await taken(
        house,
        gift("1", ("A", 100)),
        gift("2", ("A", 200), day=date(2024, 1, 2)),
        gift("3", ("A", 400), day=DAY),
    )
    assert await came(house, of, "2023-12-06") == (0, 0, 0)
    assert await came(house, of, "2023-12-07") == (5, 2, 1)
    assert await came(house, of, "2024-01-02") == (7, 3, 1)


async def test_what_is_taken_back_is_taken_off_where_the_gift_was_from_that_day_on(house: House) -> None:
    one = await project(house.tenant, "A")
    of = await campaign(house, one, fromDate="2023-12-01", untilDate="2023-12-31")
    await taken(house, gift("1", ("A", 500)))
    back = ReverseGift(key=key("r1"), version=1, of=key("1"), on=date(2024, 2, 1), minor=200)
    await told(house, back)
    assert await came(house, of, "2024-01-31") == (5, 1, 1)
    assert await came(house, of, "2024-02-01") == (3, 1, 1)


async def test_what_is_taken_back_of_a_segment_is_taken_off_though_no_project_is_in_a_campaign(
    house: House,
) -> None:
    of = await campaign(house)
    mail = await house.tenant.crm.post("/crm/api/Communication", {"name": "Mail", "campaignId": of})
    said = {"name": "S", "code": "S", "communicationId": mail["communicationId"]}
    await house.tenant.crm.post("/crm/api/Segment", said)
    await taken(house, gift("1", ("GENERAL", 500), segment_code="S"))
    await told(house, ReverseGift(key=key("r1"), version=1, of=key("1"), on=date(2024, 2, 1), minor=200))
    assert [(one["amount"], one["gifts"]) for one in (await progress(house, of))["bySegments"]] == [(3, 1)]


async def test_what_was_taken_back_follows_a_gift_that_comes_to_another_day(house: House) -> None:
    one = await project(house.tenant, "A")
    of = await campaign(house, one, fromDate="2023-12-01", untilDate="2023-12-31")
    await taken(house, gift("1", ("A", 500)))
    await told(house, ReverseGift(key=key("r1"), version=1, of=key("1"), on=date(2024, 2, 1), minor=200))
    await taken(house, gift("1", ("A", 500), day=date(2023, 11, 1), version=2))
    assert await came(house, of) == (0, 0, 0)
    await taken(house, gift("1", ("A", 500), day=date(2023, 12, 1), version=3))
    assert await came(house, of) == (3, 1, 1)


async def test_a_giver_is_new_where_the_first_gift_of_all_is(house: House) -> None:
    a, b = await project(house.tenant, "A"), await project(house.tenant, "B")
    in_a, in_b = await campaign(house, a), await campaign(house, b)
    await taken(house, gift("1", ("A", 100)))
    await taken(house, gift("2", ("B", 100), day=DAY + timedelta(days=1)))
    assert (await came(house, in_a), await came(house, in_b)) == ((1, 1, 1), (1, 1, 0))
    await taken(house, gift("3", ("B", 100), day=DAY - timedelta(days=1)))
    assert (await came(house, in_a), await came(house, in_b)) == ((1, 1, 0), (2, 2, 1))
    await taken(house, gift("3", ("B", 100), day=DAY + timedelta(days=9), version=2))
    assert (await came(house, in_a), await came(house, in_b)) == ((1, 1, 1), (2, 2, 0))


async def test_of_contacts_that_become_one_the_first_gift_of_both_counts(house: House) -> None:
    of = await campaign(house, await project(house.tenant, "A"))
    await taken(house, gift("1", ("A", 100)))
    await taken(
        house,
        gift("2", ("A", 100), day=date(2023, 1, 1)),
        contact=person("b", name="B", first_name="B", email="b@x.org", phone="555-0199"),
    )
    assert await came(house, of) == (2, 2, 2)
    await told(house, MergeContacts(key=key("b"), into=key("a1"), version=2))
    assert await came(house, of) == (2, 2, 1)


async def test_the_sub_projects_of_a_project_are_in_its_campaigns_while_they_are_below_it(
    house: House,
) -> None:
    water, health = await project(house.tenant, "Water"), await project(house.tenant, "Health")
    wells = await project(house.tenant, "Wells", parentId=water["id"])
    of, other = await campaign(house, water), await campaign(house, health)
    late = await project(house.tenant, "Late", parentId=wells["id"])
    await taken(house, gift("1", ("WELLS", 100), ("LATE", 50)))
    assert (await came(house, of), await came(house, other)) == ((1.5, 1, 1), (0, 0, 0))
    patch = [{"id": wells["id"], "parentId": health["id"]}]
    assert (await house.tenant.crm.call("PATCH", "/crm/api/Project", json=patch)).status_code == 200
    assert (await came(house, of), await came(house, other)) == ((1.5, 1, 1), (0, 0, 0))
    today = house.app.clock.now().date()
    await taken(house, gift("2", ("LATE", 300), day=today))
    assert (await came(house, of), await came(house, other)) == ((1.5, 1, 1), (3, 1, 0))
    assert late["parentId"] == wells["id"]


async def test_a_project_and_its_sub_project_in_one_campaign_count_a_gift_once(house: House) -> None:
    water = await project(house.tenant, "Water")
    wells = await project(house.tenant, "Wells", parentId=water["id"])
    of = await campaign(house, water, wells)
    await taken(house, gift("1", ("WELLS", 100), ("WATER", 50)))
    assert await came(house, of) == (1.5, 1, 1)


async def test_another_organization_sees_and_writes_nothing_of_it(house: House) -> None:
    of = await campaign(house, await project(house.tenant, "A"))
    stranger = await house.another_tenant()
    for method, path, body in (
        ("GET", f"Staff/Campaign/{of}/Progress", None),
        ("POST", f"Staff/Campaign/{of}/Project", {"projectCode": "GENERAL"}),
    ):
        answer = await stranger.crm.call(method, f"/crm/api/{path}", json=body)
        assert answer.status_code == 404, f"{method} {path}"


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(4))
async def test_figures_are_exact_whoever_writes_at_the_same_moment(house: House, seed: int) -> None:
    choose = random.Random(seed)
    made = [await project(house.tenant, f"P{n}") for n in range(PROJECTS)]
    campaigns = [await campaign(house, made[0]), await campaign(house)]
    for number, of in enumerate(campaigns):
        mail = await house.tenant.crm.post("/crm/api/Communication", {"name": "Mail", "campaignId": of})
        said = {"name": "S", "code": f"S{number}", "communicationId": mail["communicationId"]}
        await house.tenant.crm.post("/crm/api/Segment", said)
    await asyncio.gather(
        *(_writer(house, random.Random(choose.random()), n, made, campaigns) for n in range(WRITERS))
    )


async def _writer(
    house: House, choose: random.Random, writer: int, made: list[Any], campaigns: list[int]
) -> None:
    for step in range(STEPS):
        act = choose.choice((_give, _give, _give, _take_back, _move, _put_in_or_out, _rename_segment, _merge))
        await act(house, choose, f"{writer}.{step}", made, campaigns)


def _giver(n: int) -> Any:
    return person(f"g{n}", name=f"G {n}", first_name="G", last_name=str(n), email=f"g{n}@x.org")


async def _give(
    house: House, choose: random.Random, word: str, made: list[Any], campaigns: list[int]
) -> None:
    """Gifts of some givers, new or in another version, on other days, of other projects and segments."""
    givers = [_giver(choose.randrange(GIVERS)) for _ in range(choose.randint(1, 3))]
    gifts = [
        gift(
            choose.choice((f"{word}.{n}", "one", "two")),
            *(
                (one["projectCode"], choose.randint(1, 999))
                for one in choose.sample(made, choose.randint(1, 3))
            ),
            day=DAY + timedelta(days=choose.randint(-3, 3)),
            currency=choose.choice(("USD", "USD", "EUR")),
            segment_code=choose.choice((None, "s0", "S1", "nobody's", "new")),
            version=choose.randint(1, 9),
            giver=giver.key,
        )
        for n, giver in enumerate(givers)
    ]
    await _until_taken(house, *givers, *gifts)


async def _take_back(
    house: House, choose: random.Random, word: str, made: list[Any], campaigns: list[int]
) -> None:
    of = key(choose.choice(("one", "two", "0.0.0", "1.0.0")))
    day = DAY + timedelta(days=choose.randint(3, 30))
    await _until_taken(house, ReverseGift(key=key(f"r {word}"), version=1, of=of, on=day, minor=1))


async def _merge(
    house: House, choose: random.Random, word: str, made: list[Any], campaigns: list[int]
) -> None:
    one, other = choose.sample(range(GIVERS), 2)
    await _until_taken(
        house, MergeContacts(key=key(f"g{one}"), into=key(f"g{other}"), version=choose.randint(1, 9))
    )


async def _move(
    house: House, choose: random.Random, word: str, made: list[Any], campaigns: list[int]
) -> None:
    parent = choose.choice((None, *(one["id"] for one in made)))
    await _asked(house, "PATCH", "Project", [{"id": choose.choice(made)["id"], "parentId": parent}])


async def _put_in_or_out(
    house: House, choose: random.Random, word: str, made: list[Any], campaigns: list[int]
) -> None:
    of = choose.choice(campaigns)
    entries = (await house.tenant.crm.get(f"{STAFF}/{of}/Project"))["list"]
    first = DAY + timedelta(days=choose.randint(-3, 0))
    days = {"fromDate": str(first), "untilDate": str(first + timedelta(days=choose.randint(0, 5)))}
    if entries and choose.random() < 0.6:
        path = f"Staff/Campaign/{of}/Project/{choose.choice(entries)['id']}"
        method = choose.choice(("DELETE", "PUT"))
        await _asked(house, method, path, days if method == "PUT" else None)
        return
    await _asked(
        house, "POST", f"Staff/Campaign/{of}/Project", {"projectId": choose.choice(made)["id"], **days}
    )


async def _rename_segment(
    house: House, choose: random.Random, word: str, made: list[Any], campaigns: list[int]
) -> None:
    found = (await house.tenant.crm.post("/crm/api/Segment/Search", {"search": ""}))["list"]
    body = {"name": word, "code": choose.choice(("S0", "S1", "NEW"))}
    await _asked(house, "PUT", f"Segment/{choose.choice(found)['id']}", body)


async def _until_taken(house: House, *changes: Change) -> None:
    """As the sync does: what lost to somebody else comes again. What is refused is refused alone."""
    for _attempt in range(50):
        try:
            await told(house, *changes)
        except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
            continue
        return
    raise AssertionError("gifts are refused again and again")


async def _asked(house: House, method: str, path: str, body: Any) -> httpx.Response:
    answer = await house.tenant.crm.call(method, f"/crm/api/{path}", json=body)
    assert answer.status_code in {200, 204, 404, 409, 422, 503}, f"{method} {path} {body}: {answer.text}"
    return answer

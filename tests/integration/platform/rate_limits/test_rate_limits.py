"""Requests of one organization counted by several processes: never more than the limit, and figures that are near the truth."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from almoner.kernel.clock import ManualClock
from almoner.kernel.errors import Unavailable
from almoner.platform.database import Database, open_database
from almoner.platform.database.trouble import AWAY
from almoner.platform.organizations.service import new_organization
from almoner.platform.rate_limits.service import RateLimiter, near_limit, own_limit, set_limit

pytestmark = pytest.mark.anyio

START = datetime(2026, 3, 1, 10, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def second(dsn: str) -> AsyncIterator[Database]:
    """The connections of another process."""
    database = await open_database(dsn, pool_size=4)
    yield database
    await database.close()


@pytest.fixture
async def organization(db: Database) -> int:
    """An organization that has sent nothing yet."""
    async with new_organization(db, "Example House") as tx:
        return tx.organization_id


async def granted(limiter: RateLimiter, organization: int, times: int) -> int:
    """How many of so many requests pass."""
    return sum([(await limiter.take(organization)).is_granted for _ in range(times)])


async def test_two_processes_together_let_exactly_the_limit_pass(
    db: Database, second: Database, organization: int
) -> None:
    clock = ManualClock(START)
    processes = [RateLimiter(each, 500, clock) for each in (db, second)]
    passed = [await asyncio.gather(*(granted(one, organization, 40) for one in processes * 10))]
    assert sum(map(sum, passed)) == 500


async def test_the_last_requests_are_told_exactly(db: Database, second: Database, organization: int) -> None:
    clock = ManualClock(START)
    one, other = RateLimiter(db, 60, clock), RateLimiter(second, 60, clock)
    for _ in range(30):
        await one.take(organization)
        await other.take(organization)
    for limiter in (one, other):
        refused = await limiter.take(organization)
        assert (refused.is_granted, refused.remaining, refused.limit) == (False, 0, 60)


async def test_what_a_process_says_remains_is_wrong_by_what_others_took_since_it_asked(
    db: Database, second: Database, organization: int
) -> None:
    clock = ManualClock(START)
    one, other = RateLimiter(db, 5_000, clock), RateLimiter(second, 5_000, clock)
    told = [(await one.take(organization)).remaining]
    await granted(other, organization, 1_000)
    told += [(await one.take(organization)).remaining for _ in range(100)]
    assert told[0] == 4_999 and told[1] == 4_998
    assert 3_899 - 100 <= told[-1] <= 3_899  # it has asked anew; the other holds up to a hundred


async def test_a_new_hour_begins_with_the_whole_limit_and_says_when_it_ends(
    db: Database, organization: int
) -> None:
    clock = ManualClock(START)
    limiter = RateLimiter(db, 3, clock)
    assert await granted(limiter, organization, 5) == 3
    refused = await limiter.take(organization)
    assert (
        refused.resets_at == datetime(2026, 3, 1, 11, tzinfo=UTC).timestamp() and refused.seconds == 45 * 60
    )
    clock.advance(timedelta(minutes=45))
    assert await granted(limiter, organization, 5) == 3


async def test_what_was_held_of_an_hour_is_worth_nothing_in_the_next(db: Database, organization: int) -> None:
    clock = ManualClock(START)
    limiter = RateLimiter(db, 5_000, clock)
    await limiter.take(organization)
    clock.advance(HOUR)
    assert (await limiter.take(organization)).remaining == 4_999


async def test_a_clock_that_goes_back_a_little_stays_in_the_hour_that_has_begun(
    db: Database, second: Database, organization: int
) -> None:
    early, late = ManualClock(START), ManualClock(START + HOUR)
    ahead, behind = RateLimiter(db, 10, late), RateLimiter(second, 10, early)
    assert await granted(ahead, organization, 6) + await granted(behind, organization, 6) == 10


async def test_a_clock_that_was_days_ahead_is_believed_no_more(db: Database, organization: int) -> None:
    assert await granted(RateLimiter(db, 10, ManualClock(START + 50 * HOUR)), organization, 12) == 10
    assert await granted(RateLimiter(db, 10, ManualClock(START)), organization, 12) == 10


async def test_a_process_gives_back_what_it_does_not_use(
    db: Database, second: Database, organization: int
) -> None:
    clock = ManualClock(START)
    one, other = RateLimiter(db, 1_000, clock), RateLimiter(second, 1_000, clock)
    await one.take(organization)
    await one.give_back()
    async with db.tenant(organization) as tx:
        assert await own_limit(tx, clock.now()) == (None, 1)
        assert await own_limit(tx, clock.now() + HOUR) == (None, 0)
    assert await granted(other, organization, 1_100) == 999


async def test_what_is_given_back_while_requests_come_is_used_once(
    db: Database, second: Database, organization: int
) -> None:
    clock = ManualClock(START)
    processes = [RateLimiter(each, 400, clock) for each in (db, second)]

    async def give_back(limiter: RateLimiter) -> int:
        for _ in range(40):
            await limiter.give_back()
            await asyncio.sleep(0)
        return 0

    work = [granted(one, organization, 60) for one in processes * 5] + [give_back(one) for one in processes]
    assert sum(await asyncio.gather(*work)) == 400


async def test_a_process_that_dies_takes_its_portion_with_it_and_no_more_passes(
    db: Database, second: Database, organization: int
) -> None:
    clock = ManualClock(START)
    await RateLimiter(db, 1_000, clock).take(organization)
    assert await granted(RateLimiter(second, 1_000, clock), organization, 1_100) == 980


async def test_it_goes_on_after_a_restart(db: Database, organization: int) -> None:
    clock = ManualClock(START)
    before = RateLimiter(db, 100, clock)
    assert await granted(before, organization, 70) == 70
    await before.stop(5)
    assert await granted(RateLimiter(db, 100, clock), organization, 70) == 30


async def test_an_organization_may_have_a_limit_of_its_own(db: Database, organization: int) -> None:
    clock = ManualClock(START)
    async with db.tenant(organization) as tx:
        await set_limit(tx, 7)
    assert await granted(RateLimiter(db, 5_000, clock), organization, 20) == 7
    async with db.tenant(organization) as tx:
        await set_limit(tx, None)
    assert await granted(RateLimiter(db, 9, clock), organization, 20) == 2


async def test_the_limit_of_one_is_not_anothers(db: Database, organization: int) -> None:
    async with new_organization(db, "Another") as tx:
        another = tx.organization_id
    limiter = RateLimiter(db, 5, ManualClock(START))
    assert await granted(limiter, organization, 9) == 5 and await granted(limiter, another, 9) == 5


async def test_by_the_databases_clock_it_counts_too_and_who_is_near_is_told(
    db: Database, organization: int
) -> None:
    limiter = RateLimiter(db, 10)
    assert await granted(limiter, organization, 20) >= 10  # more only where the hour ends in between
    (near,) = await near_limit(db.first, 10, datetime.now(UTC))
    assert (near.organization_id, near.per_hour) == (organization, 10) and near.leased >= 8
    assert not await near_limit(db.first, 1_000, datetime.now(UTC))


async def test_with_the_database_away_what_a_process_holds_passes_and_no_more(
    db: Database, second: Database, organization: int
) -> None:
    limiter = RateLimiter(second, 500, ManualClock(START))
    await limiter.take(organization)
    second.drop()
    assert await granted(limiter, organization, 9) == 9
    with pytest.raises(AWAY):
        await limiter.take(organization)
    assert await granted(RateLimiter(db, 500, ManualClock(START)), organization, 600) == 490


class Stuck:
    """A database that does not answer, until it is given up."""

    def __init__(self) -> None:
        self.asked, self.given_up = 0, asyncio.Event()

    @asynccontextmanager
    async def tenant(self, organization_id: int) -> AsyncIterator[None]:
        """Wait in vain."""
        self.asked += 1
        await self.given_up.wait()
        raise TimeoutError
        yield


async def test_all_who_wait_for_a_database_that_hangs_are_refused_at_once() -> None:
    stuck = Stuck()
    limiter = RateLimiter(cast("Database", stuck), 100, ManualClock(START))
    waiting = [asyncio.create_task(limiter.take(1)) for _ in range(12)]
    await asyncio.sleep(0)
    stuck.given_up.set()
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in told] == [TimeoutError, *[Unavailable] * 11]
    with pytest.raises(Unavailable):
        await limiter.take(1)
    assert stuck.asked == 1


async def test_what_needs_no_database_takes_of_what_is_in_hand_and_waits_for_nothing(
    db: Database, organization: int
) -> None:
    limiter = RateLimiter(db, 1_000, ManualClock(START))
    assert limiter.take_in_hand(organization) is None
    await limiter.take(organization)
    stuck = Stuck()
    limiter._db = cast("Database", stuck)
    told = [limiter.take_in_hand(organization) for _ in range(22)]
    passed = [each for each in told if each is not None and each.is_granted]
    assert len(passed) == 19 and passed[-1].remaining == 980  # the portion was 20
    assert stuck.asked == 0

"""Work that may wait makes room."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.platform.pace import REST_SECONDS_MAX, SHARE_MIN, Load, Pace, is_rested, share

pytestmark = pytest.mark.anyio


class World:
    """A clock that goes on by work and by sleep alone, and who is served meanwhile."""

    def __init__(self) -> None:
        self.now = 100.0
        self.load = Load(lambda: self.now)
        self.pace = Pace(self.load, lambda: self.now, self.sleep)
        self.slept = 0.0
        self.at: Callable[[], None] = lambda: None

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds
        self.at()

    async def piece(self, seconds: float, done: int | None = 1) -> int | None:
        self.now += seconds
        return done


async def worked(world: World, seconds: float, done: int | None = 1) -> int | None:
    return await world.pace.do(lambda: world.piece(seconds, done))


async def test_it_goes_on_at_once_while_nobody_is_served() -> None:
    world = World()
    assert await worked(world, 0.3, 7) == 7
    assert world.slept == 0


async def test_it_takes_the_least_share_while_somebody_is_served_all_the_time() -> None:
    world = World()
    with world.load.serving():
        await worked(world, 0.01)
    assert world.slept == pytest.approx(0.01 / SHARE_MIN, rel=0.15)


async def test_it_goes_on_however_long_somebody_is_served() -> None:
    world = World()
    with world.load.serving():
        await worked(world, 60.0)
    assert world.slept == pytest.approx(REST_SECONDS_MAX, abs=0.1)


async def test_it_goes_on_sooner_when_those_who_were_served_have_gone() -> None:
    world, serving = World(), ExitStack()
    serving.enter_context(world.load.serving())
    world.at = serving.close
    await worked(world, 0.1)
    assert 0.1 < world.slept < 0.5


async def test_where_there_was_nothing_to_do_it_does_not_rest() -> None:
    world = World()
    with world.load.serving():
        assert await worked(world, 0.1, 0) == 0
    assert world.slept == 0


def test_many_at_once_are_served_for_as_long_as_one() -> None:
    world = World()
    with world.load.serving():
        world.now += 1
        with world.load.serving():
            world.now += 1
            assert world.load.seconds == 2
        world.now += 1
    world.now += 1
    assert world.load.seconds == 3


@given(st.floats(0, 1), st.floats(0, 1))
def test_who_is_served_more_leaves_less(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert SHARE_MIN <= share(more) <= share(less) <= 1


@given(st.floats(0.001, 10), st.floats(0, 10), st.floats(0, 1))
def test_more_rest_is_never_too_little(seconds: float, rested: float, occupied: float) -> None:
    if is_rested(seconds, rested, occupied * (seconds + rested)):
        longer = rested * 2 + 0.1
        assert is_rested(seconds, longer, occupied * (seconds + longer))

"""Tell the story on a running server, follow every gift to its end, and go on with a trickle."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic

from almoner.demo.agreement import Difference, differences
from almoner.demo.ledger import Ledger
from almoner.demo.scene import Scene
from almoner.demo.screen import Screen
from almoner.demo.stream import Act, Stream
from almoner.demo.watch import look

GIVERS_AT_ONCE = 8
PACE = 60.0
STORY_SECONDS = 6.0
"""A story is told at PACE gifts a second, or faster when it would last longer than this."""
TICK_SECONDS = 0.2
SETTLE_SECONDS = 45.0
TRICKLE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the demo ended; without an interruption the differences say whether both sides agree."""

    ledger: Ledger
    stream: Stream
    differences: list[Difference]
    interrupted: bool


async def play(scene: Scene, gifts: int, screen: Screen, stop: asyncio.Event) -> Outcome:
    """Give `gifts` gifts, wait until each is synced or withheld, and compare both sides."""
    ledger, stream = Ledger(gifts, scene.organization.name), Stream()
    with screen:
        screen.show(ledger)
        telling = asyncio.create_task(_tell(scene, ledger, stream, stop))
        while not telling.done():
            await _tick(scene, ledger, screen, telling)
        await telling
        ledger.ended = monotonic()
        await _settle(scene, ledger, screen, stop)
    if stop.is_set():
        return Outcome(ledger, stream, [], interrupted=True)
    return Outcome(ledger, stream, await differences(scene, ledger), interrupted=False)


async def _tick(scene: Scene, ledger: Ledger, screen: Screen, *pace: asyncio.Future[None]) -> None:
    await look(scene, ledger)
    screen.show(ledger)
    await asyncio.wait(pace or [asyncio.ensure_future(asyncio.sleep(TICK_SECONDS))], timeout=TICK_SECONDS)


async def _settle(scene: Scene, ledger: Ledger, screen: Screen, stop: asyncio.Event) -> None:
    """Until no gift is open, or patience ends: what is open then shows up as a difference."""
    deadline = monotonic() + SETTLE_SECONDS
    await _tick(scene, ledger, screen)
    while ledger.open() and monotonic() < deadline and not stop.is_set():
        await _tick(scene, ledger, screen)


async def _tell(scene: Scene, ledger: Ledger, stream: Stream, stop: asyncio.Event) -> None:
    """Give at an even pace, a few at once. Before an act all gifts are answered, so that each is on one side of it."""
    step_seconds = min(1 / PACE, STORY_SECONDS / ledger.planned)
    giving: set[asyncio.Task[None]] = set()
    for number, step in enumerate(stream.story(ledger.planned)):
        if stop.is_set():
            break
        if isinstance(step, Act):
            await _answered(giving, at_most=0)
            ledger.notes.append(await scene.perform(step))
            continue
        await asyncio.sleep(max(0.0, ledger.started + number * step_seconds - monotonic()))
        await _answered(giving, at_most=GIVERS_AT_ONCE - 1)
        giving.add(asyncio.create_task(scene.give(step, ledger)))
    await _answered(giving, at_most=0)


async def _answered(giving: set[asyncio.Task[None]], *, at_most: int) -> None:
    """Wait until at most so many gifts are on their way; what failed is raised."""
    while len(giving) > at_most:
        done, _ = await asyncio.wait(giving, return_when=asyncio.FIRST_COMPLETED)
        giving -= done
        for task in done:
            task.result()


async def trickle(scene: Scene, outcome: Outcome, screen: Screen, stop: asyncio.Event) -> None:
    """Give a gift now and then until `stop`."""
    ledger = outcome.ledger
    while not stop.is_set():
        await scene.give(outcome.stream.next_gift(), ledger)
        try:
            await asyncio.wait_for(stop.wait(), TRICKLE_SECONDS)
        except TimeoutError:
            await look(scene, ledger)
            screen.hum(ledger)
    await look(scene, ledger)

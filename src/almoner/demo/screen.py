"""Where the demo shows itself: a live picture in a terminal, a line a second elsewhere, nothing beside JSON."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from types import TracebackType
from typing import Protocol

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from almoner.demo.ledger import Ledger
from almoner.demo.view import hum_line, line, picture

LINE_SECONDS = 1.0
HUM_LINE_SECONDS = 30.0
LINE_WIDTH = 1000


class Screen(Protocol):
    """What the demo draws on; `show` belongs inside its block, the rest outside."""

    def __enter__(self) -> object: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def open(self, facts: Mapping[str, str]) -> None:
        """What is to be known before the first gift, and stays to be seen: where to look."""
        ...

    def show(self, ledger: Ledger) -> None:
        """The story as it stands."""
        ...

    def hum(self, ledger: Ledger) -> None:
        """The trickle after the story."""
        ...

    def say(self, text: RenderableType) -> None:
        """A sentence or a table."""
        ...


def screen_for(console: Console, *, silent: bool) -> Screen:
    """The screen that fits `console`."""
    if silent:
        return SilentScreen()
    return LiveScreen(console) if console.is_terminal else LineScreen(console)


class SilentScreen:
    """Shows nothing."""

    def __enter__(self) -> object:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def open(self, facts: Mapping[str, str]) -> None:
        """Nothing."""

    def show(self, ledger: Ledger) -> None:
        """Nothing."""

    def hum(self, ledger: Ledger) -> None:
        """Nothing."""

    def say(self, text: RenderableType) -> None:
        """Nothing."""


class LineScreen(SilentScreen):
    """One line a second, for pipes and logs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = 0.0
        self._notes = 0

    def open(self, facts: Mapping[str, str]) -> None:
        """A line for each."""
        for name, value in facts.items():
            self.say(f"{name}: {value}")

    def show(self, ledger: Ledger) -> None:
        """A line when the last one is a second old; what happens in the story at once."""
        for note in ledger.notes[self._notes :]:
            self.say(note)
        self._notes = len(ledger.notes)
        self._every(LINE_SECONDS, line(ledger))

    def hum(self, ledger: Ledger) -> None:
        """A line every half minute."""
        self._every(HUM_LINE_SECONDS, hum_line(ledger, LINE_WIDTH))

    def say(self, text: RenderableType) -> None:
        """As it is, unbroken: one line stays one line."""
        self._console.print(text, highlight=False, soft_wrap=True)

    def _every(self, seconds: float, text: str) -> None:
        if monotonic() >= self._next:
            self._next = monotonic() + seconds
            self.say(text)


class LiveScreen(SilentScreen):
    """A picture that is redrawn in place; afterwards one line at the bottom."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._facts: Mapping[str, str] = {}

    def __enter__(self) -> object:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def open(self, facts: Mapping[str, str]) -> None:
        """Under the picture from its first moment; what is broken at the edge there is first printed to be copied."""
        self._facts = facts
        label = max(map(len, facts)) + 2
        if any(label + len(value) > self._console.width for value in facts.values()):
            for name, value in facts.items():
                line = Text.assemble((name.ljust(label), "dim"), value)
                self._console.print(line, soft_wrap=True)

    def show(self, ledger: Ledger) -> None:
        """The picture, made to fit the terminal."""
        self._live.update(picture(ledger, self._facts, self._console), refresh=True)

    def hum(self, ledger: Ledger) -> None:
        """One line, written over each time."""
        width = self._console.width - 1
        told = hum_line(ledger, width)
        self._console.print(f"{told:{width}.{width}}", end="\r", highlight=False, markup=False)

    def say(self, text: RenderableType) -> None:
        """As it is."""
        self._console.print(text, highlight=False)

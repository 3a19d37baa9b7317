"""How far a long command is, on standard error: a bar on a terminal, else a plain line every few seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

_PLAIN_SECONDS = 5.0


class Shown(Protocol):
    """Progress as a person sees it."""

    def advance(self, by: int, text: str) -> None:
        """So much more is done; `text` says what came of all so far."""

    def say(self, text: str) -> None:
        """Tell something that happened."""


@contextmanager
def shown_on(console: Console, total: int | None, unit: str, done: int = 0) -> Iterator[Shown]:
    """Progress over `total` of a unit (lines), of which some are done; None when nobody knows how many there are."""
    if not console.is_terminal:
        yield _Plain(console, total, unit, done)
        return
    with Progress(
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        yield _Bar(progress, None if total is None else max(total - done, 1))


class _Bar:
    def __init__(self, progress: Progress, left: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=left)

    def advance(self, by: int, text: str) -> None:
        self._progress.update(self._task, advance=by, description=text)

    def say(self, text: str) -> None:
        self._progress.console.print(text, markup=False, highlight=False)


class _Plain:
    def __init__(self, console: Console, total: int | None, unit: str, done: int) -> None:
        self._console = console
        self._of = "" if total is None else f" of {total:,}"
        self._unit = unit
        self._done = done
        self._next = time.monotonic() + _PLAIN_SECONDS

    def advance(self, by: int, text: str) -> None:
        self._done += by
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _PLAIN_SECONDS
            self.say(f"{self._done:,}{self._of} {self._unit}: {text}")

    def say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

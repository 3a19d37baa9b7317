"""What came of a file of gifts: counts, money, the list of rejected rows, and progress while it runs."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from almoner.cli.gift_cells import column_of
from almoner.cli.gifts_csv import BadRow
from almoner.cli.give_sender import Given, Outcome

REJECT_COLUMNS = ("line", "sourceKey", "field", "reason")
_PLAIN_SECONDS = 5.0


@dataclass(slots=True)
class Tally:
    """How many rows were given, were there already, or were rejected; money by currency, given and there already."""

    given: int = 0
    already: int = 0
    rejected: int = 0
    money_given: dict[str, Decimal] = field(default_factory=dict)
    money_already: dict[str, Decimal] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Count one row."""
        if isinstance(outcome, BadRow):
            self.rejected += 1
            return
        money = self.money_given if outcome.is_new else self.money_already
        money[outcome.gift.currency] = money.get(outcome.gift.currency, Decimal(0)) + outcome.gift.amount
        if outcome.is_new:
            self.given += 1
        else:
            self.already += 1

    def document(self) -> dict[str, Any]:
        """The tally as JSON; amounts are text with all digits."""
        return {
            "given": self.given,
            "alreadyThere": self.already,
            "rejected": self.rejected,
            "amountGiven": _texts(self.money_given),
            "amountAlreadyThere": _texts(self.money_already),
        }

    def lines(self) -> Iterator[str]:
        """The tally for people."""
        yield f"Given:         {self.given:>8,}   {_money(self.money_given)}".rstrip()
        yield f"Already there: {self.already:>8,}   {_money(self.money_already)}".rstrip()
        yield f"Rejected:      {self.rejected:>8,}"


def _texts(money: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: str(money[currency]) for currency in sorted(money)}


def _money(money: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{currency} {money[currency]:,}" for currency in sorted(money))


class RejectsFile:
    """The rejected rows as CSV, written as they come; the file is made with the first of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def add(self, row: BadRow) -> None:
        """Write one line for each thing wrong with `row`; of the row itself only its place and key."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(REJECT_COLUMNS)
        for problem in row.problems:
            csv.writer(self._file).writerow((row.line, row.key, column_of(problem.field), problem.message))
        self._file.flush()

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()


class Shown(Protocol):
    """Progress as a person sees it."""

    def advance(self, lines: int, tally: Tally) -> None:
        """So many more lines of the file are done."""

    def say(self, text: str) -> None:
        """Tell something that happened."""


@contextmanager
def shown_on(console: Console, lines: int) -> Iterator[Shown]:
    """Progress over a file of `lines` lines: a bar on a terminal, else a plain line every few seconds."""
    if not console.is_terminal:
        yield _Plain(console, lines)
        return
    with Progress(
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        yield _Bar(progress, lines)


class _Bar:
    def __init__(self, progress: Progress, lines: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=max(lines - 1, 1))

    def advance(self, lines: int, tally: Tally) -> None:
        self._progress.update(self._task, advance=lines, description=_short(tally))

    def say(self, text: str) -> None:
        self._progress.console.print(text, markup=False, highlight=False)


class _Plain:
    def __init__(self, console: Console, lines: int) -> None:
        self._console = console
        self._lines = lines
        self._done = 1
        self._next = time.monotonic() + _PLAIN_SECONDS

    def advance(self, lines: int, tally: Tally) -> None:
        self._done += lines
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _PLAIN_SECONDS
            self.say(f"{self._done:,} of {self._lines:,} lines: {_short(tally)}")

    def say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def _short(tally: Tally) -> str:
    return f"{tally.given:,} given, {tally.already:,} already there, {tally.rejected:,} rejected"


def lines_of(outcome: Outcome) -> int:
    """How many lines of the file the row took."""
    return outcome.row.lines if isinstance(outcome, Given) else outcome.lines

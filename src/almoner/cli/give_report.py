"""What came of a file of gifts: counts, money, and the list of rejected rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from almoner.cli.gift_cells import column_of
from almoner.cli.gifts_csv import BadRow
from almoner.cli.give_sender import Given, Outcome
from almoner.cli.sums import add_to, money_texts, money_words

REJECT_COLUMNS = ("line", "sourceKey", "field", "reason")


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
        add_to(money, outcome.gift.currency, outcome.gift.amount)
        if outcome.is_new:
            self.given += 1
        else:
            self.already += 1

    def short(self) -> str:
        """The counts, while it runs."""
        return f"{self.given:,} given, {self.already:,} already there, {self.rejected:,} rejected"

    def document(self) -> dict[str, Any]:
        """The tally as JSON; amounts are text with all digits."""
        return {
            "given": self.given,
            "alreadyThere": self.already,
            "rejected": self.rejected,
            "amountGiven": money_texts(self.money_given),
            "amountAlreadyThere": money_texts(self.money_already),
        }

    def lines(self) -> Iterator[str]:
        """The tally for people."""
        yield f"Given:         {self.given:>8,}   {money_words(self.money_given)}".rstrip()
        yield f"Already there: {self.already:>8,}   {money_words(self.money_already)}".rstrip()
        yield f"Rejected:      {self.rejected:>8,}"


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


def lines_of(outcome: Outcome) -> int:
    """How many lines of the file the row took."""
    return outcome.row.lines if isinstance(outcome, Given) else outcome.lines

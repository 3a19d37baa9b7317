"""What came of a file of gifts for the CRM: counts, sums, reasons, and the refused rows as a file that can be mended."""

from __future__ import annotations

import csv
import os
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from almoner.cli.csv_rows import GiftsFileError
from almoner.cli.gift_fields import NOTES, Columns, GiftRow
from almoner.cli.sums import add_to, money_texts, money_words, summable
from almoner.crm.gifts.bring import Brought
from almoner.kernel.errors import FieldError

REASONS_TOLD = 10


@dataclass(slots=True)
class Pile:
    """Rows of which the same became, and how much they are by currency."""

    rows: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)
    unread: int = 0
    """Rows whose amount or currency could not be read, or is none that money has: they are in no sum."""

    def add(self, brought: Brought | None) -> None:
        """Count one row; None is of one that says no gift at all."""
        self.rows += 1
        amount = None if brought is None else summable(brought.amount)
        if brought is None or amount is None or brought.currency is None:
            self.unread += 1
        else:
            add_to(self.money, brought.currency, amount)


@dataclass(slots=True)
class Report:
    """What became of the rows so far, all of whole portions."""

    is_check: bool
    entered: Pile = field(default_factory=Pile)
    already: Pile = field(default_factory=Pile)
    refused: Pile = field(default_factory=Pile)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often which column was refused for what."""
    first: list[tuple[int, str, str]] = field(default_factory=list)
    """Line, column and reason of the first that were refused."""
    listed: int = 0
    """How many of the refused are in the file of refused rows."""
    line: int = 0
    """The last line of the file that is done."""

    def add(
        self, row: GiftRow, brought: Brought | None, errors: tuple[FieldError, ...], columns: Columns
    ) -> None:
        """Count one row."""
        self.line = row.row.line + row.row.lines - 1
        if not errors:
            (self.entered if brought is not None and brought.did == "made" else self.already).add(brought)
            return
        self.refused.add(brought)
        for error in errors:
            column = columns.column_of(error.field)
            self.reasons[column, error.code] += 1
            if len(self.first) < REASONS_TOLD:
                self.first.append((row.row.line, column, error.message))

    def short(self) -> str:
        """The counts, while it runs."""
        rows = (self.entered.rows, self.already.rows, self.refused.rows)
        return "{:,} entered, {:,} already there, {:,} refused".format(*rows)

    def document(self) -> dict[str, Any]:
        """The report as JSON; amounts are text with all digits."""
        reasons = sorted(self.reasons.items(), key=lambda one: (-one[1], one[0]))
        return {
            "isCheck": self.is_check,
            "entered": self.entered.rows,
            "alreadyThere": self.already.rows,
            "refused": self.refused.rows,
            "amountEntered": money_texts(self.entered.money),
            "amountAlreadyThere": money_texts(self.already.money),
            "amountRefused": money_texts(self.refused.money),
            "refusedWithoutAmount": self.refused.unread,
            "reasons": [{"column": column, "code": code, "count": n} for (column, code), n in reasons],
        }

    def lines(self) -> Iterator[str]:
        """The report for people."""
        for word, pile in self._piles():
            yield f"{word:<15}{pile.rows:>8,}   {money_words(pile.money)}".rstrip()
        if self.refused.unread:
            n = self.refused.unread
            yield f"Of {n:,} refused {'row' if n == 1 else 'rows'} the amount could not be read."

    def _piles(self) -> tuple[tuple[str, Pile], ...]:
        entered = "Would enter:" if self.is_check else "Entered:"
        return (entered, self.entered), ("Already there:", self.already), ("Refused:", self.refused)

    def told(self) -> Iterator[str]:
        """What was wrong with the first of the refused rows, and how many more there are."""
        for line, column, reason in self.first:
            yield f"  line {line}{', ' + column if column else ''}: {reason}"
        if (more := self.reasons.total() - len(self.first)) > 0:
            yield f"  and {more:,} more."


class RefusedFile:
    """The refused rows as they stand, with where and why before them: mended, it can be entered like the file that they come from.

    It is made with the first of them, for its owner alone: it holds what the rows say of people. Without a path nothing is written.
    """

    def __init__(self, path: Path | None, columns: Columns, encoding: str, separator: str) -> None:
        self._path = path
        self._separator = separator
        self._columns = columns
        self._encoding = "utf-8-sig" if encoding == "utf-8" else encoding  # a mark by which Excel knows it
        self._file: IO[str] | None = None

    def add(self, row: GiftRow, errors: tuple[FieldError, ...]) -> None:
        """Write one row; each thing that is wrong with it stands with its column."""
        if self._path is None:
            return
        with self._writing():
            if self._file is None:
                self._file = self._made(self._path)
                self._write((*NOTES, *self._columns.names))
            self._write(self._noted(row, errors))

    def _write(self, cells: tuple[Any, ...]) -> None:
        if self._file is not None:
            csv.writer(self._file, delimiter=self._separator).writerow(cells)

    def _noted(self, row: GiftRow, errors: tuple[FieldError, ...]) -> tuple[Any, ...]:
        fields = [self._columns.column_of(error.field) for error in errors]
        reasons = [error.message for error in errors]
        told = " ".join(reasons).encode(self._encoding, "replace").decode(self._encoding)
        notes = (row.row.line, "; ".join(dict.fromkeys(filter(None, fields))), told, row.made_key or "")
        return (*notes, *row.row.cells[self._columns.notes :])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise GiftsFileError(f"{self._path} cannot be written: {error.strerror}.") from None

    def _made(self, path: Path) -> IO[str]:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        if stat.S_ISREG(os.fstat(opened).st_mode):  # one that was there before may be open to others
            os.fchmod(opened, 0o600)
        return os.fdopen(opened, "w", encoding=self._encoding, errors="surrogateescape", newline="")

    def flush(self) -> None:
        """Let what was written stand there."""
        if self._file is not None:
            with self._writing():
                self._file.flush()

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            with self._writing():
                self._file.close()

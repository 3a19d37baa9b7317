"""Rows of a CSV file one after the other, whatever its size: what is wrong with one stops no other."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO

from almoner.kernel.errors import FieldError

LINE_MAX = 1 << 20
"""Letters of the longest line that is kept: a cell has at most 131,072."""
_ENDS = ("\n", "\r")
ENCODINGS = ("utf-8", "latin-1", "cp1252")
SEPARATORS = ",;\t"
"""What may stand between cells. Spreadsheets write semicolons where commas stand before the cents."""


class GiftsFileError(Exception):
    """The file as a whole cannot be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row: its first line, how many lines it takes, and its cells as they stand, as far as they could be read."""

    line: int
    lines: int
    cells: list[str]
    problem: FieldError | None = None
    """Why it is no row of this file: unreadable, or of another number of cells than the header."""


class CsvRows:
    """The rows below the first that holds anything, in file order; empty ones are passed over. Keeps one in memory."""

    def __init__(self, text: IO[str]) -> None:
        """Read the header; `GiftsFileError` when it is no CSV."""
        self.lacks_end = False
        """Whether the last line that was read has no end, as where a file was cut."""
        lines = self._lines(text)
        above = list(_to_the_first_that_says_something(lines))
        try:
            self.separator = _separator_of(above[-1] if above else "")
            self._rows = csv.reader(chain(above, lines), delimiter=self.separator, strict=True)
            header = next((row for row in self._rows if any(cell.strip() for cell in row)), [])
        except csv.Error:
            raise GiftsFileError("The first line, which names the columns, is not CSV.") from None
        self.header = [cell.strip() for cell in header]

    def __iter__(self) -> Iterator[CsvRow]:
        """Each row, good or bad."""
        while True:
            line = self._rows.line_num + 1
            try:
                cells = next(self._rows)
            except StopIteration:
                return
            except csv.Error:
                yield self._unreadable(line)
                continue
            if any(cell.strip() for cell in cells):
                yield CsvRow(line, self._rows.line_num - line + 1, cells, self._miscounted(cells))

    def _lines(self, text: IO[str]) -> Iterator[str]:
        """The lines of a file, each too long to be kept replaced by one that is no CSV, wherever it stands."""
        while line := text.readline(LINE_MAX):
            self.lacks_end = not line.endswith(_ENDS)
            is_long = self.lacks_end and len(line) == LINE_MAX
            yield '"too"long\n' if is_long else line
            while is_long and (rest := text.readline(LINE_MAX)):
                is_long = not rest.endswith(_ENDS)

    def _miscounted(self, cells: list[str]) -> FieldError | None:
        if len(cells) == len(self.header):
            return None
        return FieldError("", "CELLS", f"The row has {len(cells)} cells and the header {len(self.header)}.")

    def _unreadable(self, line: int) -> CsvRow:
        last = self._rows.line_num
        where = "" if last <= line else f" Lines {line} to {last} were passed over."
        reason = f"The quotation marks do not match, or a cell is too long.{where}"
        return CsvRow(line, last - line + 1, [], FieldError("", "UNREADABLE", reason))


def _to_the_first_that_says_something(lines: Iterator[str]) -> Iterator[str]:
    """The lines of a file up to the first in which more stands than what separates cells."""
    for line in lines:
        yield line
        if line.strip(f'{SEPARATORS}" \r\n'):
            return


def _separator_of(header: str) -> str:
    """What stands between cells: that of which the header has the most outside of quotation marks, a comma where it has none."""
    return max(SEPARATORS, key=lambda mark: len(next(csv.reader([header], delimiter=mark), [])))


def not_text(encoding: str, line: int) -> GiftsFileError:
    """That a line is no text in `encoding`, and what to do."""
    others = " or ".join(f"--encoding {name}" for name in ENCODINGS if name != encoding)
    return GiftsFileError(
        f"Line {line} is not {encoding.upper()} text. Save the file as CSV UTF-8; or, when it comes from an older"
        f" program, say so with {others}."
    )

"""Read gifts.csv row by row, whatever its size; see docs/reference/gifts-csv.md for the columns."""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import msgspec

from almoner.cli.gift_cells import COLUMNS, donor_keys, give_body
from almoner.kernel.errors import FieldError

ENCODINGS = ("utf-8", "latin-1", "cp1252")
_CHUNK_BYTES = 1 << 20
_KEY_DIGITS = 16
_BY_FOLDED_NAME = {column.lower(): column for column in COLUMNS}
_encode = msgspec.json.Encoder(decimal_format="number").encode


class GiftsFileError(Exception):
    """The file as a whole cannot be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What one look over the whole file tells: a hash of its bytes and how many lines it has."""

    digest: str
    lines: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The header: the known column of each cell (None: ignored), and the names that are not known."""

    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]

    @property
    def has_source_keys(self) -> bool:
        """Whether rows bring their own keys; otherwise keys are derived from the file."""
        return "sourceKey" in self.columns


@dataclass(frozen=True, slots=True)
class GiftRowView:
    """A row to send: its first line, how many lines it takes, its key, its donor's keys, and the give as JSON."""

    line: int
    lines: int
    key: str
    donor: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be sent, with all that is wrong with it by column."""

    line: int
    lines: int
    key: str
    problems: tuple[FieldError, ...]


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


def survey(path: Path, encoding: str) -> Survey:
    """Look over the file once; `GiftsFileError` when it is missing, empty or not text in `encoding`."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            lines = _checked_lines(file, encoding, digest)
    except OSError as error:
        raise GiftsFileError(f"{path} cannot be read: {error.strerror}.") from None
    if lines == 0:
        raise GiftsFileError(f"{path} is empty. Its first line names the columns: amount,donorEmail,...")
    return Survey(digest.hexdigest(), lines)


def _checked_lines(file: IO[bytes], encoding: str, digest: _Hash) -> int:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, last = 0, b""
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise _not_text(encoding, lines + error.object[: error.start].count(b"\n") + 1) from None
        lines, last = lines + chunk.count(b"\n"), chunk[-1:]
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _not_text(encoding, lines + 1) from None
    return lines + (last not in (b"", b"\n"))


def _not_text(encoding: str, line: int) -> GiftsFileError:
    others = " or ".join(f"--encoding {name}" for name in ENCODINGS if name != encoding)
    return GiftsFileError(
        f"Line {line} is not {encoding.upper()} text. Save the file as CSV UTF-8; or, when it comes from an older"
        f" program, say so with {others}."
    )


def open_text(path: Path, encoding: str) -> IO[str]:
    """The file as text with its line ends untouched; a byte order mark is skipped."""
    return path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")


class GiftsReader:
    """The rows of one file in file order; keeps one row in memory."""

    def __init__(self, text: IO[str], digest: str) -> None:
        """Read the header; `GiftsFileError` names a column that is missing or there twice."""
        self._rows = csv.reader(text, strict=True)
        self._digest = digest
        try:
            header = next((row for row in self._rows if any(cell.strip() for cell in row)), [])
        except csv.Error:
            raise GiftsFileError("The first line, which names the columns, is not CSV.") from None
        self.layout = layout(header)

    def __iter__(self) -> Iterator[GiftRowView | BadRow]:
        """Each row, good or bad; empty lines are passed over."""
        while True:
            line = self._rows.line_num + 1
            try:
                row = next(self._rows)
            except StopIteration:
                return
            except csv.Error:
                yield self._unreadable(line)
                continue
            if any(cell.strip() for cell in row):
                yield self._row(row, line)

    def _unreadable(self, line: int) -> BadRow:
        last = self._rows.line_num
        where = "" if last <= line else f" Lines {line} to {last} were passed over."
        reason = f"The quotation marks do not match, or a cell is too long.{where}"
        return BadRow(line, last - line + 1, "", (FieldError("", "UNREADABLE", reason),))

    def _row(self, row: list[str], line: int) -> GiftRowView | BadRow:
        columns, lines = self.layout.columns, self._rows.line_num - line + 1
        if len(row) != len(columns):
            reason = f"The row has {len(row)} cells and the header {len(columns)}."
            return BadRow(line, lines, "", (FieldError("", "CELLS", reason),))
        cells = {
            column: cell.strip()
            for column, cell in zip(columns, row, strict=True)
            if column is not None and cell.strip()
        }
        key = cells.get("sourceKey", "") if self.layout.has_source_keys else self._derived_key(line)
        return _checked(cells, key, line, lines)

    def _derived_key(self, line: int) -> str:
        return f"{self._digest[:_KEY_DIGITS]}-{line}"


def layout(header: list[str]) -> Layout:
    """Which column each cell of the header names, in any case; `GiftsFileError` when the file cannot be used."""
    names = [cell.strip() for cell in header]
    columns = tuple(_BY_FOLDED_NAME.get(name.lower()) for name in names)
    known = [column for column in columns if column is not None]
    twice = sorted({column for column in known if known.count(column) > 1})
    if twice:
        raise GiftsFileError(f"The header names a column twice: {', '.join(twice)}.")
    if "amount" not in known:
        raise GiftsFileError(f"The file has no column `amount`.{_other_delimiter(names)}")
    if not {"donorEmail", "donorSourceKey"} & set(known):
        raise GiftsFileError(
            "The file has neither a column `donorEmail` nor `donorSourceKey`: one is needed."
        )
    unknown = tuple(name for name, column in zip(names, columns, strict=True) if column is None and name)
    return Layout(columns, unknown)


def _other_delimiter(names: list[str]) -> str:
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        return " Its cells are not separated by commas: save it as CSV with commas."
    return " Its first line must name the columns."


def _checked(cells: Mapping[str, str], key: str, line: int, lines: int) -> GiftRowView | BadRow:
    errors: list[FieldError] = []
    if not key:
        errors.append(FieldError("sourceKey", "REQUIRED", "The file has source keys, but this row has none."))
    errors += [
        FieldError(column, "INVALID", "The cell holds a NUL character.")
        for column, cell in cells.items()
        if "\0" in cell
    ]
    body = give_body(cells, key, errors)
    if errors:
        return BadRow(line, lines, key, tuple(errors))
    return GiftRowView(line, lines, key, donor_keys(cells), _encode(body))

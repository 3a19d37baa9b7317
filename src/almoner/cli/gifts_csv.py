"""Read gifts.csv row by row, whatever its size; see docs/reference/gifts-csv.md for the columns."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import msgspec

from almoner.cli.csv_rows import CsvRow, CsvRows, GiftsFileError, not_text
from almoner.cli.gift_cells import COLUMNS, donor_keys, give_body
from almoner.kernel.errors import FieldError

_CHUNK_BYTES = 1 << 20
_KEY_DIGITS = 16
_BY_FOLDED_NAME = {column.lower(): column for column in COLUMNS}
_encode = msgspec.json.Encoder(decimal_format="number").encode


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
            raise not_text(encoding, lines + error.object[: error.start].count(b"\n") + 1) from None
        lines, last = lines + chunk.count(b"\n"), chunk[-1:]
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise not_text(encoding, lines + 1) from None
    return lines + (last not in (b"", b"\n"))


def open_text(path: Path, encoding: str) -> IO[str]:
    """The file as text with its line ends untouched; a byte order mark is skipped."""
    return path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")


class GiftsReader:
    """The rows of one file in file order; keeps one row in memory."""

    def __init__(self, text: IO[str], digest: str) -> None:
        """Read the header; `GiftsFileError` names a column that is missing or there twice."""
        self._rows = CsvRows(text)
        self._digest = digest
        self.layout = layout(self._rows.header)

    def __iter__(self) -> Iterator[GiftRowView | BadRow]:
        """Each row, good or bad; empty lines are passed over."""
        return map(self._row, self._rows)

    def _row(self, row: CsvRow) -> GiftRowView | BadRow:
        if row.problem is not None:
            return BadRow(row.line, row.lines, "", (row.problem,))
        cells = {
            column: cell.strip()
            for column, cell in zip(self.layout.columns, row.cells, strict=True)
            if column is not None and cell.strip()
        }
        key = cells.get("sourceKey", "") if self.layout.has_source_keys else self._derived_key(row.line)
        return _checked(cells, key, row.line, row.lines)

    def _derived_key(self, line: int) -> str:
        return f"{self._digest[:_KEY_DIGITS]}-{line}"


def layout(names: list[str]) -> Layout:
    """Which column each cell of the header names, in any case; `GiftsFileError` when the file cannot be used."""
    columns = tuple(_BY_FOLDED_NAME.get(name.lower()) for name in names)
    known = [column for column in columns if column is not None]
    twice = sorted({column for column in known if known.count(column) > 1})
    if twice:
        raise GiftsFileError(f"The header names a column twice: {', '.join(twice)}.")
    if "amount" not in known:
        raise GiftsFileError("The file has no column `amount`. Its first line must name the columns.")
    if not {"donorEmail", "donorSourceKey"} & set(known):
        raise GiftsFileError(
            "The file has neither a column `donorEmail` nor `donorSourceKey`: one is needed."
        )
    unknown = tuple(name for name, column in zip(names, columns, strict=True) if column is None and name)
    return Layout(columns, unknown)


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

"""`almoner gift import`: enter a file of gifts in the CRM, whatever its size."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from almoner.cli.csv_file import STDIN, as_text, opened, reading, size_of
from almoner.cli.csv_rows import ENCODINGS, CsvRows, GiftsFileError, not_text
from almoner.cli.gift_fields import NOT_TEXT, GiftReader, GiftRow, columns_of
from almoner.cli.gift_import_desk import Desk
from almoner.cli.gift_import_report import RefusedFile, Report
from almoner.cli.output import (
    FAILED,
    INTERRUPTED,
    OK,
    USAGE,
    AsJson,
    DataDir,
    Org,
    err,
    fail,
    one_of,
    opened_database,
    out,
    print_json,
    run,
    settings_from,
    warn,
)
from almoner.cli.progress import Shown, shown_on
from almoner.kernel.errors import FieldError
from almoner.platform.program import typed
from almoner.platform.settings import Settings
from almoner.tenants.choice import chosen_organization

PORTION = 1_000
"""Rows of one transaction: as many as the bulk path was measured with (decision 35)."""

File = Annotated[
    str, typer.Argument(metavar="FILE", help="The file of gifts, CSV or CSV in gzip; `-` for standard input.")
]
Maps = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        help="The field that a column is; without a field the column is left out. Repeat it.",
    ),
]
SourceName = Annotated[
    str | None,
    typer.Option(
        "--source",
        metavar="NAME",
        help="Where gifts come from that do not say it; those without a `transactionId` get a key made of what they say.",
    ),
]
Check = Annotated[
    bool, typer.Option("--check", metavar="", help="Tell what would become of each row, and store nothing.")
]
Refused = Annotated[
    Path | None,
    typer.Option(
        "--refused", metavar="FILE", help="Where refused rows are written, to be mended and entered."
    ),
]
Encoding = Annotated[
    str,
    typer.Option(
        parser=one_of(*ENCODINGS), metavar="NAME", help=f"Text encoding of the file: {', '.join(ENCODINGS)}."
    ),
]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to enter, and how."""

    file: str
    maps: Sequence[str]
    source: str | None
    is_check: bool
    refused: Path | None
    encoding: str
    org: int | None

    def typed(self) -> str:
        """This call as it can be typed again, but for `--check`."""
        words = ["gift", "import", self.file]
        for name, values in (
            ("--map", self.maps),
            ("--source", [self.source]),
            ("--refused", [self.refused]),
        ):
            words += [word for value in values if value is not None for word in (name, str(value))]
        if self.encoding != ENCODINGS[0]:
            words += ["--encoding", self.encoding]
        if self.org is not None:
            words += ["--org", str(self.org)]
        return typed(shlex.join(words))


def command(  # noqa: PLR0913 - one parameter for each option
    *,
    file: File,
    maps: Maps = None,
    source: SourceName = None,
    check: Check = False,
    refused: Refused = None,
    encoding: Encoding = ENCODINGS[0],
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Enter a file of gifts in the CRM. Entered again, nothing is there twice: what is there already is left alone.

    Columns are named as the fields of a gift (docs/reference/crm-gifts-csv.md). A row that is refused keeps no other out. Rows are entered a thousand at
    a time, all of them or none when it is interrupted; the same call goes on where that was.
    """
    settings = settings_from(data_dir)
    named = source.strip() or None if source is not None else None
    plan = Plan(file, maps or [], named, check, refused, encoding, org)
    if refused is not None and _is_read_from(refused, file):
        fail(
            "The list of refused rows would overwrite the file of gifts. Name another with --refused.", USAGE
        )
    if refused is not None and not refused.parent.is_dir():
        fail(f"There is no folder {refused.parent} for the refused rows.", USAGE)
    report = Report(check)
    ended = _ended_early(plan, settings, report)
    if ended in (None, INTERRUPTED) or report.line:
        _tell(report, plan, stopped=ended is not None, as_json=as_json)
    raise typer.Exit(ended if ended is not None else FAILED if report.refused.rows else OK)


def _is_read_from(refused: Path, file: str) -> bool:
    """Whether the file of gifts is that of the refused rows, by whatever name."""
    try:
        read = os.fstat(sys.stdin.fileno()) if file == STDIN else Path(file).stat()
        return stat.S_ISREG(read.st_mode) and os.path.samestat(read, refused.stat())
    except (OSError, ValueError):  # one of them is not there
        return False


def _ended_early(plan: Plan, settings: Settings, report: Report) -> int | None:
    """Enter the file; the exit code of what stopped that, which was told."""
    try:
        try:
            run(_import(plan, settings, report))
        except GiftsFileError as error:
            fail(str(error), USAGE)
    except typer.Exit as ended:
        return ended.exit_code
    return None


async def _import(plan: Plan, settings: Settings, report: Report) -> None:
    """Enter the file portion by portion; what is told of is stored, and what is stored is told of but for the portion that was under way."""
    with opened(plan.file) as binary, as_text(binary, plan.encoding) as text:
        with reading():
            rows = CsvRows(text)
        if any(NOT_TEXT.search(name) for name in rows.header):
            raise not_text(plan.encoding, 1)
        columns = columns_of(rows.header, plan.maps, plan.source)
        async with opened_database(settings) as db:
            organization_id = await chosen_organization(db, plan.org)
            async with db.tenant(organization_id) as tx:
                currency = tx.organization.currency
            desk = Desk(db, organization_id, settings.gift_projects_max, plan.is_check)
            with (
                closing(RefusedFile(plan.refused, columns, plan.encoding, rows.separator)) as refused,
                shown_on(err, size_of(plan.file), "bytes") as shown,
            ):
                reader = GiftReader(columns, plan.source, currency)
                await _enter(reader, rows, desk, report, refused, _Place(binary, shown))
        if rows.lacks_end:
            warn(
                "The last line of the file has no end. If the file was cut, its last row says less than it did."
            )


async def _enter(
    reader: GiftReader, rows: CsvRows, desk: Desk, report: Report, refused: RefusedFile, place: _Place
) -> None:
    lines = iter(rows)
    while portion := _portion(lines, reader):
        bad: list[tuple[GiftRow, tuple[FieldError, ...]]] = []
        for row, brought in zip(portion, await desk.enter(portion), strict=True):
            errors = (row.problem,) if row.problem is not None else () if brought is None else brought.errors
            report.add(row, brought, errors, reader.columns)
            if errors:
                bad.append((row, errors))
        # All of the portion is told before: it is stored, whether these can be written or not.
        for row, errors in bad:
            refused.add(row, errors)
        refused.flush()
        report.listed = report.refused.rows
        place.moved(report.short())


def _portion(rows: Iterator[Any], reader: GiftReader) -> list[GiftRow]:
    """The next rows of the file; none at its end."""
    with reading():
        return [reader.read(row) for row in islice(rows, PORTION)]


class _Place:
    """How far the file is read."""

    def __init__(self, binary: BinaryIO, shown: Shown) -> None:
        self._binary = binary
        self._shown = shown
        self._at = 0

    def moved(self, text: str) -> None:
        """Show where it is now, and what came so far."""
        at = self._binary.tell() if self._binary.seekable() else self._at
        self._shown.advance(at - self._at, text)
        self._at = at


def _tell(report: Report, plan: Plan, *, stopped: bool, as_json: bool) -> None:
    listed = plan.refused if report.refused.rows and report.listed == report.refused.rows else None
    if as_json:
        ending = {
            "refusedFile": None if listed is None else str(listed),
            "stoppedAfterLine": report.line if stopped else None,
        }
        print_json({**report.document(), **ending})
        return
    for line in report.lines():
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    for line in _advice(report, plan, stopped=stopped):
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def _advice(report: Report, plan: Plan, *, stopped: bool) -> Iterator[str]:
    """What was wrong, and what to do now."""
    if report.refused.rows:
        yield from report.told()
        if plan.refused is None:
            yield "With --refused FILE they are written to a file, which can be mended and entered."
        elif report.listed == report.refused.rows:
            yield f"The refused rows and their reasons are in {plan.refused}. Mend them there, and enter that file."
    again = plan.typed()
    where = f"after line {report.line:,}" if report.line else "before any row was done"
    if stopped and report.is_check:
        yield f"The check stopped {where}; nothing was stored."
    elif stopped:
        yield f"Stopped {where}. What is done stays. Go on, and nothing is there twice: {again}"
    elif report.is_check:
        yield f"This was a check: nothing was stored. Enter them with: {again}"

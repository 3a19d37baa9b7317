"""Rows of a CSV file: a line that is too long to be kept spoils its row alone."""

from __future__ import annotations

import csv
import io
from typing import Any
from unittest.mock import Mock

import pytest

from almoner.cli import csv_rows
from almoner.cli.csv_rows import CsvRows, GiftsFileError


@pytest.mark.parametrize("cut", ["x" * 50, '1,"x' + "x" * 50, '1,"x\n' + "x" * 50])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_without_end_is_not_kept_and_spoils_its_row_alone(
    monkeypatch: pytest.MonkeyPatch, cut: str, end: str
) -> None:
    monkeypatch.setattr(csv_rows, "LINE_MAX", 16)
    text = io.StringIO(end.join(["a,b", "1,2", *cut.split("\n"), "3,4", ""]), newline="")
    first, bad, last = CsvRows(text)
    assert (first.cells, last.cells) == (["1", "2"], ["3", "4"])
    assert bad.problem is not None and bad.problem.code == "UNREADABLE"
    assert (bad.line, bad.lines, last.line) == (3, 1 + cut.count("\n"), 4 + cut.count("\n"))


def test_no_more_of_a_line_is_read_at_once_than_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    text: Any = Mock(wraps=io.StringIO("a,b\n" + "x" * 1_000 + "\n1,2\n", newline=""))
    monkeypatch.setattr(csv_rows, "LINE_MAX", 16)
    assert len(list(CsvRows(text))) == 2
    assert {call.args for call in text.readline.call_args_list} == {(16,)}


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_what_stands_between_cells_is_what_the_header_has_most_of(mark: str) -> None:
    lines = [["Name, first; last", "amount", "fund"], ["a;b,c\td", "1,50", 'x "y"\nz']]
    text = io.StringIO(newline="")
    text.write(f"\r\n{mark}{mark}\r\n")
    csv.writer(text, delimiter=mark).writerows(lines)
    text.seek(0)
    rows = CsvRows(text)
    (row,) = rows
    assert (rows.separator, rows.header, row.cells, row.line, row.lines) == (mark, *lines, 4, 2)


@pytest.mark.parametrize("header", ["", "amount", '"a;b"', "a|b"])
def test_a_header_without_anything_between_its_cells_is_one_of_commas(header: str) -> None:
    assert CsvRows(io.StringIO(header, newline="")).separator == ","


@pytest.mark.parametrize("header", ['"amount', "a" * 200_000])
def test_a_header_that_is_no_csv_is_refused(header: str) -> None:
    with pytest.raises(GiftsFileError, match="not CSV"):
        CsvRows(io.StringIO(header, newline=""))

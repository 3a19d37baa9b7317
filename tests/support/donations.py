"""Read a public list of donations, dirty as it is, as gifts of numbered givers: nothing that names anybody is kept.

A giver's rows of one day (where the list knows the day) are one gift, split over their causes; every other row is a gift of its own. A path of causes (`Health/malaria`)
is a project below another.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from tests.support.fec import REAL_DATA

LIST = REAL_DATA / "giving" / "donations-list-website.csv.gz"
PARTS_MAX = 20
UNNAMED = "Unnamed cause"


@dataclass(frozen=True, slots=True)
class Donation:
    """A row: its number, its giver's, the amount and day as written, and the code of its cause."""

    number: int
    giver: int
    amount: str
    day: str
    knows_day: bool
    year: str
    cause: str


@dataclass(slots=True)
class Causes:
    """The tree of causes: each path with the code that it gets, parents before children."""

    codes: dict[tuple[str, ...], str] = field(default_factory=dict)

    def code(self, path: str) -> str:
        """The code of the last of a path's causes; blanks and case do not tell causes apart."""
        names = tuple(name.strip() for name in path.split("/") if name.strip()) or (UNNAMED,)
        for depth in range(1, len(names) + 1):
            above = tuple(name.lower() for name in names[:depth])
            self.codes.setdefault(above, f"C{len(self.codes)}")
        return self.codes[tuple(name.lower() for name in names)]

    def tree(self) -> Iterator[tuple[str, str, str | None]]:
        """Code, name and parent's code of each cause, parents first."""
        for path, code in self.codes.items():
            yield code, path[-1], self.codes.get(path[:-1])


def read() -> tuple[list[list[Donation]], Causes]:
    """The gifts of the list, each with its rows, and the tree of their causes."""
    causes, givers = Causes(), dict[str, int]()
    rows = []
    with gzip.open(LIST, "rt", encoding="utf-8", errors="replace") as lines:
        for number, row in enumerate(csv.DictReader(lines)):
            giver = givers.setdefault(row["donor"] or "", len(givers) + 1)
            rows.append(_donation(number, giver, row, causes.code(row["cause_area"] or "")))
    return list(_gifts(rows)), causes


def _donation(number: int, giver: int, row: dict[str, Any], cause: str) -> Donation:
    day = row["donation_date"] or ""
    return Donation(
        number,
        giver,
        row["amount"] or "",
        day,
        row["donation_date_precision"] == "day",
        day.strip()[:4],
        cause,
    )


def _gifts(rows: list[Donation]) -> Iterator[list[Donation]]:
    known = sorted((row for row in rows if row.knows_day), key=lambda row: (row.giver, row.day, row.number))
    for _, found in groupby(known, key=lambda row: (row.giver, row.day)):
        same = list(found)
        yield from (same[at : at + PARTS_MAX] for at in range(0, len(same), PARTS_MAX))
    yield from ([row] for row in rows if not row.knows_day)

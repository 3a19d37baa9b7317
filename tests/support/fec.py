"""Read the gifts of a campaign committee's filing (FEC electronic format 8.3) and write them as gifts.csv.

Fields are separated by byte 0x1C. Line type SA11AI is an itemised contribution of an individual; a line with a memo mark
says again what another line already counts. A giver has no id and no e-mail address in a filing. Family name, given name
and five-digit ZIP code tell givers apart: under that identity, and not under the name alone, no giver's lines sum to more
than the aggregate that the filing itself states for the giver.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from almoner.kernel.money import format_amount, parse_minor, to_decimal
from almoner.kernel.text import fold
from tests.support.server import ROOT

REAL_DATA = Path(os.environ.get("ALMONER_TEST_DATA") or ROOT.parent / "shared" / "data")
"""Real data of others, kept beside the repository and never in it."""

FILING = REAL_DATA / "giving" / "fec-1544132.fec.gz"
SOURCE = "fec-1544132"

_SEPARATOR = "\x1c"
_LINE_TYPE, _TRANSACTION, _ENTITY, _ORGANIZATION, _LAST, _FIRST, _MIDDLE = 0, 2, 5, 6, 7, 8, 9
_SUFFIX, _STREET, _STREET_2, _CITY, _STATE, _ZIP, _DATE, _AMOUNT, _AGGREGATE, _MEMO = (
    *range(11, 17),
    19,
    20,
    21,
    42,
)
_PERSONS = {"IND", "CAN"}


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of Schedule A. Money in cents. `giver` is a hash and `row` is not shown: no report may name a person."""

    line_type: str
    transaction_id: str
    is_memo: bool
    giver: str
    amount_minor: int
    aggregate_minor: int
    row: dict[str, str] = field(repr=False)

    @property
    def is_gift(self) -> bool:
        """Whether the line is a gift of an individual that no other line counts."""
        return self.line_type == "SA11AI" and not self.is_memo


def contributions(path: Path = FILING) -> Iterator[Contribution]:
    """All lines of Schedule A, in file order."""
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        for line in file:
            fields = [field.strip() for field in line.rstrip("\r\n").split(_SEPARATOR)]
            if fields[0].startswith("SA"):
                yield _contribution(fields)


def gifts(path: Path = FILING) -> list[Contribution]:
    """The gifts of the filing, in file order."""
    return [one for one in contributions(path) if one.is_gift]


@dataclass(frozen=True, slots=True)
class Returned:
    """A refund of contributions that the filing reports (line type SB20A). Money in cents; it names no gift."""

    giver: str
    amount_minor: int


def refunds(path: Path = FILING) -> list[Returned]:
    """The refunds of the filing to individuals, in file order."""
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        lines = [[field.strip() for field in line.rstrip("\r\n").split(_SEPARATOR)] for line in file]
    return [
        Returned(_giver(fields), parse_minor(fields[_AMOUNT], "USD"))
        for fields in lines
        if fields[0] == "SB20A"
    ]


def write_gifts_csv(path: Path, given: Iterable[Contribution]) -> None:
    """Write `given` in the documented columns. The file names real people: only ever into a temporary folder."""
    rows = [one.row for one in given]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def by_giver(given: Iterable[Contribution]) -> dict[str, list[Contribution]]:
    """The gifts of each giver."""
    found: dict[str, list[Contribution]] = {}
    for one in given:
        found.setdefault(one.giver, []).append(one)
    return found


def total_text(given: Iterable[Contribution]) -> str:
    """The sum of `given` as the CRM writes it: `$1,200.00`."""
    return format_amount(sum(one.amount_minor for one in given), "USD")


def _contribution(fields: list[str]) -> Contribution:
    amount = parse_minor(fields[_AMOUNT], "USD")
    giver = _giver(fields)
    return Contribution(
        line_type=fields[_LINE_TYPE],
        transaction_id=fields[_TRANSACTION],
        is_memo=bool(fields[_MEMO]),
        giver=giver,
        amount_minor=amount,
        aggregate_minor=parse_minor(fields[_AGGREGATE], "USD"),
        row=_row(fields, giver, amount),
    )


def _giver(fields: list[str]) -> str:
    named = (_LAST, _FIRST) if fields[_ENTITY] in _PERSONS else (_ORGANIZATION,)
    identity = "|".join([*(fold(fields[place]) for place in named), fields[_ZIP][:5]])
    return hashlib.sha256(identity.encode()).hexdigest()[:20]


def _row(fields: list[str], giver: str, amount: int) -> dict[str, str]:
    person = fields[_ENTITY] in _PERSONS
    day = fields[_DATE]
    return {
        "sourceSystem": SOURCE,
        "sourceKey": fields[_TRANSACTION],
        "amount": str(to_decimal(amount, "USD")),
        "currency": "USD",
        "date": f"{day[:4]}-{day[4:6]}-{day[6:]}",
        "project": "GENERAL",
        "donorSourceKey": giver,
        "donorFirstName": fields[_FIRST] if person else "",
        "donorMiddleName": fields[_MIDDLE] if person else "",
        "donorLastName": fields[_LAST] if person else "",
        "donorSuffix": fields[_SUFFIX] if person else "",
        "donorOrganization": "" if person else fields[_ORGANIZATION],
        "donorAddress1": fields[_STREET],
        "donorAddress2": fields[_STREET_2],
        "donorCity": fields[_CITY],
        "donorState": fields[_STATE],
        "donorPostal": fields[_ZIP],
    }

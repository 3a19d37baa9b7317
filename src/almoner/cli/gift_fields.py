"""Columns of a file for `gift import`: which field of a gift each is, and what a row says of a gift. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from shlex import quote
from typing import Any

from almoner.cli.csv_rows import CsvRow, GiftsFileError
from almoner.cli.gift_cells import parts_of
from almoner.cli.written import FLAGS, CellError, doubt_of_day, plain_amount
from almoner.crm.contacts.naming import ContactName
from almoner.crm.gifts.bring import Gift
from almoner.crm.gifts.requests import GiftBody
from almoner.kernel.errors import FieldError
from almoner.kernel.text import did_you_mean
from almoner.platform.http.kinds import Kind, kind_of, slots_of

NOTES = ("refusedLine", "refusedField", "refusedReason", "refusedKey")
"""The columns that a file of refused rows has before its own. Only the key, of a row that had none, is read when it comes back."""
KEY_NOTE = NOTES.index("refusedKey")
CUSTOM = "customFields."
SOURCE, KEY = "transactionSource", "transactionId"
CONTACT = {
    "contactReferenceSource": "reference_source",
    "contactReferenceId": "reference_id",
    "contactEmail": "email",
    "contactName": "name",
}
"""Fields that say who gave where `contactId` does not."""
PART = {
    "project": "projectCode",
    "projectId": "projectId",
    "projectCode": "projectCode",
    "externalAccountingCode": "externalAccountingCode",
}
"""Fields that name the project of a gift, and what they are in its designation."""
MEANINGS = {
    SOURCE: "The system that the gift comes from. What `--source` says, where the row does not.",
    KEY: "The key that the gift has there, by which it is found again. Of a row without one it is made of what the row says, with `--source`.",
    "contactId": "The contact who gave, by its id. It goes before the four that follow.",
    "contactReferenceSource": "The other system that the contact has a key in; goes with `contactReferenceId`.",
    "contactReferenceId": "The key that the contact has there. It goes before the address.",
    "contactEmail": "An e-mail address of the contact. Where several have it, the row is refused unless `contactName` tells them apart.",
    "contactName": "Beside the address: the name of the contact, or of its person with that address. One that is called otherwise is refused.",
    "project": "The code of the project, which gets all of the gift; or a split that sums to it: `CODE=12.50; OTHER=7.50`.",
    "projectCode": "Another name of `project`.",
    "projectId": "The project, by its id.",
    "externalAccountingCode": "The project, by its code in the organization's accounts.",
}
"""What fields mean that a gift of the API lacks, or that a file says otherwise."""
_PLACE = re.compile(r"\[\d+\]")
_PLAIN_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
NOT_TEXT = re.compile("[\ud800-\udfff]")
"""What bytes became that are no text in the encoding of the file."""


_NOT_KEPT = {"state", "passthroughGiftAskId", "contactMembershipId", "acknowledgeeIndividualId"}
"""Fields that the API takes without a meaning of their own."""


def _is_cell(kind: Kind) -> bool:
    return kind.struct is None and kind.item is None and kind.table is None


_SLOTS = {slot.wire: kind_of(slot.hint) for slot in slots_of(GiftBody).values()}
FIELDS = tuple(
    dict.fromkeys(
        [
            *("amount", "giftDate", "giftType", "currencyCode", SOURCE, KEY, "segment", "batch", "notes"),
            *MEANINGS,
            *(name for name, kind in _SLOTS.items() if _is_cell(kind) and name not in _NOT_KEPT),
        ]
    )
)
"""Every field that a column can be, beside those of the organization's own (`customFields.NAME`)."""
_BY_FOLDED = {name.lower(): name for name in FIELDS}
_IDS = {name for name, kind in _SLOTS.items() if int in kind.scalars}
_FLAGS = {name for name, kind in _SLOTS.items() if bool in kind.scalars}
_MONEY = {name for name in _SLOTS if name == "amount" or name.endswith(("SaleAmount", "OriginalAmount"))}
_DAYS = {name for name in _SLOTS if "Date" in name or name.startswith("date")}


@dataclass(frozen=True, slots=True)
class Columns:
    """Which field each cell of a row is (None: none); notes of a file of refused rows stand before them."""

    names: tuple[str, ...]
    fields: tuple[str | None, ...]
    notes: int
    """How many cells of a row are notes."""

    def column_of(self, path: str) -> str:
        """The column behind what is wrong with a gift; its field where there is no such column."""
        plain = _PLACE.sub("", path)
        where = {said: name for name, said in zip(self.names, self.fields, strict=True) if said is not None}
        if plain.startswith("giftDesignations"):
            return next((where[name] for name in PART if name in where), "project")
        if plain == "contactId" and plain not in where:
            return next((where[name] for name in CONTACT if name in where), plain)
        return where.get(plain, plain)


@dataclass(frozen=True, slots=True)
class GiftRow:
    """A row with what it says of a gift; nothing when it is none of the file. `made_key`: the key that it was given for want of one."""

    row: CsvRow
    gift: Gift | None
    problem: FieldError | None = None
    made_key: str | None = None


def columns_of(header: Sequence[str], maps: Iterable[str], source: str | None) -> Columns:
    """The columns of a file with this header, in any case; `GiftsFileError` names those that are no field, and what is missing."""
    notes = len(NOTES) if tuple(header[: len(NOTES)]) == NOTES else 0
    names = tuple(header[notes:])
    chosen = _chosen(maps, names)
    fields = tuple(chosen[name] if name in chosen else _field(name) for name in names)
    strange = [name for name, said in zip(names, fields, strict=True) if said is None and name not in chosen]
    if unknown := [name for name in strange if name]:
        raise GiftsFileError(_unknown(list(dict.fromkeys(unknown))))
    _check_once(names, fields)
    _check_complete({one for one in fields if one is not None}, source)
    return Columns(names, fields, notes)


def _check_once(names: Sequence[str], fields: Sequence[str | None]) -> None:
    by_meaning: dict[str, list[tuple[str, str]]] = {}
    for name, said in zip(names, fields, strict=True):
        if said is not None:
            by_meaning.setdefault(PART.get(said, said), []).append((name, said))
    for columns in by_meaning.values():
        (first, said), (last, _) = columns[0], columns[-1]
        if len(columns) > 1:
            cure = (
                "Call one of them otherwise in the first line of the file."
                if first == last
                else f"Leave one out: --map {quote(last + '=')}."
            )
            raise GiftsFileError(f"The columns '{first}' and '{last}' are the same field, {said}. {cure}")


def _check_complete(said: set[str], source: str | None) -> None:
    if "amount" not in said:
        raise GiftsFileError("The file has no column `amount`. Its first line must name the columns.")
    if not said & {"contactId", "contactEmail", "contactReferenceId"}:
        raise GiftsFileError(
            "No column says who gave: contactId, contactEmail, or contactReferenceSource with contactReferenceId."
        )
    if KEY not in said and source is None:
        raise GiftsFileError(
            "The file has no column `transactionId`, by which a gift is known when the file comes again. Name one with"
            " --map COLUMN=transactionId; or say with --source NAME where the gifts come from: then each gets a key made of"
            " what its row says."
        )
    if KEY in said and SOURCE not in said and source is None:
        raise GiftsFileError("Say where the gifts come from: --source NAME, or a column `transactionSource`.")


def _chosen(maps: Iterable[str], names: Sequence[str]) -> dict[str, str | None]:
    chosen: dict[str, str | None] = {}
    by_folded = {name.lower(): name for name in reversed(names)}
    for text in maps:
        column, has_field, said = (piece.strip() for piece in text.rpartition("="))
        if not has_field:
            raise GiftsFileError(f"Write --map COLUMN=FIELD: '{text}' has no field.")
        name = column if column in names else by_folded.get(column.lower())
        if name is None:
            raise GiftsFileError(f"The file has no column '{column}'.{did_you_mean(column, names)}")
        chosen[name] = _field(said) if said else None
        if said and chosen[name] is None:
            raise GiftsFileError(f"A gift has no field '{said}'.{did_you_mean(said, FIELDS)}")
    return chosen


def _field(name: str) -> str | None:
    if name.lower().startswith(CUSTOM.lower()) and len(name) > len(CUSTOM):
        return CUSTOM + name[len(CUSTOM) :]
    return _BY_FOLDED.get(name.lower())


def _unknown(unknown: list[str]) -> str:
    lines = [f"The column '{name}' is no field of a gift.{did_you_mean(name, FIELDS)}" for name in unknown]
    cure = f"--map {quote(unknown[0] + '=FIELD')}"
    leave = f"--map {quote(unknown[0] + '=')}"
    return "\n".join([*lines, f"Name the field of a column with {cure}, or leave it out with {leave}."])


@dataclass(slots=True)
class GiftReader:
    """What rows say of gifts. `source` is where those come from that do not say it themselves.

    A row without a `transactionId` gets a key made of all that it says, and of how many rows before it say the same: so it is found again when
    the file comes once more, in another order, or longer, and two equal gifts stay two. Where the row stands, or what else the file holds, plays no part:
    keys made of that would double every gift of an export that has grown. A row that cannot be read gets one of its cells as they stand, to be mended
    under; and one that is refused for want of a source has the key already that it gets with one. It costs some 130 bytes of memory for each such row.
    Two files under one source that have a row in common are taken for two exports of one gift: other gifts want another source.
    """

    columns: Columns
    source: str | None
    currency: str
    """That of the organization, in which an amount is that says none."""
    _met: dict[int, int] = field(default_factory=dict)

    def read(self, row: CsvRow) -> GiftRow:
        """What a row says."""
        cells = row.cells[self.columns.notes :]
        problem = row.problem
        if problem is None and any(not cell.isascii() and NOT_TEXT.search(cell) for cell in row.cells):
            text = "The row is no text in this encoding. Name that of the file with --encoding before rows are mended."
            problem = FieldError("", "INVALID", text)
        if problem is not None:
            return GiftRow(row, None, problem, self._kept_key(row) or self._key_of_cells(cells))
        said = {
            name: text
            for name, cell in zip(self.columns.fields, cells, strict=True)
            if name is not None and (text := cell.strip())
        }
        made = None if KEY in said else self._made_key(said, row)
        gift = self._gift(said, made)
        return GiftRow(row, replace(gift, errors=(*gift.errors, *self._nameless(cells))), None, made)

    def _nameless(self, cells: Sequence[str]) -> list[FieldError]:
        """That a cell says something in a column of which nobody says what it is, as where a comma too many moved the others along."""
        text = "Something stands in a column without a name. Name the column in the first line of the file; --map can leave it out then."
        is_there = any(cell.strip() for name, cell in zip(self.columns.names, cells, strict=True) if not name)
        return [FieldError("", "CELLS", text)] if is_there else []

    def _made_key(self, said: dict[str, str], row: CsvRow) -> str:
        """The key that a row comes back with, or one that is made of it."""
        if kept := self._kept_key(row):
            return kept
        digest = _digest(f"{name}={said[name]}" for name in sorted(said))
        if self.columns.notes:  # it was written there by hand, and is no other row that says the same
            return f"row-{digest}-line-{row.cells[0].strip()}"
        return self._numbered(digest)

    def _kept_key(self, row: CsvRow) -> str:
        """The key that a refused row comes back with, if any."""
        return row.cells[KEY_NOTE].strip() if len(row.cells) > KEY_NOTE and self.columns.notes else ""

    def _key_of_cells(self, cells: Sequence[str]) -> str | None:
        """The key for a row to be mended under; None where nothing of it could be read."""
        return self._numbered(_digest(("", *cells))) if cells else None

    def _numbered(self, digest: str) -> str:
        """A key of its own for each row with this digest."""
        mark = int(digest[:15], 16)
        self._met[mark] = n = self._met.get(mark, 0) + 1
        return f"row-{digest}-{n}"

    def _gift(self, cells: dict[str, str], made_key: str | None) -> Gift:
        said: dict[str, Any] = {}
        part: dict[str, str] = {}
        giver: dict[str, str] = {}
        currency = cells.get("currencyCode", self.currency).upper()
        errors: list[FieldError] = []
        for name, text in cells.items():
            if name in CONTACT:
                giver[CONTACT[name]] = text
            elif name in PART:
                part[PART[name]] = text
            elif name.startswith(CUSTOM):
                said.setdefault("customFields", {})[name[len(CUSTOM) :]] = text
            else:
                try:
                    said[name] = _value(name, text, currency)
                except CellError as error:
                    errors.append(FieldError(name, "AMBIGUOUS", str(error)))
        if part:
            try:
                said["giftDesignations"] = _designations(part, currency)
            except CellError as error:
                errors.append(FieldError("giftDesignations", "INVALID", str(error)))
        errors += self._keyed(said, made_key)
        return Gift(said, None if "contactId" in said else ContactName(**giver), tuple(errors))

    def _keyed(self, said: dict[str, Any], made_key: str | None) -> list[FieldError]:
        """Add by what a gift is known to what its row says; answers what that lacks."""
        if self.source is not None:
            said.setdefault(SOURCE, self.source)
        if made_key is not None and self.source is not None:
            said[KEY] = made_key
        return [] if SOURCE in said and KEY in said else [_keyless(said)]


def _digest(pieces: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(pieces).encode(errors="surrogatepass")).hexdigest()[:32]


def _value(name: str, text: str, currency: str) -> Any:
    """A cell as JSON has it, where it is plain; else as it stands, for the API's own reading. `CellError` where it can be read in two ways."""
    if name in _IDS and _PLAIN_ID.fullmatch(text):
        return int(text)
    if name in _FLAGS:
        return FLAGS.get(text.lower(), text)
    if name in _MONEY:
        return plain_amount(text, currency)
    if name in _DAYS and (doubt := doubt_of_day(text)):
        raise CellError(doubt)
    return text


def _designations(part: dict[str, str], currency: str) -> list[dict[str, Any]]:
    split = parts_of(part["projectCode"]) if "projectCode" in part else []
    if len(part) == 1 and split:
        return [
            {"projectCode": code}
            if amount is None
            else {"projectCode": code, "amountDesignated": plain_amount(amount, currency)}
            for code, amount in split
        ]
    if any(amount is not None for _, amount in split):
        raise CellError("A split names its projects by their codes alone.")
    return [dict(part)]


def _keyless(said: dict[str, Any]) -> FieldError:
    if KEY in said:
        return FieldError(SOURCE, "REQUIRED", "The row does not say where its gift comes from.")
    text = "The row has no transactionId. With --source NAME it gets a key made of what it says."
    return FieldError(KEY, "REQUIRED", text)

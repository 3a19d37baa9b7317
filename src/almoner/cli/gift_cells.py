"""The columns of gifts.csv: what each cell may say, and where it goes in the body of a give. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from almoner.cli.written import FLAGS, CellError, plain_amount
from almoner.kernel.errors import FieldError
from almoner.platform.mailboxes import address_key

DEFAULT_SYSTEM = "csv"
DEFAULT_TOKEN = "tok_offline"  # noqa: S105 - the sandbox's word for a payment that was taken elsewhere

_AMOUNT_LETTERS_MAX = 30
_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AMERICAN_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


def parse_amount(text: str, currency: str = "") -> Decimal:
    """The positive amount in `text`: `1234.5`, `1,234.50`, `$1,234.50`; trailing zeros are dropped.

    Raises `CellError` for anything that could be read in two ways, such as a decimal comma, or `2.500`.
    """
    number = plain_amount(text, currency)
    if number.removeprefix("$").strip().startswith(("-", "(")):
        raise CellError("A gift's amount is greater than zero.")
    if len(number) > _AMOUNT_LETTERS_MAX or not _NUMBER.fullmatch(number):
        raise CellError("Write the amount as 1234.50 or $1,234.50, with a point before the cents.")
    amount = Decimal(number)
    if amount == 0:
        raise CellError("A gift's amount is greater than zero.")
    digits = format(amount, "f")
    return Decimal(digits.rstrip("0").rstrip(".") if "." in digits else digits)


def parse_day(text: str) -> str:
    """The day in `text` (`2024-01-31`, or American `1/31/2024`) as YYYY-MM-DD."""
    try:
        if _ISO_DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
        if found := _AMERICAN_DAY.fullmatch(text):
            month, day, year = map(int, found.groups())
            return date(year, month, day).isoformat()
    except ValueError:
        raise CellError("There is no such day.") from None
    raise CellError("Write the day as YYYY-MM-DD or M/D/YYYY.")


def parse_flag(text: str) -> bool:
    """A yes or no."""
    try:
        return FLAGS[text.lower()]
    except KeyError:
        raise CellError("Write true or false.") from None


def parse_projects(text: str, currency: str = "") -> list[dict[str, Any]]:
    """`CODE`, or `CODE=amount;CODE=amount` for a split, as the `projects` of a give."""
    return [
        {"code": code} if amount is None else {"code": code, "amount": parse_amount(amount, currency)}
        for code, amount in parts_of(text)
    ]


def parts_of(text: str) -> list[tuple[str, str | None]]:
    """The codes of a split with their amounts as they are written: `CODE` alone has none, and of several each has one."""
    if "=" not in text:
        if ";" in text:
            raise CellError("Each project of a split needs its amount: CODE=amount;CODE=amount.")
        return [(text, None)]
    return [_part(part) for part in text.split(";") if part.strip()]


def _part(text: str) -> tuple[str, str]:
    code, _, amount = (piece.strip() for piece in text.partition("="))
    if not code or not amount:
        raise CellError("Write a split as CODE=amount;CODE=amount.")
    return code, amount


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text[:20]) <= high):
            raise CellError(f"Write a whole number from {low} to {high}.")
        return int(text)

    return parse


class Words(NamedTuple):
    """What a column is to people: what it means, and what an empty cell stands for."""

    meaning: str
    when_empty: str = "none"


DONOR_COLUMNS = {
    "donorEmail": "email",
    "donorTitle": "title",
    "donorFirstName": "firstName",
    "donorMiddleName": "middleName",
    "donorLastName": "lastName",
    "donorSuffix": "suffix",
    "donorOrganization": "organizationName",
    "donorPhone": "phone",
    "donorAddress1": "address1",
    "donorAddress2": "address2",
    "donorCity": "city",
    "donorState": "state",
    "donorPostal": "postal",
    "donorCountry": "country",
    "donorSourceKey": "sourceKey",
}
"""Columns about the donor and their names in the give's `donor`; every one is text."""

GIFT_COLUMNS: dict[str, tuple[str, Callable[[str], object]]] = {
    "date": ("date", parse_day),
    "paymentToken": ("paymentMethodId", str),
    "paymentType": ("paymentMethodType", _whole(0, 14)),
    "campaignId": ("campaignId", _whole(1, 2**53 - 1)),
    "segmentCode": ("segmentCode", str),
    "notes": ("notes", str),
    "isAnonymous": ("isAnonymous", parse_flag),
    "isTestMode": ("isTestMode", parse_flag),
}
"""Columns about the gift that stand alone: their name in the give and how a cell is read."""

COLUMNS = {
    "amount": Words(
        "Amount, greater than zero: `1234.50`, `1,234.50` or `$1,234.50`. A comma before the cents (`12,50`) is refused, and so is `2.500` where the row names no currency of three places.",
        "the row is rejected",
    ),
    "currency": Words("ISO 4217 code.", "the organization's currency"),
    "date": Words(
        "Day of the gift: `YYYY-MM-DD` or `M/D/YYYY`; not in the future.", "the day it is received"
    ),
    "project": Words(
        "Project code, or a split that sums to the amount: `CODE=amount;CODE=amount`.", "the default project"
    ),
    "campaignId": Words("Id of the campaign in giving."),
    "segmentCode": Words("Code of the segment."),
    "paymentToken": Words("Token of the payment at the gateway.", "`tok_offline`: paid elsewhere"),
    "paymentType": Words(
        "Number of the payment type, 0 to 14.",
        "what the token pays with; `4` (other) of what was paid elsewhere",
    ),
    "notes": Words("Notes on the gift."),
    "isAnonymous": Words("`true` or `false` (also `yes`, `no`, `1`, `0`).", "false"),
    "isTestMode": Words("`true` or `false`. Test gifts are not synced.", "false"),
    "sourceSystem": Words("Name of the system the keys of this row belong to.", "`csv`"),
    "sourceKey": Words("Key of the gift in that system.", "[made of the file](#running-it-again)"),
    "donorSourceKey": Words(
        "Key of the donor in that system. A donor without an e-mail address is found by it."
    ),
    "donorEmail": Words(
        "E-mail address, one that [a mailbox can have](../decisions/0019-one-mailbox.md). A donor is found by it first."
    ),
    "donorTitle": Words("Title."),
    "donorFirstName": Words("Given name."),
    "donorMiddleName": Words("Middle name."),
    "donorLastName": Words("Family name."),
    "donorSuffix": Words("Suffix."),
    "donorOrganization": Words(
        "Name of the organization that gives; with it the donor is an organization.", "a person gives"
    ),
    "donorPhone": Words("Telephone number."),
    "donorAddress1": Words("Address, first line."),
    "donorAddress2": Words("Address, second line."),
    "donorCity": Words("City."),
    "donorState": Words("State or province."),
    "donorPostal": Words("Postal code."),
    "donorCountry": Words("Country."),
}
"""Every column this version knows, of which docs/reference/gifts-csv.md is made."""

_WIRE_NAMES = {
    **{f"donor.{name}": column for column, name in DONOR_COLUMNS.items()},
    **{name: column for column, (name, _) in GIFT_COLUMNS.items()},
    "currencyCode": "currency",
    "transactionSource": "sourceSystem",
    "transactionId": "sourceKey",
    "donor.sourceSystem": "sourceSystem",
}


def column_of(wire_name: str) -> str:
    """The column behind a field that the server complains of; the name itself when there is none."""
    if wire_name.startswith("projects"):
        return "project"
    return _WIRE_NAMES.get(wire_name, wire_name)


def give_body(cells: Mapping[str, str], key: str, errors: list[FieldError]) -> dict[str, Any]:
    """The give that the non-empty `cells` of a row ask for; what is wrong with them is added to `errors`.

    The same cells and `key` always make the same body: that is how the server tells a repeat from another gift.
    """
    currency = cells.get("currency", "").upper()
    system = cells.get("sourceSystem", DEFAULT_SYSTEM)
    body: dict[str, Any] = {
        "paymentMethodId": DEFAULT_TOKEN,
        "transactionSource": system,
        "transactionId": key,
    }
    if currency:
        body["currencyCode"] = currency
    _read(body, "amount", "amount", cells, lambda text: parse_amount(text, currency), errors)
    _read(body, "projects", "project", cells, lambda text: parse_projects(text, currency), errors)
    for column, (name, parse) in GIFT_COLUMNS.items():
        _read(body, name, column, cells, parse, errors)
    body["donor"] = _donor(cells, system)
    for column, missing in (("amount", "amount" not in cells), ("donorEmail", not donor_keys(cells))):
        if missing:
            errors.append(FieldError(column, "REQUIRED", _REQUIRED[column]))
    return body


_REQUIRED = {
    "amount": "A gift needs an amount.",
    "donorEmail": "A donor needs an e-mail address or a source key (donorSourceKey).",
}


def donor_keys(cells: Mapping[str, str]) -> tuple[str, ...]:
    """What tells the donor of a row from others; rows that share one of these are of one donor."""
    keys = []
    if email := cells.get("donorEmail"):
        keys.append(f"email {address_key(email)}")
    if key := cells.get("donorSourceKey"):
        keys.append(f"key {cells.get('sourceSystem', DEFAULT_SYSTEM)} {key}")
    return tuple(keys)


def _donor(cells: Mapping[str, str], system: str) -> dict[str, Any]:
    donor: dict[str, Any] = {name: cells[column] for column, name in DONOR_COLUMNS.items() if column in cells}
    if "sourceKey" in donor:
        donor["sourceSystem"] = system
    if "organizationName" in donor:
        donor["isOrganization"] = True
    return donor


def _read(
    body: dict[str, Any],
    name: str,
    column: str,
    cells: Mapping[str, str],
    parse: Callable[[str], object],
    errors: list[FieldError],
) -> None:
    if column not in cells:
        return
    try:
        body[name] = parse(cells[column])
    except CellError as error:
        errors.append(FieldError(column, "INVALID", str(error)))

"""What a valid project is, new or changed, and the code it gets when it names none. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from almoner.crm.custom_fields.values import Fields
from almoner.crm.wire import read_day
from almoner.kernel.amounts import whole_minor
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean, fold_code

DEFAULT = {"name": "General Fund", "project_code": "GENERAL"}
"""The project of gifts that name none, under the code that giving's default has."""
FOR_COSTS = {"name": "Processing Costs", "project_code": "CREDITCARDCOSTS", "is_public": False}
"""The project of the costs that donors cover, under giving's code of it; nobody gives to it by choice."""

CODE_LENGTH_MAX = 90
"""Longest assigned code, without the number that makes it unique."""


_OF_EACH = (
    "name",
    "project_code",
    "beginning_balance",
    "current_balance",
    "financial_need_amount",
    "start_date",
    "end_date",
)
NEW: dict[str, Any] = {
    "id": 0,
    "beginning_balance_minor": 0,
    "balance_change_minor": 0,
    "start_on": None,
    "end_on": None,
    "inventory_status": None,
    "temporary_status": None,
    "temporary_until": None,
    "custom_values": None,
}
"""What changes hang on, of a project that is not there yet."""


def checked(said: Mapping[str, Any], currency: str, fields: Fields) -> dict[str, Any]:
    """The columns to write of a new project whose amounts are in `currency`; `Invalid` names every broken field.

    `said` are its fields, and `fields` the organization's own; what needs no check is a column as it is. A current balance without a beginning balance is both.
    """
    row = _checked({**dict.fromkeys(_OF_EACH), **said}, NEW, 0, currency, fields)
    if said.get("beginning_balance") is None:
        row |= {"beginning_balance_minor": row["balance_change_minor"], "balance_change_minor": 0}
    return row


def revised(
    said: Mapping[str, Any], was: Mapping[str, Any], given: int, currency: str, fields: Fields, now: datetime
) -> dict[str, Any]:
    """The columns that the fields `said` change of a project that `was` so, and was `given` so much; `Invalid` names every broken field.

    A code that is blank stays. A status that is said as it is for a while goes on so. `custom_fields` are all that it has of the
    organization's own, `fields`; `custom_changes` those that change.
    """
    row = _checked(said, was, given, currency, fields)
    if row.get("project_code", "") is None:
        del row["project_code"]
    if "inventory_status" in row:
        until = was["temporary_until"]
        if until and until > now and row["inventory_status"] == was["temporary_status"]:
            del row["inventory_status"]
        else:
            row |= {"temporary_status": None, "temporary_until": None}
    return row


def temporary(status: str, minutes: int | None, now: datetime) -> dict[str, Any]:
    """The columns of a project in this state for so many minutes from `now`, or for good; a blank one is none."""
    said = clean(status)
    if minutes is None:
        return {"inventory_status": said, "temporary_status": None, "temporary_until": None}
    return {"temporary_status": said, "temporary_until": now + timedelta(minutes=minutes)}


def _checked(
    said: Mapping[str, Any], was: Mapping[str, Any], given: int, currency: str, fields: Fields
) -> dict[str, Any]:
    errors: list[FieldError] = []
    row = dict(said)
    for name in row.keys() & {"name", "project_code"}:
        row[name] = clean(row[name])
    if row.get("name", "") is None:
        errors.append(FieldError("name", "REQUIRED", "A project needs a name."))
    row |= _balances(row, was, given, currency, errors)
    row |= _own_values(row, was, fields, errors)
    if "financial_need_amount" in row:
        need = whole_minor(row.pop("financial_need_amount"), currency, "financialNeedAmount", errors) or 0
        if need < 0:
            errors.append(FieldError("financialNeedAmount", "OUT_OF_RANGE", "A need cannot be negative."))
        row["financial_need_minor"] = need
    for column, name, field in (("start_on", "start_date", "startDate"), ("end_on", "end_date", "endDate")):
        if name in row:
            row[column] = read_day(field, row.pop(name), errors)
    start, end = row.get("start_on", was["start_on"]), row.get("end_on", was["end_on"])
    if row.keys() & {"start_on", "end_on"} and start and end and end < start:
        errors.append(FieldError("endDate", "OUT_OF_RANGE", "A project cannot end before it starts."))
    if errors:
        raise Invalid("The project is not valid.", fields=tuple(errors))
    return row


def _own_values(
    row: dict[str, Any], was: Mapping[str, Any], fields: Fields, errors: list[FieldError]
) -> dict[str, str]:
    """Takes what is said of the organization's own fields out of `row`; its column."""
    before = was["custom_values"]
    if "custom_changes" in row:
        return {"custom_values": fields.written(row.pop("custom_changes"), errors, was=before, keeps=True)}
    if "custom_fields" in row:
        return {"custom_values": fields.written(row.pop("custom_fields"), errors, was=before)}
    return {}


def _balances(
    row: dict[str, Any], was: Mapping[str, Any], given: int, currency: str, errors: list[FieldError]
) -> dict[str, int]:
    """Takes both balances out of `row`; their columns. A current one is kept as what it differs by from what it would be without it."""
    columns = {}
    beginning = was["beginning_balance_minor"]
    if "beginning_balance" in row:
        beginning = whole_minor(row.pop("beginning_balance"), currency, "beginningBalance", errors) or 0
        columns["beginning_balance_minor"] = beginning
    if "current_balance" in row:
        current = whole_minor(row.pop("current_balance"), currency, "currentBalance", errors)
        columns["balance_change_minor"] = 0 if current is None else current - beginning - given
    return columns


def code_from(name: str) -> str:
    """The code a name suggests: `Clean Water (2024)` gives `CLEAN-WATER-2024`. Letters without accents, or PROJECT.

    ASCII, so that the code travels unharmed through addresses and accounting systems.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = re.sub(r"'", "", plain)
    return re.sub(r"[^A-Z0-9]+", "-", words)[: CODE_LENGTH_MAX + 1].strip("-")[:CODE_LENGTH_MAX] or "PROJECT"


def free_code(base: str, taken: Container[str]) -> str:
    """`base`, or the first of `base-2`, `base-3` and so on whose folded form is not in `taken`."""
    numbered = (base if n == 1 else f"{base}-{n}" for n in count(1))
    return next(code for code in numbered if fold_code(code) not in taken)

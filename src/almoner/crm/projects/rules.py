"""What a valid new project is, and the code it gets when it names none. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping
from decimal import Decimal
from itertools import count
from typing import Any

from almoner.crm.wire import read_day
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.money import MoneyError, to_minor
from almoner.kernel.text import clean, fold_code

DEFAULT = {"name": "General Fund", "project_code": "GENERAL"}
"""The project of gifts that name none, under the code that giving's default has."""

CODE_LENGTH_MAX = 90
"""Longest assigned code, without the number that makes it unique."""


def checked(said: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """The columns to write of a new project whose amounts are in `currency`; `Invalid` names every broken field.

    `said` are its fields; what needs no check is a column as it is. A new project was given nothing yet, so its current
    balance, when sent, is its beginning balance.
    """
    errors: list[FieldError] = []
    row = dict(said)
    row["name"] = clean(said["name"])
    row["project_code"] = clean(said.get("project_code"))
    if row["name"] is None:
        errors.append(FieldError("name", "REQUIRED", "A project needs a name."))
    row["beginning_balance_minor"] = _opening(
        _minor("beginningBalance", row.pop("beginning_balance", None), currency, errors),
        _minor("currentBalance", row.pop("current_balance", None), currency, errors),
        errors,
    )
    need = _minor("financialNeedAmount", row.pop("financial_need_amount", None), currency, errors) or 0
    if need < 0:
        errors.append(FieldError("financialNeedAmount", "OUT_OF_RANGE", "A need cannot be negative."))
    row["financial_need_minor"] = need
    row["start_on"] = read_day("startDate", row.pop("start_date", None), errors)
    row["end_on"] = read_day("endDate", row.pop("end_date", None), errors)
    if row["start_on"] and row["end_on"] and row["end_on"] < row["start_on"]:
        errors.append(FieldError("endDate", "OUT_OF_RANGE", "A project cannot end before it starts."))
    if errors:
        raise Invalid("The project is not valid.", fields=tuple(errors))
    return row


def _opening(beginning: int | None, current: int | None, errors: list[FieldError]) -> int:
    if None not in (beginning, current) and current != beginning:
        text = "A new project's current balance must equal its beginning balance."
        errors.append(FieldError("currentBalance", "INCONSISTENT", text))
    return (beginning if beginning is not None else current) or 0


def _minor(field: str, amount: Decimal | None, currency: str, errors: list[FieldError]) -> int | None:
    try:
        return None if amount is None else to_minor(amount, currency)
    except MoneyError as error:
        errors.append(FieldError(field, error.code, str(error)))
        return None


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

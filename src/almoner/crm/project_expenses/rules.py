"""What a valid expense is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from almoner.crm.gifts.entry import FIRST_DAY
from almoner.crm.wire import read_day
from almoner.kernel.amounts import whole_minor
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean


def checked(said: Mapping[str, Any], currency: str, today: date, at: str = "") -> dict[str, Any]:
    """The columns to write of an expense of the fields `said`, amounts in `currency`; `Invalid` names the broken ones under `at`.

    One without a day has no column of it.
    """
    errors: list[FieldError] = []
    row: dict[str, Any] = {
        "amount_minor": whole_minor(said["expense_amount"], currency, f"{at}expenseAmount", errors),
        "accounting_code": clean(said.get("accounting_code")),
        "description": clean(said.get("expense_description")),
    }
    day = read_day(f"{at}expenseDate", said.get("expense_date"), errors)
    if day is not None:
        row["spent_on"] = day
        if not FIRST_DAY <= day <= today:
            text = "The day of an expense lies between 1900 and today."
            errors.append(FieldError(f"{at}expenseDate", "OUT_OF_RANGE", text))
    if errors:
        raise Invalid("The expense is not valid.", fields=tuple(errors))
    return row

"""What a valid planned gift is. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from almoner.crm.commitments.reading import WITH_ONCE, beside_segment, read_days, read_frequency
from almoner.crm.custom_fields.values import Fields
from almoner.crm.wire import read_amount, read_label
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.money import MoneyError, parse_number
from almoner.kernel.text import clean

AMOUNT_FORM = r"^\s*([$]|[A-Z]{3} )?[0-9][0-9,]{0,12}([.][0-9]{1,2})?\s*$"
"""How the text of an amount is written, where the currency has two decimal places."""
TYPES = ("WillAndBequest", "Perpetuity", "Annuity")
_DAYS = {
    "planned_gift_date": ("plannedGiftDate", "planned_on"),
    "anticipated_start_date": ("anticipatedStartDate", "anticipated_start_on"),
    "thank_you_date": ("thankYouDate", "thank_you_on"),
}


def checked(
    said: Mapping[str, Any],
    currency: str,
    today: date,
    was: Mapping[str, Any] | None = None,
    *,
    fields: Fields,
) -> dict[str, Any]:
    """The columns, its segment aside, of a planned gift of the fields `said`, amounts in `currency`; undated of `today` or as it `was`. `Invalid` names the broken ones."""
    errors: list[FieldError] = []
    row = {**beside_segment(said), "currency": currency}
    type_ = clean(row["planned_gift_type"]) or clean(row.pop("pkanned_gift_type")) or TYPES[0]
    row.pop("pkanned_gift_type", None)
    row["planned_gift_type"] = read_label("plannedGiftType", type_, TYPES, errors)
    row["frequency"] = read_frequency(said["frequency"], WITH_ONCE, errors)
    anticipated = _read("anticipatedAmount", row.pop("anticipated_amount"), currency, errors)
    row["anticipated_minor"] = anticipated
    row["current_value_minor"] = _read("currentValue", row.pop("current_value"), currency, errors)
    read_days(row, _DAYS, errors)
    row["planned_on"] = row["planned_on"] or (today if was is None else was["planned_on"])
    row["custom_values"] = fields.written(
        row.pop("custom_fields"), errors, was=None if was is None else was["custom_values"]
    )
    if errors:
        raise Invalid("The planned gift is not valid.", fields=tuple(errors))
    return row


def _read(field: str, said: Any, currency: str, errors: list[FieldError]) -> int | None:
    """An amount as a number or as answers have it, `$1,200.00`, in minor units; None of what is null or could not be read."""
    if said is None or not str(said).strip():
        if field == "anticipatedAmount":
            errors.append(FieldError(field, "REQUIRED", "A planned gift needs its amount."))
        return None
    if isinstance(said, bool) or not isinstance(said, int | float | Decimal | str):
        errors.append(FieldError(field, "WRONG_TYPE", "Expected a number, or an amount as text."))
        return None
    plain = re.sub(r"^(?:[$]|[A-Z]{3} )|,", "", str(said).strip())
    try:
        return read_amount(field, parse_number(plain), currency, errors)
    except MoneyError as error:
        errors.append(FieldError(field, error.code, str(error)))
        return None

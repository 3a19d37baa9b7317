"""What a valid gift ask is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from almoner.crm.commitments.reading import (
    WITH_ONCE,
    beside_segment,
    clean_texts,
    read_days,
    read_frequency,
)
from almoner.crm.custom_fields.values import Fields
from almoner.crm.wire import read_amount, read_label
from almoner.kernel.errors import FieldError, Invalid

TYPES = ("FixedAsk", "RecurringAsk")
_DAYS = {
    "ask_date": ("askDate", "asked_on"),
    "expected_fulfillment_date": ("expectedFulfillmentDate", "expected_fulfillment_on"),
}


def checked(
    said: Mapping[str, Any],
    currency: str,
    today: date,
    was: Mapping[str, Any] | None = None,
    *,
    fields: Fields,
) -> dict[str, Any]:
    """The columns, its segment aside, of an ask of the fields `said`, its amount in `currency`; undated of `today` or as it `was`. `Invalid` names the broken ones."""
    errors: list[FieldError] = []
    row = {**beside_segment(said), "currency": currency}
    row["ask_minor"] = read_amount("askAmount", row.pop("ask_amount"), currency, errors)
    row["ask_type"] = read_label("askType", said["ask_type"], TYPES, errors)
    row["frequency"] = read_frequency(said["frequency"], WITH_ONCE, errors)
    read_days(row, _DAYS, errors)
    row["asked_on"] = row["asked_on"] or (today if was is None else was["asked_on"])
    clean_texts(row, "notes", "status")
    if said["status"] is not None and row["status"] is None:
        errors.append(FieldError("status", "REQUIRED", "An ask needs a status."))
    row["custom_values"] = fields.written(
        row.pop("custom_fields"), errors, was=None if was is None else was["custom_values"]
    )
    if errors:
        raise Invalid("The ask is not valid.", fields=tuple(errors))
    return row

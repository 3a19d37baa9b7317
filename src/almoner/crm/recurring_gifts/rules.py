"""What a valid recurring gift is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from almoner.crm.changes import FREQUENCIES
from almoner.crm.commitments.reading import SEGMENT_NAMES, read_days, read_frequency
from almoner.crm.custom_fields.values import Fields
from almoner.crm.gifts.entry import Entry
from almoner.crm.gifts.requests import GiftBody
from almoner.kernel.errors import FieldError, Invalid

STATUSES = ("UpToDate", "PastDue", "Cancelled")
_DAYS = {
    "start_date": ("startDate", "started_on"),
    "next_expected_payment_date": ("nextExpectedPaymentDate", "next_expected_on"),
    "anticipated_end_date": ("anticipatedEndDate", "anticipated_end_on"),
    "thank_you_date": ("thankYouDate", "thank_you_on"),
}


def money_of(
    said: Mapping[str, Any], currency: str, today: date, parts_max: int, default_project_id: int | None
) -> tuple[dict[str, Any], list[FieldError]]:
    """What the money of a recurring gift is, as `crm_code.entered_gift` has it, and what is wrong with it: a split as that of a gift,
    that of one which names no project all for `default_project_id` where there is one. And its segment.
    """
    entry = Entry(currency, today, parts_max, Fields(()), default_project_id=default_project_id)
    names = ("contact_id", "amount", "currency_code", "transaction_source", "transaction_id", *SEGMENT_NAMES)
    money: dict[str, Any] = {name: said.get(name) for name in names}
    body = GiftBody(gift_designations=said["designations"] or [], **money)
    row = entry.read(body, 0)
    return row, as_designations(entry.errors)


def as_designations(errors: Sequence[FieldError]) -> list[FieldError]:
    """Errors of a gift's split under the names that a recurring gift has."""

    def renamed(name: str) -> str:
        return name.replace("giftDesignations", "designations")

    return [
        replace(error, field=renamed(error.field), hangs_on=tuple(renamed(name) for name in error.hangs_on))
        for error in errors
    ]


def checked(
    said: Mapping[str, Any], today: date, was: Mapping[str, Any] | None = None, *, fields: Fields
) -> dict[str, Any]:
    """The columns of a recurring gift of the fields `said` beside its money, undated of `today` or as it `was`; `Invalid` names the broken ones."""
    errors: list[FieldError] = []
    row = {name: said[name] for name in ("automated_payments", "track_payments", "is_private", *_DAYS)}
    row["frequency"] = read_frequency(said["frequency"], FREQUENCIES, errors)
    if said["frequency"] is not None and row["frequency"] is None and not errors:
        errors.append(FieldError("frequency", "REQUIRED", "A recurring gift needs its frequency."))
    read_days(row, _DAYS, errors)
    row["started_on"] = row["started_on"] or (today if was is None else was["started_on"])
    for column, field in (
        ("next_expected_on", "nextExpectedPaymentDate"),
        ("anticipated_end_on", "anticipatedEndDate"),
    ):
        if row[column] is not None and row[column] < row["started_on"]:
            text = "No payment is expected before the recurring gift starts."
            errors.append(FieldError(field, "OUT_OF_RANGE", text, ("startDate",)))
    row["custom_values"] = fields.written(
        said["custom_fields"], errors, was=None if was is None else was["custom_values"]
    )
    if errors:
        raise Invalid("The recurring gift is not valid.", fields=tuple(errors))
    return row

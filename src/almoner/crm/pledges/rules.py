"""What a valid pledge is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from almoner.crm.changes import FREQUENCIES as RECURRING
from almoner.crm.commitments.reading import ONCE, beside_segment, read_days, read_frequency
from almoner.crm.custom_fields.values import Fields
from almoner.crm.wire import read_day
from almoner.kernel.amounts import positive_minor
from almoner.kernel.errors import FieldError, Invalid

CUSTOM = "Custom"
FREQUENCIES = (ONCE, *RECURRING, CUSTOM)
STATUSES = ("Active", "Completed", "Written Off")
REASON_MAX = 100
"""Letters of the reason of a write-off (crm-api.md 8.8)."""
PAYMENTS_MAX = 1000
_DAYS = {
    "pledge_date": ("pledgeDate", "pledged_on"),
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
    """The columns, its segment aside, of a pledge of the fields `said`, in `currency`, undated of `today` or as it `was`; `Invalid` names the broken ones.

    It has payments of its own only when its frequency is `Custom`.
    """
    errors: list[FieldError] = []
    row = {**beside_segment(said), "currency": currency}
    row["pledged_minor"] = positive_minor(row.pop("amount_pledged"), currency, "amountPledged", errors)
    row["frequency"] = read_frequency(said["frequency"], FREQUENCIES, errors) or ONCE
    read_days(row, _DAYS, errors)
    row["pledged_on"] = row["pledged_on"] or (today if was is None else was["pledged_on"])
    ends = row["expected_fulfillment_on"]
    if ends is not None and ends < row["pledged_on"]:
        text = "A pledge cannot be fulfilled before it is made."
        errors.append(FieldError("expectedFulfillmentDate", "OUT_OF_RANGE", text, ("pledgeDate",)))
    payments = row.pop("payments") or ()
    own = _payments(payments, currency, errors) if row["frequency"] == CUSTOM else []
    if (
        own
        and row["pledged_minor"] is not None
        and sum(minor for _, minor in own) != row["pledged_minor"]
        and not errors
    ):
        text = "The payments must sum to the amount of the pledge."
        errors.append(FieldError("payments", "SUM_MISMATCH", text, ("amountPledged", "frequency")))
    row["custom_values"] = fields.written(
        row.pop("custom_fields"), errors, was=None if was is None else was["custom_values"]
    )
    if errors:
        raise Invalid("The pledge is not valid.", fields=tuple(errors))
    return {**row, "payment_days": [day for day, _ in own], "payment_minor": [minor for _, minor in own]}


def _payments(payments: Sequence[Any], currency: str, errors: list[FieldError]) -> list[tuple[date, int]]:
    """Payments in the order of their days."""
    if len(payments) > PAYMENTS_MAX:
        text = f"A pledge has at most {PAYMENTS_MAX} payments."
        errors.append(FieldError("payments", "TOO_MANY", text, ("frequency",)))
        return []
    read = []
    for n, payment in enumerate(payments):
        if payment is None:
            continue
        path = f"payments[{n}]"
        day = read_day(f"{path}.expectedPaymentDate", payment.expected_payment_date, errors)
        is_refused = bool(errors) and errors[-1].field == f"{path}.expectedPaymentDate"
        if day is None and payment.expected_payment_date is not None and not is_refused:
            errors.append(FieldError(f"{path}.expectedPaymentDate", "REQUIRED", "A payment needs its day."))
        minor = positive_minor(payment.expected_amount, currency, f"{path}.expectedAmount", errors)
        if day is not None and minor is not None:
            read.append((day, minor))
    return sorted(read, key=lambda each: each[0])

"""What a valid new campaign is, and a flip of its sync switch. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

import msgspec

from almoner.kernel.days import NEVER, YEARS
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.money import MoneyError, to_minor
from almoner.kernel.text import clean


class SyncChange(msgspec.Struct, frozen=True, kw_only=True):
    """One flip of `canSync`: when (UTC), to what, by whom and why."""

    changed_at: datetime
    can_sync: bool
    changed_by: str
    reason: str | None


def checked(said: Mapping[str, Any], currency: str, zone: tzinfo) -> dict[str, Any]:
    """The columns to write of a new campaign whose goal is in `currency`; `Invalid` names every broken field.

    What is written without a zone is in `zone`, the organization's.
    """
    errors: list[FieldError] = []
    row = dict(said)
    row["name"] = clean(said["name"])
    if row["name"] is None:
        errors.append(FieldError("name", "REQUIRED", "A campaign needs a name."))
    row["giving_goal_minor"] = _goal(row.pop("giving_goal"), currency, errors)
    start = _instant("startDate", row.pop("start_date"), zone, errors)
    end = _instant("endDate", row.pop("end_date"), zone, errors)
    row["start_at"], row["end_at"] = start, end
    if (
        start is None
        and said["start_date"] is not None
        and all(error.field != "startDate" for error in errors)
    ):
        errors.append(FieldError("startDate", "REQUIRED", "A campaign needs a start."))
    for field, instant in (("startDate", start), ("endDate", end)):
        if instant is not None and instant.year not in YEARS:
            errors.append(
                FieldError(field, "OUT_OF_RANGE", f"The year must lie in {YEARS[0]} to {YEARS[-1]}.")
            )
    if end is not None and start is not None and end < start:
        errors.append(FieldError("endDate", "OUT_OF_RANGE", "A campaign cannot end before it starts."))
    if errors:
        raise Invalid("The campaign is not valid.", fields=tuple(errors))
    return row


def _instant(field: str, written: str | None, zone: tzinfo, errors: list[FieldError]) -> datetime | None:
    """The instant in `written` (UTC), None when it is blank or, with an error for `field`, when it is none."""
    text = clean(written)
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text.upper())
        if instant.date() == NEVER:
            return None
        return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        told = "Expected a time such as 2024-12-31T09:00:00Z, or a day such as 2024-12-31."
        errors.append(FieldError(field, "INVALID", told))
        return None


def _goal(amount: Decimal | None, currency: str, errors: list[FieldError]) -> int | None:
    if amount is None:
        return None
    try:
        minor = to_minor(amount, currency)
    except MoneyError as error:
        errors.append(FieldError("givingGoal", error.code, str(error)))
        return None
    if minor < 0:
        errors.append(FieldError("givingGoal", "OUT_OF_RANGE", "A goal cannot be negative."))
    return minor

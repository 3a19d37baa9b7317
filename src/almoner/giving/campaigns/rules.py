"""What a valid campaign is, and a change of its sync switch. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

import msgspec

from almoner.giving.links import INTEGRATION, contact_key
from almoner.kernel.amounts import whole_minor
from almoner.kernel.days import NEVER, YEARS
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean


class SyncChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change of `canSync`: when (UTC), to what, by whom and why."""

    changed_at: datetime
    can_sync: bool
    changed_by: str
    reason: str | None


_GOALS = {
    "giving_goal": ("givingGoal", "giving_goal_minor"),
    "average_gift_goal": ("averageGiftGoal", "average_gift_goal_minor"),
}


def checked(said: Mapping[str, Any], currency: str, zone: tzinfo) -> dict[str, Any]:
    """The columns to write of a campaign whose goals are in `currency`; `Invalid` names every broken field.

    What is written without a zone is in `zone`, the organization's, or in UTC where the field says so. What nothing is said of and stays
    (`canSync`, `crmKey`) has no column.
    """
    errors: list[FieldError] = []
    row: dict[str, Any] = {"name": clean(said["name"]), "description": clean(said["description"])}
    if row["name"] is None:
        errors.append(FieldError("name", "REQUIRED", "A campaign needs a name."))
    for name, (field, column) in _GOALS.items():
        row[column] = _goal(said[name], said[f"has_{name}"], field, currency, errors)
    row["total_gift_goal"] = None if said["has_total_gift_goal"] is False else said["total_gift_goal"]
    row["start_at"], row["end_at"] = _span(said, zone, errors)
    row["apply_segment_to_recurring_gifts"] = said["apply_segment_to_recurring_gifts"]
    if said["can_sync"] is not None:
        row["can_sync"] = said["can_sync"]
    row |= _crm_key(said, errors)
    if errors:
        raise Invalid("The campaign is not valid.", fields=tuple(errors))
    return row


def _span(
    said: Mapping[str, Any], zone: tzinfo, errors: list[FieldError]
) -> tuple[datetime | None, datetime | None]:
    start = _of_two("startDate", said["start_date"], said["start_date_time_utc"], zone, errors)
    end = _of_two("endDate", said["end_date"], said["end_date_time_utc"], zone, errors)
    is_said = said["start_date"] is not None or said["start_date_time_utc"] is not None
    if start is None and is_said and all(not error.field.startswith("startDate") for error in errors):
        errors.append(FieldError("startDate", "REQUIRED", "A campaign needs a start."))
    if end is not None and start is not None and end < start:
        errors.append(FieldError("endDate", "OUT_OF_RANGE", "A campaign cannot end before it starts."))
    return start, end


def _of_two(
    field: str, written: str | None, in_utc: str | None, zone: tzinfo, errors: list[FieldError]
) -> datetime | None:
    """The instant that the field of UTC says, else that of the other; both are read, so that each error is told."""
    local = _instant(field, written, zone, errors)
    exact = _instant(f"{field}TimeUtc", in_utc, UTC, errors)
    return local if exact is None else exact


def _crm_key(said: Mapping[str, Any], errors: list[FieldError]) -> dict[str, str | None]:
    """The column of its key in the CRM, by `crmKey` or `crmKeys`: a map by integration, or a list; nothing when neither says one."""
    given = said["crm_keys"] or {}
    by_name = given if isinstance(given, Mapping) else {each.integration: each.crm_key for each in given}
    for strange in [name for name in by_name if name != INTEGRATION][:1]:
        text = f"The one CRM here is {INTEGRATION}, not {str(strange)[:40]}."
        errors.append(FieldError("crmKeys", "UNKNOWN", text))
    keys = [key for key in (said["crm_key"], by_name.get(INTEGRATION)) if key is not None]
    if not keys:
        return {}
    key, *others = (contact_key(each) or None for each in keys)
    if any(other != key for other in others):
        errors.append(FieldError("crmKey", "INCONSISTENT", "crmKeys says another key.", ("crmKeys",)))
    return {"crm_key": key}


def _instant(field: str, written: str | None, zone: tzinfo, errors: list[FieldError]) -> datetime | None:
    """The instant in `written` (UTC), None when it is blank or, with an error for `field`, when it is none."""
    text = clean(written)
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text.upper())
        if instant.date() == NEVER:
            return None
        instant = (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        told = "Expected a time such as 2024-12-31T09:00:00Z, or a day such as 2024-12-31."
        errors.append(FieldError(field, "INVALID", told))
        return None
    if instant.year not in YEARS:
        errors.append(FieldError(field, "OUT_OF_RANGE", f"The year must lie in {YEARS[0]} to {YEARS[-1]}."))
    return instant


def _goal(
    amount: Decimal | None, has_it: bool | None, field: str, currency: str, errors: list[FieldError]
) -> int | None:
    minor = whole_minor(amount, currency, field, errors)
    if minor is not None and minor < 0:
        errors.append(FieldError(field, "OUT_OF_RANGE", "A goal cannot be negative."))
    return None if has_it is False else minor

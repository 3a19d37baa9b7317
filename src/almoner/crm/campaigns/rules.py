"""What a valid campaign is, and the days that a project belongs to one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from almoner.crm.wire import read_amount, read_day, read_moment
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean, fold


def checked(said: Mapping[str, Any], currency: str, time_zone: str) -> dict[str, Any]:
    """The columns to write of a campaign whose goal is in `currency`; days are those of `time_zone`. `Invalid` names every broken field.

    Null of a name or of a list stands for what could not be read: nothing is said of it.
    """
    errors: list[FieldError] = []
    name = clean(said["name"])
    if name is None and said["name"] is not None:
        errors.append(FieldError("name", "REQUIRED", "A campaign needs a name."))
    start = read_moment("startDateTimeUtc", said.get("start_date_time_utc"), time_zone, errors)
    end = read_moment("endDateTimeUtc", said.get("end_date_time_utc"), time_zone, errors, at_end=True)
    if start is not None and end is not None and end < start:
        text = "A campaign cannot end before it starts."
        errors.append(FieldError("endDateTimeUtc", "OUT_OF_RANGE", text, ("startDateTimeUtc",)))
    row = {
        "name": name,
        "description": clean(said.get("description")),
        "starts_at": start,
        "ends_at": end,
        "giving_goal_minor": read_amount("givingGoal", said.get("giving_goal"), currency, errors),
        "new_giver_goal": said.get("new_giver_goal"),
        "total_gift_goal": said.get("total_gift_goal"),
        "steps": _steps(said.get("steps") or (), errors),
    }
    if errors:
        raise Invalid("The campaign is not valid.", fields=tuple(errors))
    return row


def _steps(steps: Sequence[str | None], errors: list[FieldError]) -> list[str]:
    names = [clean(step) for step in steps]
    seen: set[str] = set()
    for number, (said, name) in enumerate(zip(steps, names, strict=True)):
        if said is None:
            continue
        if name is None:
            errors.append(FieldError(f"steps[{number}]", "REQUIRED", "A step needs a name."))
        elif fold(name) in seen:
            errors.append(FieldError(f"steps[{number}]", "TAKEN", f"The step '{name}' is there already."))
        else:
            seen.add(fold(name))
    return [name for name in names if name is not None]


def membership_days(
    said: Mapping[str, Any], own: tuple[date | None, date | None], errors: list[FieldError]
) -> dict[str, date | None]:
    """The columns of the days that `said` names, else of the campaign's `own` first and last; what is wrong with them goes to `errors`."""
    start = read_day("fromDate", said.get("from_date"), errors) or own[0]
    end = read_day("untilDate", said.get("until_date"), errors) or own[1]
    if start is not None and end is not None and end < start:
        text = "The last day cannot be before the first; one that is left out is the campaign's."
        errors.append(FieldError("untilDate", "OUT_OF_RANGE", text, ("fromDate",)))
    return {"from_on": start, "until_on": end}

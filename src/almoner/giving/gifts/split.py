"""How a gift's money is split, and its day: the same whether it is given or corrected. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from almoner.giving.gifts.requests import GiftProjectBody
from almoner.kernel.amounts import positive_minor
from almoner.kernel.days import NEVER
from almoner.kernel.errors import FieldError
from almoner.kernel.text import clean, fold_code


def split_of(
    given: list[GiftProjectBody],
    amount_minor: int | None,
    currency: str | None,
    most: int,
    errors: list[FieldError],
) -> tuple[dict[str, Any], ...]:
    """The parts of a gift as the database takes them: a project's id or folded code (of both, they must be one project's), and minor units that sum to the amount."""
    if not given:
        return ({"minor": amount_minor},)
    if len(given) > most:
        errors.append(FieldError("projects", "TOO_MANY", f"A gift is split across at most {most} projects."))
        return ()
    parts = [
        _project(part, index, len(given), amount_minor, currency, errors) for index, part in enumerate(given)
    ]
    amounts = [part["minor"] for part in parts]
    if amount_minor is not None and None not in amounts and sum(amounts) != amount_minor:
        errors.append(
            FieldError(
                "projects", "SUM_MISMATCH", "The amounts of the projects must sum to the amount of the gift."
            )
        )
    return tuple(parts)


def _project(
    part: GiftProjectBody,
    index: int,
    count: int,
    whole: int | None,
    currency: str | None,
    errors: list[FieldError],
) -> dict[str, Any]:
    path = f"projects[{index}]"
    if part.amount is not None:
        minor = positive_minor(part.amount, currency, f"{path}.amount", errors)
    elif count == 1:
        minor = whole
    else:
        minor = None
        errors.append(FieldError(f"{path}.amount", "REQUIRED", "Each project of a split needs its amount."))
    code = clean(part.code)
    if part.project_id is not None:
        named = {"id": part.project_id, "minor": minor}
        return named if code is None else {**named, "code": fold_code(code)}
    if code is None:
        text = "Name the project by projectId or code."
        errors.append(FieldError(f"{path}.projectId", "REQUIRED", text, (f"{path}.code",)))
        return {"minor": minor}
    return {"code": fold_code(code), "minor": minor}


def day_of(text: str | None, today: date, errors: list[FieldError]) -> date:
    """The organization-local day that `text` writes, or `today`; an error of `date` when it is none that a gift can have."""
    if text is None:
        return today
    try:
        # The day as it is written; a time of day is allowed and plays no part, so no zone shifts it (crm-api.md 6).
        day = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).date()
    except ValueError:
        errors.append(FieldError("date", "INVALID", "Write the day of the gift as YYYY-MM-DD."))
        return today
    if day == NEVER:
        return today
    if not date(1900, 1, 1) <= day <= today:
        errors.append(FieldError("date", "OUT_OF_RANGE", "The day of a gift lies between 1900 and today."))
    return day

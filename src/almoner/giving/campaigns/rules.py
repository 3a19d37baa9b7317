"""A campaign as it is stored, what a valid new one is, and the history of its sync switch. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.money import MoneyError, to_minor
from almoner.kernel.text import clean

if TYPE_CHECKING:
    from decimal import Decimal

    from almoner.giving.campaigns.schemas import CampaignRequest

YEARS = range(1900, 2200)
"""Years a campaign may start or end in; near the ends of the calendar another zone has no such instant."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign. `can_sync` holds for gifts made from now on; those made before keep what they were made with."""

    id: int
    name: str
    description: str | None
    start_at: datetime
    end_at: datetime | None
    giving_goal_minor: int | None
    total_gift_goal: int | None
    can_sync: bool
    crm_key: str | None
    created_at: datetime
    modified_at: datetime
    gifts: int
    donors: int
    raised_minor: int


@dataclass(frozen=True, slots=True)
class SyncChange:
    """One flip of `canSync`: when (UTC), to what, by whom and why."""

    changed_at: datetime
    can_sync: bool
    changed_by: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Draft:
    """The parts of a new campaign that needed checking; the goal in minor units."""

    name: str
    giving_goal_minor: int | None


def draft(request: CampaignRequest, currency: str) -> Draft:
    """Check a new campaign whose goal is in `currency`; `Invalid` names every broken field."""
    errors: list[FieldError] = []
    name = clean(request.name)
    if name is None:
        errors.append(FieldError("name", "REQUIRED", "A campaign needs a name."))
    goal = _goal(request.giving_goal, currency, errors)
    for field, instant in (("startDate", request.start_date), ("endDate", request.end_date)):
        if instant is not None and instant.year not in YEARS:
            errors.append(
                FieldError(field, "OUT_OF_RANGE", f"The year must lie in {YEARS[0]} to {YEARS[-1]}.")
            )
    if request.end_date is not None and request.end_date < request.start_date:
        errors.append(FieldError("endDate", "OUT_OF_RANGE", "A campaign cannot end before it starts."))
    if name is None or errors:
        raise Invalid("The campaign is not valid.", fields=tuple(errors))
    return Draft(name, goal)


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

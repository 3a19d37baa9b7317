"""What a valid premium is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from almoner.giving.coded import named
from almoner.kernel.amounts import whole_minor
from almoner.kernel.errors import FieldError, Invalid


def checked(said: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """The columns to write of a premium of the fields `said`, its worth in `currency`; `Invalid` names every broken field."""
    errors: list[FieldError] = []
    row = {**named(said, "premium", errors), "is_active": said["is_active"]}
    worth = whole_minor(said["fair_value"], currency, "fairValue", errors) or 0
    if worth < 0:
        errors.append(FieldError("fairValue", "OUT_OF_RANGE", "The amount cannot be negative."))
    row["fair_value_minor"] = worth
    if "inventory_count" in said:
        row["inventory_count"] = said["inventory_count"]
    if errors:
        raise Invalid("The premium is not valid.", fields=tuple(errors))
    return row

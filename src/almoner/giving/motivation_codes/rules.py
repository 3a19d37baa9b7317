"""What a valid motivation code is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from almoner.giving.coded import named
from almoner.kernel.errors import FieldError, Invalid


def checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to write of a motivation code of the fields `said`; `Invalid` names each that is blank."""
    errors: list[FieldError] = []
    row = {**named(said, "motivation code", errors), "is_active": said["is_active"]}
    if errors:
        raise Invalid("The motivation code is not valid.", fields=tuple(errors))
    return row

"""What a valid kind of part is, and those that an organization begins with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from almoner.kernel.errors import Invalid
from almoner.kernel.text import clean, fold

FIRST_TYPES = ("Manager", "Contact Person", "Volunteer", "Beneficiary")
"""The kinds of parts that a new organization has; the original leaves them to the organization and tells none (crm-api.md appendix B)."""


def checked_type(said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to write of a kind of part of the fields `said`; `Invalid` names what is broken."""
    role = clean(said["role"])
    if role is None:
        raise Invalid.field("role", "REQUIRED", "A role needs a name.")
    return {**said, "role": role, "role_key": fold(role)}

"""A giving project as it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

DEFAULT_CODE = "GENERAL"
DEFAULT_NAME = "General Fund"


@dataclass(frozen=True, slots=True)
class Project:
    """What a gift is for. The code is what the CRM knows it by; codes differ by more than case."""

    id: int
    name: str
    code: str
    description: str | None
    is_active: bool
    is_default: bool
    created_at: datetime
    modified_at: datetime

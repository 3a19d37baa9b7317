"""A giving project as it is stored, and what a valid new one is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean

if TYPE_CHECKING:
    from almoner.giving.projects.schemas import ProjectRequest

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


def name_and_code(request: ProjectRequest) -> tuple[str, str]:
    """The trimmed name and code of a new project; `Invalid` names each that is blank."""
    name, code = clean(request.name), clean(request.code)
    if name is None or code is None:
        blank = [field for field, text in (("name", name), ("code", code)) if text is None]
        errors = tuple(FieldError(field, "REQUIRED", f"A project needs a {field}.") for field in blank)
        raise Invalid("The project is not valid.", fields=errors)
    return name, code

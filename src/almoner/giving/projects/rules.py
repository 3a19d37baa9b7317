"""What a valid new project is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean, fold_code

DEFAULT = {"name": "General Fund", "code": "GENERAL", "is_default": True}
"""The project of gifts that name none (raise-api.md 3.7: every donation has a project)."""


def checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to write of a new project whose fields are `said`; `Invalid` names each that is blank.

    The code is what the CRM knows it by; codes differ by more than case.
    """
    row = {**said, "name": clean(said["name"]), "code": clean(said["code"])}
    blank = [field for field in ("name", "code") if row[field] is None]
    if blank:
        errors = tuple(FieldError(field, "REQUIRED", f"A project needs a {field}.") for field in blank)
        raise Invalid("The project is not valid.", fields=errors)
    return {**row, "code_key": fold_code(row["code"])}

"""Failures of project roles."""

from __future__ import annotations

from almoner.kernel.errors import Conflict, FieldError


class RoleTypeTaken(Conflict):
    """Another kind of part has this name, in whatever case."""

    def __init__(self, role: str) -> None:
        message = f"Another kind of part has the name '{role}'."
        super().__init__(message, fields=(FieldError("role", "TAKEN", message),))

"""Failures of premiums."""

from __future__ import annotations

from almoner.kernel.errors import Conflict, FieldError


class PremiumCodeTaken(Conflict):
    """Another premium has this code, in whatever case."""

    def __init__(self, code: str) -> None:
        message = f"Another premium has the code '{code}'."
        super().__init__(message, fields=(FieldError("code", "TAKEN", message),))

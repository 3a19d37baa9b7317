"""Why a project was not made."""

from __future__ import annotations

from almoner.kernel.errors import Conflict, FieldError


class ProjectCodeTaken(Conflict):
    """Another project of the organization has this code, in whatever case."""

    code = "PROJECT_CODE_TAKEN"

    def __init__(self, code: str) -> None:
        message = f"Another project has the code '{code}'."
        super().__init__(message, fields=(FieldError("projectCode", "TAKEN", message),))

"""Why a project was not made or changed."""

from __future__ import annotations

from almoner.kernel.errors import Conflict, FieldError


class ProjectCodeTaken(Conflict):
    """Another project of the organization has this code, in whatever case."""

    def __init__(self, *taken: FieldError) -> None:
        super().__init__(taken[0].message, fields=taken)


def code_taken(code: str, field: str = "projectCode") -> FieldError:
    """What is wrong with a field that names a code in use."""
    return FieldError(field, "TAKEN", f"Another project has the code '{code}'.")

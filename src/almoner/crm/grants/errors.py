"""Why a grant was not made or changed."""

from __future__ import annotations

from almoner.kernel.errors import Conflict, FieldError


class ReferenceTaken(Conflict):
    """Another grant of the organization has this reference id."""

    def __init__(self, reference_id: str) -> None:
        text = f"Another grant has the reference id '{reference_id}'."
        super().__init__(text, fields=(FieldError("referenceId", "TAKEN", text),))

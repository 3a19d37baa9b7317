"""Why a segment was not made or changed."""

from __future__ import annotations

from almoner.kernel.errors import Conflict, FieldError


class SegmentCodeTaken(Conflict):
    """Another segment of the organization has this code, in whatever case."""

    code = "SEGMENT_CODE_TAKEN"

    def __init__(self, code: str) -> None:
        text = f"Another segment has the code '{code}'."
        super().__init__(text, fields=(FieldError("code", "TAKEN", text),))

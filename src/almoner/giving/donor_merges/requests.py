"""What comes in about donors who are one."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.kernel.ids import ID_MAX
from almoner.platform.wire import Body, OptionalBody

Reason = Annotated[str, Meta(max_length=1000)]


class DonorMergeBody(Body):
    """Which donor is merged into the one of the path."""

    duplicate_id: Annotated[int, Meta(ge=1, le=ID_MAX)]
    """The donor whose gifts move."""
    reason: Reason | None = None
    """Why the two are one."""


class DonorUnmergeBody(OptionalBody):
    """Why a donor is its own again."""

    reason: Reason | None = None
    """Why the merge was a mistake."""

"""What comes in about gifts: how one is split, and what is corrected of one (an extension: the original edits none)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from almoner.kernel.ids import ID_MAX
from almoner.platform.wire import Body

Code = Annotated[str, Meta(max_length=100)]
Text = Annotated[str, Meta(max_length=4000)]


class GiftProjectBody(Body):
    """One part of the split, by project id or code; without an amount it takes the whole gift."""

    project_id: Annotated[int, Meta(ge=1, le=ID_MAX)] | None = None
    code: Code | None = None
    amount: Decimal | None = None


class GiftPatchBody(Body):
    """A correction: only what is sent changes. A new amount goes with a new split when the gift is split."""

    amount: Decimal | UnsetType = UNSET
    projects: list[GiftProjectBody] | UnsetType = UNSET
    date: str | UnsetType = UNSET
    segment_code: Code | UnsetType | None = UNSET
    is_anonymous: bool | UnsetType = UNSET
    notes: Text | UnsetType | None = UNSET
    comment: Text | UnsetType | None = UNSET

"""What comes in about gifts: how one is split, and what is corrected of one (an extension: the original edits none)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from almoner.kernel.ids import ID_MAX
from almoner.platform.wire import Body, Day

Code = Annotated[str, Meta(max_length=100)]
Text = Annotated[str, Meta(max_length=4000)]


Amount = Annotated[Decimal, Meta(extra_json_schema={"exclusiveMinimum": 0})]
"""What is given; rules say the rest, which depends on the currency."""


class GiftProjectBody(Body):
    """One part of the split, by project id or code; without an amount it takes the whole gift."""

    project_id: Annotated[int, Meta(ge=1, le=ID_MAX)] | None = None
    """The project, by its id."""
    code: Code | None = None
    """An extension: the project, by its code in whatever case."""
    amount: Amount | None = None
    """How much of the gift is for it; the whole gift when it is the only part."""


class GiftPatchBody(Body):
    """A correction: only what is sent changes. A new amount goes with a new split when the gift is split."""

    amount: Amount | UnsetType = UNSET
    """The new amount, in the gift's currency."""
    projects: Annotated[list[GiftProjectBody], Meta(extra_json_schema={"minItems": 1})] | UnsetType = UNSET
    """The new split; it sums to the amount."""
    date: Day | UnsetType = UNSET
    """The organization-local day of the gift, as `2024-12-31`."""
    segment_code: Code | UnsetType | None = UNSET
    """The code of the segment; null takes it away."""
    is_anonymous: bool | UnsetType = UNSET
    """Whether the donor wishes not to be named."""
    notes: Text | UnsetType | None = UNSET
    """What staff note about the gift; null takes it away."""
    comment: Text | UnsetType | None = UNSET
    """What the donor says; null takes it away."""

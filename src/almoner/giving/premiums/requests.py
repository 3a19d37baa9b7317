"""What comes in about premiums (raise-api.md 3.8: the resource is named, its shape is not public)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from almoner.platform.wire import Body

COUNT_MAX = 10**9
"""Most that there may be of a premium."""


class PremiumBody(Body):
    """A premium, new or as it is from now on: what is left out is cleared, but for the stock. Worth is in the base currency."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    """The name of the premium."""
    code: Annotated[str, Meta(min_length=1, max_length=100)]
    """Its code, that no other premium has, in whatever case."""
    description: Annotated[str, Meta(max_length=3000)] | None = None
    """What it is."""
    fair_value: Annotated[Decimal, Meta(extra_json_schema={"minimum": 0})] | None = None
    """What one is worth: a gift is deductible without that."""
    inventory_count: Annotated[int, Meta(ge=0, le=COUNT_MAX)] | UnsetType | None = UNSET
    """How many there are; null: nobody counts them. It stays when it is left out, for gifts move it."""
    is_active: bool = True
    """Whether it is given out."""

"""What comes in about premiums (crm-api.md 8.8 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from almoner.crm.custom_fields.requests import CustomFields
from almoner.platform.wire import Body

COUNT_MAX = 10**9
"""Most that a stock may be, or be below zero."""

Worth = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0})]
Count = Annotated[int, Meta(ge=-COUNT_MAX, le=COUNT_MAX)]


class PremiumBody(Body):
    """A premium, new or as it is from now on: what is left out is cleared, but for the stock. Amounts are in the organization's currency."""

    name: Annotated[str, Meta(max_length=150)]
    """The name of the premium."""
    code: Annotated[str, Meta(max_length=100)]
    """Its code, that no other premium has, in whatever case."""
    price: Worth | None = None
    """What it is sold for."""
    fair_market_value: Worth | None = None
    """What it is worth: a gift is deductible without that."""
    description: Annotated[str, Meta(max_length=3000)] | None = None
    """What it is."""
    cost: Worth | None = None
    """What it costs the organization."""
    inventory_count: Count | UnsetType | None = UNSET
    """How many there are. It stays when it is left out, for it moves by itself; Increment and Decrement move it beside others who do."""
    is_active: bool = True
    """Whether it is given out for new gifts."""
    custom_fields: CustomFields | None = None
    """Values of the organization's own fields."""

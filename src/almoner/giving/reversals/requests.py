"""What comes in to refund a gift."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.giving.gifts.requests import Amount, GiftProjectBody
from almoner.platform.wire import OptionalBody

Reason = Annotated[str, Meta(max_length=1000)]


class RefundBody(OptionalBody):
    """How much goes back, and of which projects; without either, all that is left of the gift."""

    amount: Amount | None = None
    """How much goes back, in the gift's currency; without `projects` in proportion to what is left for each."""
    projects: Annotated[list[GiftProjectBody], Meta(extra_json_schema={"minItems": 1})] | None = None
    """How much of which project goes back; a project without an amount gives back all that is left for it."""
    reason: Reason | None = None
    """Why, for whoever reads the gift later."""

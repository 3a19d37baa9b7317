"""What comes in with a gift about its premiums and its tribute (crm-api.md appendix A)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from almoner.crm.tributes.rules import TYPES
from almoner.kernel.ids import ID_MAX
from almoner.platform.wire import Body, one_of

STATES = ("Add", "Update", "Delete", "Ignore")
PREMIUMS_MAX = 100
"""Premiums of one gift."""

_Id = Annotated[int, Meta(ge=1, le=ID_MAX)]


class GiftPremiumBody(Body):
    """A premium that the giver gets."""

    premium_id: _Id
    """The premium."""
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    """How many of it."""
    state: Annotated[str, one_of(STATES), Meta(max_length=100)] | None = None
    """What is done with it; one to delete or ignore is left out."""


class ExtrasBody(Body):
    """What goes with a gift and is no money."""

    gift_premiums: Annotated[list[GiftPremiumBody], Meta(extra_json_schema={"maxItems": PREMIUMS_MAX})] = (
        msgspec.field(default_factory=list)
    )
    """What the giver gets in return; it is taken from the stock."""
    tribute_id: _Id | None = None
    """The tribute that the gift is given with."""
    tribute_type: Annotated[str, one_of(dict.fromkeys((*TYPES, *TYPES.values())))] | None = None
    """What kind of tribute it is, by its name or its code in whatever case. That of `tributeId` when it is left out."""
    tribute_description: Annotated[str, Meta(max_length=1000)] | None = None
    """The tribute in words, where none is kept."""
    acknowledgee_id: _Id | None = None
    """Who is told of the tribute: an individual. The one that the tribute names when it is left out."""

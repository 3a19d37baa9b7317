"""What comes in with a gift about its premiums and its tribute (crm-api.md appendix A)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.wire import RecordId
from almoner.platform.wire import Body, one_of

STATES = ("Add", "Update", "Delete", "Ignore")
PREMIUMS_MAX = 100
"""Premiums of one gift."""


class GiftPremiumBody(Body):
    """A premium that the giver gets."""

    premium_id: RecordId
    """The premium."""
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    """How many of it."""
    state: Annotated[str, one_of(STATES), Meta(max_length=100)] | None = None
    """What is done with it; one to delete or ignore is left out."""

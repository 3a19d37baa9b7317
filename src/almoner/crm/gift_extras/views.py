"""The wire shape of a premium that a giver got (crm-api.md appendix A)."""

from __future__ import annotations

from typing import Any

from almoner.crm.tributes.rules import words
from almoner.crm.wire import link
from almoner.platform.wire import View, fill


class GiftPremiumView(View, kw_only=True):
    """A premium that the giver got."""

    id: int
    """The id of what was given out."""
    premium_id: int
    """The premium."""
    premium: str
    """The name of the premium."""
    premium_url: str
    """The address at which the premium is read."""
    quantity: int
    """How many of it."""
    display: str
    """Premium and quantity as text."""
    is_returned: bool
    """An extension: whether it came back, for the gift was wholly taken back."""


def gift_premium(part: dict[str, Any], crm_url: str) -> GiftPremiumView:
    """An element of the column `premiums` as the wire has it."""
    return fill(
        GiftPremiumView,
        part,
        premium_url=link(crm_url, "Premium", part["premium_id"]),
        display=f"{part['premium']} ({part['quantity']})",
    )


def gift_tribute(row: Any) -> str | None:
    """Whom a gift honours, as people read it; None when it honours nobody."""
    return words(
        row["tribute_type"], row["tribute_first_name"], row["tribute_last_name"], row["tribute_description"]
    )

"""The wire shapes of what goes with a gift (crm-api.md appendix A)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from almoner.crm.tributes.rules import NAMES, TYPES, words
from almoner.crm.wire import StampedView, link
from almoner.platform.wire import View, fill, one_of, rows_of


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


class GiftExtrasView(StampedView, kw_only=True):
    """What a gift tells of what goes with it and is no money."""

    tribute: str | None
    """Whom the gift honours, as text for people."""
    tribute_id: int | None
    """The id of that tribute; null when it is in words alone."""
    tribute_type: Annotated[str, one_of(TYPES)] | None
    """What kind of tribute it is."""
    tribute_description: str | None
    """An extension: the tribute in words, where they were said."""
    acknowledgee_individual_id: int | None
    """Who is told of the tribute."""
    gift_premiums: list[GiftPremiumView]
    """What the giver gets in return."""


def extras_pieces(crm_url: str) -> dict[str, Callable[[Any], Any]]:
    """What a gift tells of it beside the columns of the same name. Links lead to the API at `crm_url`."""
    return {
        "tribute": _tribute,
        "tribute_type": lambda row: NAMES.get(row["tribute_type"]),
        "gift_premiums": lambda row: [_premium(part, crm_url) for part in rows_of(row["premiums"])],
    }


def _premium(part: dict[str, Any], crm_url: str) -> GiftPremiumView:
    """An element of the column `premiums` as the wire has it."""
    return fill(
        GiftPremiumView,
        part,
        premium_url=link(crm_url, "Premium", part["premium_id"]),
        display=f"{part['premium']} ({part['quantity']})",
    )


def _tribute(row: Any) -> str | None:
    """Whom a gift honours, as people read it; None when it honours nobody."""
    return words(
        row["tribute_type"], row["tribute_first_name"], row["tribute_last_name"], row["tribute_description"]
    )

"""The shapes that lists of gifts have (crm-api.md 6 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from almoner.crm.gifts.views import GiftDesignationView, GiftView, gift_pieces
from almoner.platform.telling import Pieces
from almoner.platform.wire import View, fill


class GiftRowView(View, kw_only=True):
    """A gift as lists have it: day and amount are formatted text."""

    id: int
    """The id of the gift."""
    contact_id: int
    """The contact who gave."""
    contact_individual_id: int | None
    """The person of the contact who gave."""
    gift_type: str
    """How the gift was paid."""
    gift_date: str
    """The organization-local day of the gift (`12/7/2023`)."""
    amount: str
    """The amount as text."""
    segment: str | None
    """The name of the segment that the gift answers to."""
    batch: str | None
    """The batch that the gift was entered in."""
    gift_url: str
    """The address at which the gift is read."""
    culture: str | None = None
    """How amounts are written; not kept yet."""
    currency_code: str
    """The currency of the gift, by its code in ISO 4217."""
    exchange_rate: Decimal | None
    """1 for a gift in the base currency; for another the rate that it was entered with, null when there was none."""
    base_currency_code: str
    """The organization's base currency."""


def row_pieces(base_currency: str, crm_url: str) -> Pieces:
    """What lists tell of a gift beside its columns of the same name, as `gift_pieces`."""
    of_gift = gift_pieces(base_currency, crm_url)
    same = ("gift_type", "currency_code", "exchange_rate", "base_currency_code", "gift_url")
    as_text = {"gift_date": of_gift["gift_date_formatted"], "amount": of_gift["amount_formatted"]}
    return {**{name: of_gift[name] for name in same}, **as_text}


def row_view(row: Any, pieces: Pieces) -> GiftRowView:
    """A row of the statement `listed` as lists have it."""
    return fill(GiftRowView, row, **{name: piece(row) for name, piece in pieces.items()})


class GiftByReferenceView(GiftRowView, kw_only=True):
    """A gift as the list by a contact's reference has it: with its designations."""

    gift_designations: list[GiftDesignationView]
    """The parts of the gift; they sum to its amount."""


def gift_by_reference(gift: GiftView) -> GiftByReferenceView:
    """`gift` as the list by a contact's reference has it."""
    return fill(GiftByReferenceView, gift, gift_date=gift.gift_date_formatted, amount=gift.amount_formatted)

"""The wire shapes of a gift (crm-api.md 6, 8.4 and appendix A)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import field

from almoner.crm.gifts.rules import type_name
from almoner.crm.wire import StampedView, link, midnight_text, short_text, stamps
from almoner.kernel.money import format_amount, to_decimal
from almoner.platform.telling import Pieces
from almoner.platform.wire import View, fill, rows_of

SAME_CURRENCY = Decimal("1.0")


class OriginView(View, kw_only=True):
    """What giving knew of a synced gift: the gift there and the campaign and segment that produced it."""

    raise_gift_id: int | None = None
    campaign_id: int | None = None
    campaign_name: str | None = None
    segment_code: str | None = None


class GiftDesignationView(View, kw_only=True):
    """A part of a gift and its project. Without a name the project is not there."""

    id: int
    project_id: int
    project: str | None
    project_code: str | None
    external_accounting_code: str | None
    project_type: str | None
    project_location: str | None
    project_url: str
    amount_designated: Decimal
    display: str


class GiftView(StampedView, kw_only=True):
    """A gift. What this version does not keep is null or empty.

    `sourceRaiseGiftId` and `origin` are additive: they tell which giving record the gift came from.
    """

    id: int
    transaction_source: str | None
    transaction_id: str | None
    contact_id: int
    contact_name: str
    contact_url: str
    gift_type: str
    gift_type_formatted: str
    gift_date: str
    gift_date_formatted: str
    amount: Decimal
    amount_formatted: str
    currency_code: str
    exchange_rate: Decimal | None
    base_currency_code: str
    batch: str | None
    segment_id: int | None = None
    segment: str | None = None
    segment_code: str | None
    segment_url: str | None = None
    media_outlet_id: int | None = None
    media_outlet: str | None = None
    grant_id: int | None = None
    grant: str | None = None
    grant_url: str | None = None
    notes: str
    tribute: str | None = None
    tribute_id: int | None = None
    tribute_type: str | None = None
    acknowledgee_individual_id: int | None = None
    receipt_date: str | None = None
    receipt_date_formatted: str = ""
    contact_passthrough_id: int | None = None
    contact_passthrough_url: str | None = None
    contact_individual_id: int | None
    cash_accounting_code: str | None = None
    gift_ask_id: int | None = None
    contact_membership_id: int | None = None
    gift_designations: list[GiftDesignationView]
    gift_premiums: list[dict[str, str]] = field(default_factory=list)
    pledge_payments: list[dict[str, str]] = field(default_factory=list)
    recurring_gift_payments: list[dict[str, str]] = field(default_factory=list)
    gift_url: str
    is_private: bool
    is_tax_deductible: bool
    custom_fields: list[dict[str, str]] = field(default_factory=list)
    source_raise_gift_id: int | None
    origin: OriginView | None


class GiftRowView(View, kw_only=True):
    """A gift as lists have it: day and amount are formatted text."""

    id: int
    contact_id: int
    contact_individual_id: int | None
    gift_type: str
    gift_date: str
    amount: str
    segment: str | None = None
    batch: str | None
    gift_url: str
    culture: str | None = None
    exchange_rate: Decimal | None


def gift_pieces(base_currency: str) -> dict[str, Callable[[Any], Any]]:
    """What a gift tells beside its columns of the same name, each made alone, so that of a broken gift the others are told.

    No rate is known for a gift in another currency than the base.
    """
    return {
        "contact_url": lambda row: link("Contact", row["contact_id"]),
        "gift_type_formatted": lambda row: type_name(row["gift_type"]),
        "gift_date": lambda row: midnight_text(row["gift_on"]),
        "gift_date_formatted": lambda row: short_text(row["gift_on"]),
        "amount": lambda row: to_decimal(row["amount_minor"], row["currency"]),
        "amount_formatted": lambda row: format_amount(row["amount_minor"], row["currency"]),
        "currency_code": lambda row: row["currency"],
        "exchange_rate": lambda row: SAME_CURRENCY if row["currency"] == base_currency else None,
        "base_currency_code": lambda _: base_currency,
        "notes": lambda row: row["notes"] or "",
        "gift_designations": lambda row: [
            _designation(part, row["currency"]) for part in rows_of(row["designations"])
        ],
        "gift_url": lambda row: link("Gift", row["id"]),
        "source_raise_gift_id": lambda row: None if (of := _origin(row)) is None else of.raise_gift_id,
        "origin": _origin,
    }


def gift_view(row: Any, pieces: Pieces) -> GiftView:
    """A row of the statement `records` as the wire has it."""
    return fill(GiftView, row, **{name: piece(row) for name, piece in pieces.items()}, **stamps(row))


def _origin(row: Any) -> OriginView | None:
    return None if row["origin"] is None else msgspec.json.decode(row["origin"], type=OriginView)


def gift_row(gift: GiftView) -> GiftRowView:
    """`gift` as lists have it."""
    return fill(GiftRowView, gift, gift_date=gift.gift_date_formatted, amount=gift.amount_formatted)


def _designation(part: dict[str, Any], currency: str) -> GiftDesignationView:
    minor = part["amount_minor"]
    return fill(
        GiftDesignationView,
        part,
        project_url=link("Project", part["project_id"]),
        amount_designated=to_decimal(minor, currency),
        display=f"{part['project'] or 'No project'} ({format_amount(minor, currency)})",
    )

"""The wire shapes of a gift (crm-api.md 6, 8.4 and appendix A)."""

from __future__ import annotations

from decimal import Decimal

from msgspec import field

from almoner.crm.gifts.rules import Designation, Gift, GiftSummary, Origin, type_name
from almoner.crm.wire import link, midnight_text, short_text
from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.wire import local_text
from almoner.platform.wire import View

SAME_CURRENCY = Decimal("1.0")


class GiftDesignationView(View, kw_only=True):
    """A part of a gift and its project."""

    id: int
    project_id: int
    project: str
    project_code: str
    external_accounting_code: str | None
    project_type: str | None
    project_location: str | None
    project_url: str
    amount_designated: Decimal
    display: str


class GiftView(View, kw_only=True):
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
    create_date_time_utc: str
    created_by_user: str | None = None
    modified_date_time_utc: str
    modified_by_user: str | None = None
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
    origin: Origin | None


class GiftRow(View, kw_only=True):
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


def gift_view(gift: Gift, base_currency: str) -> GiftView:
    """`gift` as the wire has it. No rate is known for a gift in another currency than the organization's."""
    return GiftView(
        id=gift.id,
        transaction_source=gift.transaction_source,
        transaction_id=gift.transaction_id,
        contact_id=gift.contact_id,
        contact_name=gift.contact_name,
        contact_url=link("Contact", gift.contact_id),
        gift_type=gift.gift_type,
        gift_type_formatted=type_name(gift.gift_type),
        gift_date=midnight_text(gift.gift_on),
        gift_date_formatted=short_text(gift.gift_on),
        amount=to_decimal(gift.amount_minor, gift.currency),
        amount_formatted=format_amount(gift.amount_minor, gift.currency),
        currency_code=gift.currency,
        exchange_rate=_rate(gift.currency, base_currency),
        base_currency_code=base_currency,
        batch=gift.batch,
        create_date_time_utc=local_text(gift.created_at),
        modified_date_time_utc=local_text(gift.modified_at),
        segment_code=gift.segment_code,
        notes=gift.notes or "",
        contact_individual_id=gift.contact_individual_id,
        gift_designations=[_designation(part, gift.currency) for part in gift.designations],
        gift_url=link("Gift", gift.id),
        is_private=gift.is_private,
        is_tax_deductible=gift.is_tax_deductible,
        source_raise_gift_id=None if gift.origin is None else gift.origin.raise_gift_id,
        origin=gift.origin,
    )


def gift_row(gift: GiftSummary, base_currency: str) -> GiftRow:
    """`gift` as lists have it."""
    return GiftRow(
        id=gift.id,
        contact_id=gift.contact_id,
        contact_individual_id=gift.contact_individual_id,
        gift_type=gift.gift_type,
        gift_date=short_text(gift.gift_on),
        amount=format_amount(gift.amount_minor, gift.currency),
        batch=gift.batch,
        gift_url=link("Gift", gift.id),
        exchange_rate=_rate(gift.currency, base_currency),
    )


def _designation(part: Designation, currency: str) -> GiftDesignationView:
    return GiftDesignationView(
        id=part.id,
        project_id=part.project_id,
        project=part.project,
        project_code=part.project_code,
        external_accounting_code=part.external_accounting_code,
        project_type=part.project_type,
        project_location=part.project_location,
        project_url=link("Project", part.project_id),
        amount_designated=to_decimal(part.amount_minor, currency),
        display=f"{part.project} ({format_amount(part.amount_minor, currency)})",
    )


def _rate(currency: str, base_currency: str) -> Decimal | None:
    return SAME_CURRENCY if currency == base_currency else None

"""The wire shapes of a gift (crm-api.md 6, 8.4 and appendix A)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from almoner.crm.commitments.views import PledgePaymentView, RecurringGiftPaymentView, applied_pieces
from almoner.crm.custom_fields.views import CustomFieldValueView, told_list
from almoner.crm.gift_extras.views import GiftExtrasView, extras_pieces
from almoner.crm.gifts.details_view import GiftTypeDetailsView
from almoner.crm.gifts.rules import NON_CASH_TYPES, type_name
from almoner.crm.wire import link, midnight_text, short_text, stamps
from almoner.kernel.money import format_amount, to_decimal
from almoner.platform.telling import Pieces
from almoner.platform.wire import View, filler, rows_of

SAME_CURRENCY = Decimal("1.0")


class OriginView(View, kw_only=True):
    """What giving knew of a synced gift: the gift there, and the campaign, form and segment that produced it."""

    raise_gift_id: int | None = None
    """The id of the gift in giving."""
    campaign_id: int | None = None
    """The id of its campaign in giving."""
    campaign_name: str | None = None
    """The name of that campaign when the gift was made."""
    segment_code: str | None = None
    """The code of the segment that was given with it."""
    segment_id: int | None = None
    """The id of that segment in giving."""
    segment_name: str | None = None
    """The name of that segment."""
    form_id: int | None = None
    """The id of the form in giving that it came by."""
    form_name: str | None = None
    """The name of that form."""
    motivation_code: str | None = None
    """The motivation code that was given with it."""
    premium_code: str | None = None
    """The code of the premium in giving that the donor got in return."""
    covered_costs: Decimal | None = None
    """The costs that the donor covered, which are in the amount and designated for themselves."""


class GiftDesignationView(View, kw_only=True):
    """A part of a gift and its project. Without a name the project is not there."""

    id: int
    """The id of the designation."""
    project_id: int
    """The project that this part is for."""
    project: str | None
    """The name of the project."""
    project_code: str | None
    """The code of the project."""
    external_accounting_code: str | None
    """The project's code in the organization's accounts."""
    project_type: str | None
    """The type of the project."""
    project_location: str | None
    """The location of the project."""
    project_url: str
    """The address at which the project is read."""
    amount_designated: Decimal
    """How much of the gift is for the project, in the gift's currency."""
    display: str
    """Project and amount as text."""
    is_tax_deductible: bool | None
    """An extension: whether the project is tax-deductible: a receipt may name the part if the gift is too."""


class PassthroughView(View, kw_only=True):
    """Through whom a gift, or a part of it, came."""

    contact_id: int
    """The contact."""
    contact_url: str
    """The address at which the contact is read."""
    amount: Decimal
    """How much came through it, in the gift's currency."""


class NonCashGiftTypeView(View, kw_only=True):
    """A kind of thing that is given and is no money."""

    id: int
    """The id of the kind."""
    name: str
    """Its name."""
    is_enabled: bool
    """Whether it can be chosen: always."""


class GiftView(GiftExtrasView, kw_only=True):
    """A gift. What this version does not keep is null or empty.

    `sourceRaiseGiftId` and `origin` are additive: they tell which giving record the gift came from.
    """

    id: int
    """The id of the gift."""
    transaction_source: str | None
    """The system that the gift came from."""
    transaction_id: str | None
    """The key that the gift has in that system."""
    contact_id: int
    """The contact who gave."""
    contact_name: str
    """The name of the contact."""
    contact_url: str
    """The address at which the contact is read."""
    gift_type: str
    """How the gift was paid, by the name that people read."""
    gift_type_formatted: str
    """The same."""
    gift_date: str
    """The organization-local day of the gift, at midnight and of no zone (`2023-12-07T00:00:00`)."""
    gift_date_formatted: str
    """The same day as text (`12/7/2023`)."""
    amount: Decimal
    """The amount, in `currencyCode`."""
    amount_formatted: str
    """The amount as text."""
    currency_code: str
    """The currency of the gift, by its code in ISO 4217."""
    exchange_rate: Decimal | None
    """1 for a gift in the base currency; for another the rate that it was entered with, null when there was none."""
    base_currency_code: str
    """The organization's base currency."""
    batch: str | None
    """The batch that the gift was entered in."""
    segment_id: int | None
    """The id of the segment that the gift answers to; null when it names none."""
    segment: str | None
    """The name of the segment."""
    segment_code: str | None
    """The code of the segment, or one that another system sent and that no segment has."""
    segment_url: str | None
    """Where the segment is read."""
    media_outlet_id: int | None
    """The id of the media outlet that the giver heard from, as whoever entered the gift numbers them."""
    media_outlet: str | None
    """The name of the media outlet."""
    grant_id: int | None
    """The grant that the gift pays."""
    grant: str | None
    """The title of that grant."""
    grant_url: str | None
    """Where that grant is read."""
    notes: str
    """What is noted about the gift; empty when nothing is."""
    receipt_date: str | None
    """The day of the receipt, at midnight and of no zone."""
    receipt_date_formatted: str
    """That day as text; empty when there is none."""
    receipt_segment_id: int | None
    """An extension: the segment of the receipt."""
    contact_passthrough_id: int | None
    """The first contact through whom the gift came."""
    contact_passthrough_url: str | None
    """Where that contact is read."""
    contact_individual_id: int | None
    """The person of the contact who gave."""
    cash_accounting_code: str | None
    """The account that the money went to."""
    is_acknowledged_gift: bool
    """Whether the giver was thanked."""
    acknowledgement_date: str | None
    """The day on which the giver was thanked, at midnight and of no zone."""
    acknowledgement_notes: str
    """What is noted about the thanks; empty when nothing is."""
    gift_ask_id: int | None
    """The ask that the gift answers."""
    contact_membership_id: int | None = None
    """The membership that the gift pays; not kept yet."""
    gift_designations: list[GiftDesignationView]
    """The parts of the gift; they sum to its amount."""
    pledge_payments: list[PledgePaymentView]
    """The payments of pledges that the gift is, each with what this gift brings."""
    recurring_gift_payments: list[RecurringGiftPaymentView]
    """The payments of recurring gifts that the gift is."""
    planned_gift_id: int | None
    """An extension: the planned gift that the gift is."""
    gift_url: str
    """The address at which the gift is read."""
    is_private: bool
    """Whether the gift is left out of what others see."""
    is_tax_deductible: bool
    """Whether a receipt for taxes may be given."""
    custom_fields: list[CustomFieldValueView]
    """What it has in the organization's own fields."""
    type_details: GiftTypeDetailsView | None
    """An extension: what belongs to the type of the gift; null when nothing is kept."""
    gift_passthroughs: list[PassthroughView]
    """An extension: the contacts through whom the gift came, with how much of it."""
    source_raise_gift_id: int | None
    """An extension: the id of the gift in giving that this one came from."""
    origin: OriginView | None
    """An extension: what giving knew of the gift; null when it came from elsewhere."""


def gift_pieces(base_currency: str, crm_url: str) -> dict[str, Callable[[Any], Any]]:
    """What a gift tells beside its columns of the same name, each made alone, so that of a broken gift the others are told.

    The rate of a gift in another currency than the base is the one that it was entered with. Links lead to the API at `crm_url`.
    """
    return {
        **_detail_pieces(base_currency, crm_url),
        **applied_pieces(crm_url),
        "contact_url": lambda row: link(crm_url, "Contact", row["contact_id"]),
        "gift_type": lambda row: type_name(row["gift_type"]),
        "gift_type_formatted": lambda row: type_name(row["gift_type"]),
        "gift_date": lambda row: midnight_text(row["gift_on"]),
        "gift_date_formatted": lambda row: short_text(row["gift_on"]),
        "amount": lambda row: to_decimal(row["amount_minor"], row["currency"]),
        "amount_formatted": lambda row: format_amount(row["amount_minor"], row["currency"]),
        "currency_code": lambda row: row["currency"],
        "base_currency_code": lambda _: base_currency,
        "segment_code": lambda row: row["own_segment_code"] or row["segment_code"],
        "segment_url": lambda row: row["segment_id"] and link(crm_url, "Segment", row["segment_id"]),
        "notes": lambda row: row["notes"] or "",
        "gift_designations": lambda row: [
            _designation(part, row["currency"], crm_url) for part in rows_of(row["designations"])
        ],
        **extras_pieces(crm_url),
        "gift_url": lambda row: link(crm_url, "Gift", row["id"]),
        "custom_fields": lambda row: told_list(row["told_custom_values"]),
        "source_raise_gift_id": lambda row: None if (of := _origin(row)) is None else of.raise_gift_id,
        "origin": _origin,
    }


def _detail_pieces(base_currency: str, crm_url: str) -> dict[str, Callable[[Any], Any]]:
    """What a gift tells of its columns `details` and `passthrough_..`."""
    return {
        "exchange_rate": lambda row: (
            SAME_CURRENCY if row["currency"] == base_currency else _details(row).get("exchange_rate")
        ),
        "media_outlet_id": lambda row: _details(row).get("media_outlet_id"),
        "media_outlet": lambda row: _details(row).get("media_outlet"),
        "receipt_date": lambda row: _midnight(_details(row).get("receipt_date")),
        "receipt_segment_id": lambda row: _details(row).get("receipt_segment_id"),
        "receipt_date_formatted": lambda row: _short(_details(row).get("receipt_date")),
        "contact_passthrough_id": lambda row: next(iter(row["passthrough_contact_ids"]), None),
        "contact_passthrough_url": lambda row: next(
            (link(crm_url, "Contact", contact_id) for contact_id in row["passthrough_contact_ids"]), None
        ),
        "cash_accounting_code": lambda row: _details(row).get("cash_accounting_code"),
        "is_acknowledged_gift": lambda row: _details(row).get("is_acknowledged_gift", False),
        "acknowledgement_date": lambda row: _midnight(_details(row).get("acknowledgement_date")),
        "acknowledgement_notes": lambda row: _details(row).get("acknowledgement_notes", ""),
        "type_details": lambda row: _type_details(_details(row)),
        "gift_passthroughs": lambda row: [
            PassthroughView(
                contact_id=contact_id,
                contact_url=link(crm_url, "Contact", contact_id),
                amount=to_decimal(minor, row["currency"]),
            )
            for contact_id, minor in zip(
                row["passthrough_contact_ids"], row["passthrough_minor"], strict=True
            )
        ],
    }


_NO_DETAILS: dict[str, Any] = {}
_decode_details = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode


def _details(row: Any) -> dict[str, Any]:
    return _NO_DETAILS if row["details"] == "{}" else _decode_details(row["details"])


def _type_details(details: dict[str, Any]) -> GiftTypeDetailsView | None:
    if not details:
        return None
    own = {name: details[name] for name in GiftTypeDetailsView.__struct_fields__ if name in details}
    days = {name: _midnight(own[name]) for name in own if name.startswith("date_")}
    numbers = {name: Decimal(own[name]) for name in own if name in _NUMBERS}
    return GiftTypeDetailsView(**{**own, **days, **numbers}) if own else None


_NUMBERS = ("coin_amount", "coin_sale_amount", "number_of_shares", "stock_sale_amount", "non_cash_original_amount",
            "non_cash_sale_amount")  # fmt: skip


def _midnight(day: str | None) -> str | None:
    return None if day is None else midnight_text(date.fromisoformat(day))


def _short(day: str | None) -> str:
    return "" if day is None else short_text(date.fromisoformat(day))


def non_cash_gift_types() -> list[NonCashGiftTypeView]:
    """The kinds of things that are given and are no money, by id; each organization has them from its start."""
    return [
        NonCashGiftTypeView(id=number, name=name, is_enabled=True)
        for number, name in enumerate(NON_CASH_TYPES, start=1)
    ]


def gift_teller(pieces: Pieces) -> Callable[[Any], GiftView]:
    """What makes the wire's gifts of rows of the statement `records`.

    What a gift tells of a column in which nothing is kept is made once for all of them: most have nothing there, and it is more than half of
    what they tell.
    """
    always, nothing = dict(pieces), dict[str, dict[str, Any]]()
    groups = [
        (column, blank, {name: always.pop(name) for name in names})
        for column, (blank, names) in _TOLD_OF.items()
    ]

    make: Callable[[Any, dict[str, Any]], GiftView] | None = None

    def tell(row: Any) -> GiftView:
        nonlocal make
        said = {name: piece(row) for name, piece in always.items()}
        for column, blank, own in groups:
            is_blank = row[column] == blank
            told = nothing.get(column) if is_blank else None
            if told is None:
                told = {name: piece(row) for name, piece in own.items()}
                if is_blank:
                    nothing[column] = told
            said |= told
        said |= stamps(row)
        if make is None:
            make = filler(GiftView, row, said)
        return make(row, said)

    return tell


_TOLD_OF: dict[str, tuple[Any, tuple[str, ...]]] = {
    "details": ("{}", ("media_outlet_id", "media_outlet", "receipt_date", "receipt_segment_id", "receipt_date_formatted",
        "cash_accounting_code", "is_acknowledged_gift", "acknowledgement_date", "acknowledgement_notes", "type_details")),
    "passthrough_contact_ids": ([], ("contact_passthrough_id", "contact_passthrough_url", "gift_passthroughs")),
    "applied": (None, ("grant_id", "grant", "grant_url", "gift_ask_id", "planned_gift_id", "pledge_payments",
        "recurring_gift_payments")),
    "premiums": (None, ("gift_premiums",)),
    "told_custom_values": (None, ("custom_fields",)),
    "origin": (None, ("source_raise_gift_id", "origin")),
    "notes": (None, ("notes",)),
    "segment_id": (None, ("segment_url",)),
    "tribute_type": (None, ("tribute_type",)),
}  # fmt: skip
"""What is told of one column alone, by the column: the value of one that keeps nothing, and the fields that are then the same of every gift."""


def _origin(row: Any) -> OriginView | None:
    return None if row["origin"] is None else msgspec.json.decode(row["origin"], type=OriginView)


def _designation(part: dict[str, Any], currency: str, crm_url: str) -> GiftDesignationView:
    minor = part["amount_minor"]
    # Named one by one, which costs half of `fill`: there are more of these than of gifts.
    return GiftDesignationView(
        id=part["id"],
        project_id=part["project_id"],
        project=part["project"],
        project_code=part["project_code"],
        external_accounting_code=part["external_accounting_code"],
        project_type=part["project_type"],
        project_location=part["project_location"],
        project_url=link(crm_url, "Project", part["project_id"]),
        amount_designated=to_decimal(minor, currency),
        display=f"{part['project'] or 'No project'} ({format_amount(minor, currency)})",
        is_tax_deductible=part["is_tax_deductible"],
    )

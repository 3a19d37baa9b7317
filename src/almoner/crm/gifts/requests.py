"""What comes in about gifts (crm-api.md 8.4 and appendix A; the seed page's field names beside the spec's)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, ClassVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from almoner.crm.commitments.requests import PledgePaymentBody, RecurringPaymentBody
from almoner.crm.custom_fields.requests import CustomFields
from almoner.crm.gift_extras.requests import PREMIUMS_MAX, GiftPremiumBody
from almoner.crm.gifts.rules import NON_CASH_TYPES, TYPES
from almoner.crm.tributes.rules import TYPES as TRIBUTE_TYPES
from almoner.crm.wire import RecordId, WrittenDay
from almoner.platform.wire import FormBody, one_of

Word = Annotated[str, Meta(max_length=100)]
Key = Annotated[str, Meta(min_length=1, max_length=255)]
Amount = Annotated[Decimal, Meta(extra_json_schema={"exclusiveMinimum": 0})]
PASSTHROUGHS_MAX = 100
"""Contacts through whom one gift came (crm-api.md 8.4)."""
STATES = ("Add", "Update", "Delete", "Ignore")


DESIGNATIONS: Mapping[str, str] = {"designations": "giftDesignations"}
"""What the original calls the parts of a gift in other places (crm-api.md 13): both are taken."""


class DesignationBody(FormBody):
    """A part of a gift and the project that it is for, by one of the three names that a project has. Of a new gift several have to agree; elsewhere the first of id, code and accounting code counts."""

    id: RecordId | None = None
    """In a replacement: the designation that it is, which keeps its id. Without a project it keeps that too."""
    project_id: RecordId | None = None
    """The project, by its id."""
    project_code: Word | None = None
    """The project, by its code in whatever case."""
    external_accounting_code: Word | None = None
    """The project, by its code in the organization's accounts, as it is written there. Of several with one code none is taken."""
    amount_designated: Amount | None = None
    """How much of the gift is for it."""
    amount: Amount | None = None
    """Another name of `amountDesignated`."""
    state: Annotated[Word, one_of(STATES)] | None = None
    """What is done with the part; one to delete or ignore is left out."""


Quantity = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0})]


class GiftTypeDetailsBody(FormBody):
    """What belongs to gifts of one type alone; said of another type it is refused. Blanks, false and null say nothing."""

    check_number: Word | None = None
    """Of a check: its number."""
    credit_card_type: Word | None = None
    """Of credit: the kind of card."""
    cryptocoin_type: Word | None = None
    """Of a cryptocoin: which it is."""
    transaction_hash: Annotated[str, Meta(max_length=255)] | None = None
    """Of a cryptocoin: the hash of its transaction."""
    coin_sold_for_cash: bool | None = None
    """Of a cryptocoin: whether it was sold."""
    coin_amount: Quantity | None = None
    """Of a cryptocoin: how much of it was given."""
    date_coin_was_sold: WrittenDay | None = None
    """Of a cryptocoin: the day on which it was sold."""
    coin_sale_amount: Quantity | None = None
    """Of a cryptocoin: what it was sold for."""
    ticker_symbol: Word | None = None
    """Of stock: its symbol."""
    number_of_shares: Quantity | None = None
    """Of stock: how many shares were given."""
    ira_custodian: Word | None = None
    """Of a qualified charitable distribution: who keeps the account."""
    stock_sold_for_cash: bool | None = None
    """Of stock: whether it was sold."""
    date_stock_was_sold: WrittenDay | None = None
    """Of stock: the day on which it was sold."""
    stock_sale_amount: Quantity | None = None
    """Of stock: what it was sold for."""
    non_cash_gift_type_id: RecordId | None = None
    """Of what is no money: the kind of thing, by its id."""
    non_cash_gift_type: Annotated[Word, one_of(NON_CASH_TYPES)] | None = None
    """Of what is no money: the kind of thing, by its name in any case."""
    description: Annotated[str, Meta(max_length=4000)] | None = None
    """Of what is no money: what it is."""
    non_cash_sold_for_cash: bool | None = None
    """Of what is no money: whether it was sold."""
    date_non_cash_was_sold: WrittenDay | None = None
    """Of what is no money: the day on which it was sold."""
    non_cash_original_amount: Quantity | None = None
    """Of what is no money: what it was worth."""
    non_cash_sale_amount: Quantity | None = None
    """Of what is no money: what it was sold for."""


class PassthroughBody(FormBody):
    """Through whom a part of a gift came."""

    contact_id: RecordId
    """The contact."""
    amount: Amount | None = None
    """How much of the gift came through it: all of it when it is left out of the only one."""
    state: Annotated[Word, one_of(STATES)] | None = None
    """What is done with the element; one to delete or ignore is left out."""


class GiftFieldsBody(GiftTypeDetailsBody, kw_only=True):
    """What is said of a gift that is entered or replaced. Blanks, and 0 for an id, say nothing."""

    also_called: ClassVar[Mapping[str, str]] = DESIGNATIONS
    not_missed: ClassVar[tuple[str, ...]] = ("giftDesignations", "amount", "currencyCode")

    gift_premiums: Annotated[list[GiftPremiumBody], Meta(extra_json_schema={"maxItems": PREMIUMS_MAX})] = (
        msgspec.field(default_factory=list)
    )
    """What the giver gets in return; it is taken from the stock."""
    tribute_id: RecordId | None = None
    """The tribute that the gift is given with."""
    tribute_type: Annotated[str, one_of(dict.fromkeys((*TRIBUTE_TYPES, *TRIBUTE_TYPES.values())))] | None = (
        None
    )
    """What kind of tribute it is, by its name or its code in whatever case. That of `tributeId` when it is left out."""
    tribute_description: Annotated[str, Meta(max_length=1000)] | None = None
    """The tribute in words, where none is kept."""
    acknowledgee_id: RecordId | None = None
    """Who is told of the tribute: an individual. The one that the tribute names when it is left out."""
    acknowledgee_individual_id: RecordId | None = None
    """Another name of `acknowledgeeId`: so a gift that was read tells it."""
    gift_date: WrittenDay | None = None
    """The organization-local day of the gift; a time of day plays no part. Today when it is left out."""
    currency_code: Annotated[str, Meta(max_length=10)] | None = None
    """The currency, by its code in ISO 4217, in whatever case. The base currency when it is left out."""
    transaction_source: Key | None = None
    """The system that the gift comes from."""
    transaction_id: Key | None = None
    """The key that the gift has there: the same gift again is answered with the first."""
    contact_individual_id: RecordId | None = None
    """The person of the contact who gave."""
    batch: Word | None = None
    """The batch that the gift was entered in."""
    segment_id: RecordId | None = None
    """The segment that the gift answers to, by its id."""
    segment_code: Word | None = None
    """The segment, by its code in whatever case."""
    segment: Annotated[str, Meta(max_length=150)] | None = None
    """The segment, by its code, as transactions have it, or by its name, as gifts are read."""
    notes: Annotated[str, Meta(max_length=4000)] | None = None
    """What is noted about the gift."""
    is_private: bool = False
    """Whether the gift is left out of what others see."""
    is_tax_deductible: bool = True
    """Whether a receipt for taxes may be given."""
    recurring_gift_payments: list[RecurringPaymentBody] = msgspec.field(default_factory=list)
    """The payments of recurring gifts that the gift is. Without designations it is split as the first of them is."""
    pledge_payments: list[PledgePaymentBody] = msgspec.field(default_factory=list)
    """The payments of pledges that the gift is."""
    gift_ask_id: RecordId | None = None
    """The ask that the gift answers."""
    grant_id: RecordId | None = None
    """The grant that the gift pays."""
    planned_gift_id: RecordId | None = None
    """An extension: the planned gift that the gift is."""
    custom_fields: CustomFields | None = None
    """Values of the organization's own fields."""
    exchange_rate: Quantity | None = None
    """Of a gift in another currency: what one unit of it is worth in the base currency. 0 says nothing."""
    receipt_date: WrittenDay | None = None
    """The day of the receipt."""
    receipt_segment_id: RecordId | None = None
    """The segment of the receipt, by its id; 0 says nothing."""
    state: Word | None = None
    """The original has it without a meaning that is known: it is taken and not kept."""
    passthrough_gift_ask_id: RecordId | None = None
    """The ask that contacts passed on: it is taken and not kept."""
    contact_membership_id: RecordId | None = None
    """The membership that the gift pays: it is taken and not kept."""
    cash_accounting_code: Word | None = None
    """The account that the money went to."""
    media_outlet_id: RecordId | None = None
    """The media outlet that the giver heard from, by an id of your own."""
    media_outlet: Word | None = None
    """The media outlet, by its name."""
    contact_passthrough_id: RecordId | None = None
    """The contact through whom the whole gift came."""
    gift_passthroughs: Annotated[list[PassthroughBody], Meta(max_length=PASSTHROUGHS_MAX)] | None = None
    """The contacts through whom parts of the gift came, each once; they go before `contactPassthroughId`."""
    is_acknowledged_gift: bool = False
    """Whether the giver was thanked."""
    acknowledgement_date: WrittenDay | None = None
    """The day on which the giver was thanked."""
    acknowledgement_notes: Annotated[str, Meta(max_length=4000)] | None = None
    """What is noted about the thanks."""
    type_details: GiftTypeDetailsBody | None = None
    """An extension: what belongs to the type, as gifts tell it; a field beside it goes before."""


class GiftBody(GiftFieldsBody, kw_only=True):
    """A gift to enter."""

    contact_id: RecordId
    """The contact who gave."""
    amount: Amount
    """The amount, in `currencyCode`: positive, with no more decimal places than the currency has."""
    gift_designations: list[DesignationBody] = msgspec.field(default_factory=list)
    """The parts, which sum to the amount: at least one."""
    gift_type: Annotated[Word, one_of(dict.fromkeys((*TYPES, *TYPES.values())))] = "Other"
    """How the gift was paid, by its name or its code in whatever case."""


class GiftReplacementBody(GiftFieldsBody, kw_only=True):
    """What a gift is from now on: what is left out is cleared. Who gave it, its source and its type stay; so do day, amount, currency and
    designations that are left out.
    """

    contact_id: RecordId | None = None
    """The contact who gave: it stays, and another is refused."""
    amount: Annotated[Decimal, Meta(extra_json_schema={"not": {"const": 0}})] | None = None
    """The amount, in `currencyCode`; it stays when it is left out. What takes another gift back keeps its negative one."""
    gift_designations: list[DesignationBody] | None = None
    """The parts that there are from now on, which sum to the amount. One with its `id`, and one of a project that had one, keeps its id;
    one to delete is left out, one to ignore stays as it was. All stay when this is left out or empty."""
    gift_type: Annotated[Word, one_of(dict.fromkeys((*TYPES, *TYPES.values())))] | None = None
    """How the gift was paid: it stays, and another is refused."""
    gift_date: WrittenDay | None = None
    """The organization-local day of the gift; it stays when it is left out."""
    recurring_gift_payments: list[RecurringPaymentBody] = msgspec.field(default_factory=list)
    """The payments of recurring gifts that the gift is from now on, those that it was by the `id` that they are read with. All stay when this is left out or empty."""
    pledge_payments: list[PledgePaymentBody] = msgspec.field(default_factory=list)
    """The payments of pledges that the gift is from now on. All stay when this is left out or empty."""
    gift_ask_id: RecordId | None = None
    """The ask that the gift answers."""
    grant_id: RecordId | None = None
    """The grant that the gift pays."""
    planned_gift_id: RecordId | None = None
    """An extension: the planned gift that the gift is."""
    currency_code: Annotated[str, Meta(max_length=10)] | None = None
    """The currency; it stays when it is left out."""


class GiftPatchBody(FormBody):
    """What changes of one gift: what is left out stays, null clears."""

    not_missed: ClassVar[tuple[str, ...]] = ("receiptDateUtc", "segmentId", "notes", "customFields")

    id: RecordId
    """The id of the gift."""
    receipt_date_utc: WrittenDay | UnsetType | None = UNSET
    """The day of the receipt; a time of day plays no part."""
    segment_id: RecordId | UnsetType | None = UNSET
    """The segment that the gift answers to."""
    notes: Annotated[str, Meta(max_length=4000)] | UnsetType | None = UNSET
    """What is noted about the gift."""
    custom_fields: CustomFields | UnsetType | None = UNSET
    """Values of the organization's own fields: those that are named change, the others stay. Null clears all."""


PATCHED_MAX = 1_000
"""Gifts that one PATCH may change."""

GiftPatches = Annotated[list[GiftPatchBody], Meta(extra_json_schema={"maxItems": PATCHED_MAX})]
"""Changes of gifts, each of another."""

BULK_MAX = 100
"""Gifts of one call (crm-api.md 8.4)."""

GiftBodies = Annotated[list[GiftBody], Meta(extra_json_schema={"maxItems": BULK_MAX})]
"""Gifts to enter together."""


class ReversalBody(FormBody):
    """A gift to take back by another of negative amounts; it stays as it is. A list of another name is refused: all would be taken back."""

    also_called: ClassVar[Mapping[str, str]] = DESIGNATIONS
    not_missed: ClassVar[tuple[str, ...]] = ("giftDesignations", "amount")
    no_strange_lists: ClassVar[bool] = True

    reversed_gift_id: RecordId
    """The gift."""
    gift_date: WrittenDay | None = None
    """The organization-local day of the reversal; today when it is left out."""
    notes: Annotated[str, Meta(max_length=4000)] | None = None
    """What is noted about the reversal."""
    amount: Amount | None = None
    """An extension: how much is taken back, positive, of each part in proportion; all that is left when it is left out."""
    gift_designations: list[DesignationBody] | None = None
    """An extension: how much is taken back, positive, of which projects, each within what is left of it."""

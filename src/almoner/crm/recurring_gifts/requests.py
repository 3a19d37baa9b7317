"""What comes in about recurring gifts and their payments (crm-api.md 8.7 and appendix A; client-facts.md 27)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from almoner.crm.changes import FREQUENCIES
from almoner.crm.commitments.requests import OfSegmentBody
from almoner.crm.custom_fields.requests import CustomFields
from almoner.crm.gifts.requests import Amount, DesignationBody, Key, Word
from almoner.crm.gifts.rules import TYPES
from almoner.crm.wire import RecordId, WrittenDay
from almoner.platform.wire import OptionalBody, one_of


class RecurringGiftChangeBody(OfSegmentBody, kw_only=True):
    """What a recurring gift is from now on, its designations too; what is left out is cleared."""

    also_called: ClassVar[Mapping[str, str]] = {"giftDesignations": "designations"}
    not_missed: ClassVar[tuple[str, ...]] = ("designations",)

    amount: Amount
    """How much each payment is, in its currency."""
    frequency: Annotated[Word, one_of(FREQUENCIES)]
    """How often it is paid, in whatever case."""
    designations: list[DesignationBody] = msgspec.field(default_factory=list)
    """The parts of each payment, which sum to its amount: at least one."""
    start_date: WrittenDay | None = None
    """The organization-local day of the first payment; today when a new one leaves it out."""
    next_expected_payment_date: WrittenDay | None = None
    """The day of the next payment. When it is left out, it stays; of a new one, or one that starts or comes otherwise, it is the first of its days from today on."""
    anticipated_end_date: WrittenDay | None = None
    """The day after which no payment is expected."""
    thank_you_date: WrittenDay | None = None
    """The day on which the contact was thanked."""
    automated_payments: bool = True
    """Whether payments come by themselves."""
    track_payments: bool = True
    """Whether expected payments are kept."""
    is_private: bool = False
    """Whether it is left out of what others see."""
    custom_fields: CustomFields | None = None
    """Values of the organization's own fields."""


class RecurringGiftBody(RecurringGiftChangeBody, kw_only=True):
    """A promise to give again and again."""

    contact_id: RecordId
    """The contact who promises."""
    currency_code: Annotated[str, Meta(max_length=10)] | None = None
    """An extension: the currency, by its code in ISO 4217. The base currency when it is left out."""
    transaction_source: Key | None = None
    """The system that it comes from."""
    transaction_id: Key | None = None
    """The key that it has there: the same again is answered with the first."""


class CancelBody(OptionalBody):
    """Why a recurring gift ends."""

    cancel_reason: Annotated[str, Meta(max_length=255)] | None = None
    """The reason, in your own words."""
    category_id: RecordId | None = None
    """The category of the reason, by a number of your own."""


class ManualPaymentBody(OptionalBody):
    """A payment that came outside of the schedule's own way."""

    gift_id: RecordId | None = None
    """The gift that it is. Without it one is entered, of the recurring gift's contact and split as it is."""
    payment_id: RecordId | None = None
    """The expected payment; the open one nearest to the day of the gift when it is left out."""
    amount: Amount | None = None
    """How much it is: what is expected, or all of the gift, when it is left out."""
    gift_date: WrittenDay | None = None
    """Of a new gift: its organization-local day; today when it is left out."""
    gift_type: Annotated[Word, one_of(dict.fromkeys((*TYPES, *TYPES.values())))] = "Other"
    """Of a new gift: how it was paid."""
    batch: Word | None = None
    """Of a new gift: the batch that it is entered in."""
    notes: Annotated[str, Meta(max_length=4000)] | None = None
    """Of a new gift: what is noted about it."""
    custom_fields: CustomFields | None = None
    """Of a new gift: values of the organization's own fields of gifts."""


class DismissBody(OptionalBody):
    """What becomes of an expected payment."""

    dismissed: bool = True
    """Whether it is not expected any more."""

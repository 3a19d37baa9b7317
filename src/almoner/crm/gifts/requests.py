"""What comes in about gifts (crm-api.md 8.4 and appendix A; the seed page's field names beside the spec's)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from almoner.crm.commitments.requests import PledgePaymentBody, RecurringPaymentBody
from almoner.crm.custom_fields.requests import CustomFields
from almoner.crm.gifts.rules import TYPES
from almoner.crm.wire import WrittenDay
from almoner.kernel.ids import ID_MAX
from almoner.platform.wire import Body, one_of

Word = Annotated[str, Meta(max_length=100)]
Key = Annotated[str, Meta(min_length=1, max_length=255)]
RecordId = Annotated[int, Meta(ge=1, le=ID_MAX)]
Amount = Annotated[Decimal, Meta(extra_json_schema={"exclusiveMinimum": 0})]
STATES = ("Add", "Update", "Delete", "Ignore")


class DesignationBody(Body):
    """A part of a gift and the project that it is for, by one of the three names that a project has."""

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


class GiftBody(Body):
    """A gift to enter."""

    contact_id: RecordId
    """The contact who gave."""
    amount: Amount
    """The amount, in `currencyCode`: positive, with no more decimal places than the currency has."""
    gift_designations: list[DesignationBody] = msgspec.field(default_factory=list)
    """The parts, which sum to the amount: at least one."""
    gift_type: Annotated[Word, one_of(dict.fromkeys((*TYPES, *TYPES.values())))] = "Other"
    """How the gift was paid, by its name or its code in whatever case."""
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
    segment_code: Word | None = None
    """The code of the segment."""
    segment: Word | None = None
    """Another name of `segmentCode`, as transactions have it."""
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


BULK_MAX = 100
"""Gifts of one call (crm-api.md 8.4)."""

GiftBodies = Annotated[list[GiftBody], Meta(extra_json_schema={"maxItems": BULK_MAX})]
"""Gifts to enter together."""


class ReversalBody(Body):
    """A gift to take back by another of negative amounts; it stays as it is."""

    reversed_gift_id: RecordId
    """The gift."""
    gift_date: WrittenDay | None = None
    """The organization-local day of the reversal; today when it is left out."""
    notes: Annotated[str, Meta(max_length=4000)] | None = None
    """What is noted about the reversal."""
    amount: Amount | None = None
    """An extension: how much is taken back, positive, of each part in proportion; all that is left when it is left out."""

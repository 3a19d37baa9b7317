"""What a gift says of what it is applied to (crm-api.md 8.4, 8.7, 8.8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from almoner.crm.wire import RecordId
from almoner.platform.wire import Body, one_of

STATES = ("Add", "Update", "Delete", "Ignore")
PAYMENT = "RecurringGiftPayment-"
"""What stands before the id of an expected payment where a gift names one (crm-api.md 8.4)."""

Word = Annotated[str, Meta(max_length=100)]
Amount = Annotated[Decimal, Meta(extra_json_schema={"exclusiveMinimum": 0})]


class OfSegmentBody(Body):
    """The segment that a promise, an ask or a grant answers to, by one of three names."""

    segment_id: RecordId | None = None
    """The segment that it answers to, by its id."""
    segment_code: Word | None = None
    """The segment, by its code in whatever case."""
    segment: Annotated[str, Meta(max_length=150)] | None = None
    """The segment, by its code or, as it is read, by its name."""


class RecurringPaymentBody(Body):
    """A payment of a recurring gift that a gift is."""

    id: RecordId | None = None
    """The recurring gift. Its open payment that is nearest to the day of the gift is meant, or one that was not expected. Of a payment that the gift is already, the payment."""
    payment_id: (
        Annotated[str, Meta(extra_json_schema={"pattern": rf"^({PAYMENT})?[1-9][0-9]{{0,17}}$"})] | None
    ) = None
    """The expected payment: `RecurringGiftPayment-` and its id."""
    amount: Amount | None = None
    """How much of the gift is for it; all when it is left out."""
    state: Annotated[Word, one_of(STATES)] | None = None
    """What is done with it; one to delete or ignore is left out of a new gift."""


class PledgePaymentBody(Body):
    """A payment of a pledge that a gift is."""

    id: RecordId | None = None
    """The expected payment of a pledge."""
    pledge_id: RecordId | None = None
    """An extension: the pledge. Its payments are filled in their order."""
    amount: Amount | None = None
    """How much of the gift is for it; all when it is left out."""
    state: Annotated[Word, one_of(STATES)] | None = None
    """What is done with it; one to delete or ignore is left out of a new gift."""

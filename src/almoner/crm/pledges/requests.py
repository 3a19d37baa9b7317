"""What comes in about pledges (crm-api.md 8.8 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from almoner.crm.commitments.requests import OfSegmentBody
from almoner.crm.custom_fields.requests import CustomFields
from almoner.crm.pledges.rules import FREQUENCIES, REASON_MAX
from almoner.crm.wire import RecordId, WrittenDay
from almoner.platform.wire import Body, OptionalBody, one_of

Word = Annotated[str, Meta(max_length=100)]
Amount = Annotated[Decimal, Meta(extra_json_schema={"exclusiveMinimum": 0})]


class ExpectedPaymentBody(Body):
    """A payment that a pledge is expected to come in."""

    expected_payment_date: Annotated[str, Meta(max_length=100)]
    """The organization-local day; a time of day plays no part."""
    expected_amount: Amount
    """How much is expected, in the base currency."""


class PledgeChangeBody(OfSegmentBody, kw_only=True):
    """What a pledge is from now on; what is left out is cleared."""

    amount_pledged: Amount
    """How much is pledged, in the base currency."""
    frequency: Annotated[Word, one_of(FREQUENCIES)] = "Once"
    """How often it comes, in whatever case: from the day of the pledge to that of its fulfillment, in equal shares; `Custom` as `payments` say."""
    pledge_date: WrittenDay | None = None
    """The organization-local day of the pledge; today when a new one leaves it out."""
    expected_fulfillment_date: WrittenDay | None = None
    """The day by which all of it is expected. Without it one payment is expected, on the day of the pledge."""
    gift_ask_id: RecordId | None = None
    """The ask that it answers."""
    project_id: RecordId | None = None
    """The project that it is for."""
    is_private: bool = False
    """Whether it is left out of what others see."""
    payments: list[ExpectedPaymentBody] | None = None
    """Of a pledge whose frequency is `Custom`: the payments, which sum to what is pledged. Of others it plays no part."""
    custom_fields: CustomFields | None = None
    """Values of the organization's own fields."""


class PledgeBody(PledgeChangeBody, kw_only=True):
    """A pledge to note."""

    contact_id: RecordId
    """The contact who pledges."""


class WriteOffBody(OptionalBody):
    """Why the rest of a pledge will not come."""

    reason: Annotated[str, Meta(max_length=REASON_MAX)] | None = None
    """The reason, in your own words."""

"""The wire shape of `POST /api/Raise/give` (raise-api.md 3.4). Fields marked extension are ours."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from almoner.giving.gifts.requests import GiftProjectBody
from almoner.kernel.ids import ID_MAX
from almoner.platform.wire import Body

Name = Annotated[str, Meta(max_length=75)]
Line = Annotated[str, Meta(max_length=150)]
Code = Annotated[str, Meta(max_length=100)]
Key = Annotated[str, Meta(min_length=1, max_length=255)]
RecordId = Annotated[int, Meta(ge=1, le=ID_MAX)]


class GiveDonorBody(Body):
    """Who gives. Found by e-mail, or (extension) by `sourceSystem` and `sourceKey` when there is no e-mail."""

    email: Line | None = None
    title: Name | None = None
    first_name: Name | None = None
    middle_name: Name | None = None
    last_name: Name | None = None
    suffix: Name | None = None
    is_organization: bool = False
    organization_name: Line | None = None
    phone: Annotated[str, Meta(max_length=50)] | None = None
    address1: Line | None = None
    address2: Line | None = None
    city: Line | None = None
    state: Line | None = None
    postal: Annotated[str, Meta(max_length=20)] | None = None
    country: Line | None = None
    crm_key: Key | None = None
    source_system: Key | None = None
    source_key: Key | None = None


class GiveBody(Body):
    """A donation. `date`, `transactionSource` and `transactionId` are extensions, for bringing gifts over."""

    amount: Decimal
    payment_method_id: Annotated[str, Meta(min_length=1, max_length=255)]
    payment_method_type: Annotated[int, Meta(ge=0, le=14)] | None = None
    currency_code: Annotated[str, Meta(max_length=10)] | None = None
    donor: GiveDonorBody | None = None
    projects: list[GiftProjectBody] = msgspec.field(default_factory=list)
    campaign_id: RecordId | None = None
    segment_code: Code | None = None
    motivation_code: Code | None = None
    crm_key: Key | None = None
    is_anonymous: bool = False
    is_test_mode: bool = False
    is_recurring: bool = False
    frequency: int | None = None
    notes: Annotated[str, Meta(max_length=4000)] | None = None
    comment: Annotated[str, Meta(max_length=4000)] | None = None
    date: str | None = None
    transaction_source: Key | None = None
    transaction_id: Key | None = None

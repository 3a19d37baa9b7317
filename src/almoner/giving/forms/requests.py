"""What comes in about forms (raise-api.md 3.8: the resource is named, its shape is not public)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from almoner.kernel.ids import ID_MAX
from almoner.platform.wire import Body

RecordId = Annotated[int, Meta(ge=1, le=ID_MAX)]
WEIGHT_MAX = 1_000_000


class FormShareBody(Body):
    """One part of a form's own split."""

    project_id: RecordId
    """The project that this part is for."""
    weight: Annotated[int, Meta(ge=1, le=WEIGHT_MAX)] = 1
    """How much of a gift that is, beside the weights of the others: 60 and 40, or 3 and 2."""


class DonationFormBody(Body):
    """A form, new or as it is from now on: what is left out is cleared, and it is active."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    """The name of the form."""
    campaign_id: RecordId
    """The campaign that its gifts are made in."""
    segment_id: RecordId | None = None
    """The segment that its gifts are of, unless they name another one of the campaign."""
    description: Annotated[str, Meta(max_length=3000)] | None = None
    """What it is for."""
    currency_code: Annotated[str, Meta(max_length=10)] | None = None
    """The currency of gifts that name none; the organization's base currency when it is left out."""
    motivation_code: Annotated[str, Meta(max_length=100)] | None = None
    """The motivation code of gifts that name none."""
    premium_id: RecordId | None = None
    """The premium of gifts that name none."""
    covers_costs: bool = True
    """Whether donors may cover the costs of the payment."""
    is_active: bool = True
    """Whether it takes gifts."""
    offered_project_ids: Annotated[list[RecordId], Meta(max_length=200)] = msgspec.field(default_factory=list)
    """The projects that it offers; all active ones when it is empty."""
    default_split: Annotated[list[FormShareBody], Meta(max_length=50)] = msgspec.field(default_factory=list)
    """How gifts that name no project are split; all of it is the default project's when it is empty."""

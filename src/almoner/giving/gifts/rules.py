"""What is told of a gift beyond its row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

STATUS_TEXT = {1: "Approved"}
"""The label of each status (raise-api.md 3.2)."""


class GiftFacts(msgspec.Struct, frozen=True):
    """What the CRM needs to know of a gift. None of it changes once the gift is made. Money in minor units."""

    id: int
    donor_id: int
    campaign_id: int | None
    campaign_name: str | None
    amount_minor: int
    currency: str
    project_minor: Sequence[int]
    codes: Sequence[str]
    gift_on: date
    received_at: datetime
    can_sync: bool
    is_test_mode: bool
    is_anonymous: bool
    payment_type: str
    segment_code: str | None
    notes: str | None

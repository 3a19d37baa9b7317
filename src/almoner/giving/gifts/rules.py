"""A gift as it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

STATUS_TEXT = {1: "Approved"}


@dataclass(frozen=True, slots=True)
class Gift:
    """One gift with its donor's name and its split. Money in minor units; `gift_on` is the organization-local day."""

    id: int
    donor_id: int
    campaign_id: int | None
    campaign_name: str | None
    amount_minor: int
    currency: str
    project_ids: tuple[int, ...]
    project_minor: tuple[int, ...]
    project_names: tuple[str, ...]
    status: int
    gift_on: date
    received_at: datetime
    modified_at: datetime
    is_test_mode: bool
    is_anonymous: bool
    payment_type: str
    payment_info: str | None
    gateway: str
    transaction_id: str
    authorization_number: str | None
    segment_code: str | None
    motivation_code: str | None
    notes: str | None
    comment: str | None
    source_system: str | None
    source_key: str | None


@dataclass(frozen=True, slots=True)
class GiftFacts:
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

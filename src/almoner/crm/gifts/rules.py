"""A gift as it is stored, and the names of its types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import msgspec

TYPE_NAMES = {
    "EFT": "Electronic Funds Transfer",
    "NonCash": "Non-Cash",
    "ReversingTransaction": "Reversing Transaction",
}
"""Names of the gift types that are not written as they are stored (crm-api.md 8.4)."""


class Origin(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What giving knew of a synced gift: the gift there and the campaign and segment that produced it."""

    raise_gift_id: int | None = None
    campaign_id: int | None = None
    campaign_name: str | None = None
    segment_code: str | None = None


@dataclass(frozen=True, slots=True)
class Designation:
    """A part of a gift and its project. `amount_minor` is in the gift's currency."""

    id: int
    project_id: int
    project: str
    project_code: str
    external_accounting_code: str | None
    project_type: str | None
    project_location: str | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class GiftSummary:
    """A gift as lists have it. `gift_on` is the organization-local day; money in minor units of `currency`."""

    id: int
    contact_id: int
    contact_individual_id: int | None
    gift_type: str
    gift_on: date
    amount_minor: int
    currency: str
    batch: str | None


@dataclass(frozen=True, slots=True)
class Gift:
    """One gift with its contact's name and its designations, which sum to its amount."""

    id: int
    contact_id: int
    contact_name: str
    contact_individual_id: int | None
    gift_type: str
    gift_on: date
    amount_minor: int
    currency: str
    transaction_source: str | None
    transaction_id: str | None
    batch: str | None
    segment_code: str | None
    notes: str | None
    is_private: bool
    is_tax_deductible: bool
    created_at: datetime
    modified_at: datetime
    origin: Origin | None
    designations: tuple[Designation, ...]


def type_name(gift_type: str) -> str:
    """A gift type as people read it."""
    return TYPE_NAMES.get(gift_type, gift_type)

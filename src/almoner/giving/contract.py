"""What other modules may know of giving: its event log, the facts of its records, and the link they get back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from almoner.giving.donors.rules import Donor
from almoner.giving.donors.service import read_donors
from almoner.giving.projects.service import create_default_project
from almoner.platform.database import Tx, load_queries
from almoner.platform.events.reader import EventReader

LOG = "giving"
DONOR_CREATED, DONOR_UPDATED, GIFT_CREATED = "donor.created", "donor.updated", "gift.created"

_gifts = load_queries(__file__, "gifts/store.sql")
_donors = load_queries(__file__, "donors/store.sql")

__all__ = [
    "DONOR_CREATED",
    "DONOR_UPDATED",
    "GIFT_CREATED",
    "LOG",
    "Donor",
    "GiftFacts",
    "donor_facts",
    "event_reader",
    "gift_facts",
    "link_donors",
    "prepare_organization",
]


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


def event_reader(consumer: str) -> EventReader:
    """The giving log as `consumer` reads it; events are keyed by donor."""
    return EventReader(LOG, consumer)


async def gift_facts(tx: Tx, gift_ids: Sequence[int]) -> dict[int, GiftFacts]:
    """Facts of gifts by id; unknown ids are left out."""
    rows = await _gifts.gift_facts(tx.conn, organization_id=tx.organization_id, ids=list(gift_ids))
    return {row["id"]: GiftFacts(*row.values()) for row in rows}


async def donor_facts(tx: Tx, donor_ids: Sequence[int]) -> dict[int, Donor]:
    """Donors as they are now, by id; unknown ids are left out."""
    return await read_donors(tx, list(donor_ids))


async def link_donors(tx: Tx, crm_keys: dict[int, str], now: datetime) -> None:
    """Write the CRM key of each donor back."""
    await _donors.link_donors(
        tx.conn,
        organization_id=tx.organization_id,
        ids=list(crm_keys),
        crm_keys=list(crm_keys.values()),
        now=now,
    )


async def prepare_organization(tx: Tx, now: datetime) -> None:
    """What a new organization starts with: the default project."""
    await create_default_project(tx, now)

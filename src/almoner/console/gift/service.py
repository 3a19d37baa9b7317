"""Read all that is known of one gift, and try it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from almoner.console.needs.service import retry
from almoner.crm.contacts.service import contacts_with_email
from almoner.giving.donors.rules import Donor
from almoner.giving.donors.service import read_donors
from almoner.giving.gifts.service import read_gift
from almoner.giving.gifts.views import GiftView
from almoner.platform.database import Tx
from almoner.sync.rules import BY_CONTACT
from almoner.sync.service import Why
from almoner.sync.triage.service import trouble

CONTACTS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Story:
    """A gift with its donor (None: it cannot be read); why it is where it is, and what it waits for (`trouble`: itself where for nothing else).

    `contacts` are those that may be the donor, where that is the question.
    """

    gift: GiftView
    donor: Donor | None
    why: Why
    trouble: Why
    contacts: list[tuple[int, str]]

    @property
    def donor_name(self) -> str:
        """What the donor is called, empty when nobody knows."""
        return "" if self.donor is None else self.donor.name

    @property
    def waits_for_another(self) -> bool:
        """Whether the cause is not its own, but its donor's or an earlier gift's."""
        return self.trouble is not self.why


async def read_story(tx: Tx, gift_id: int) -> Story:
    """A gift of whatever age and state; `NotFound` when this organization has none with this id."""
    gift = await read_gift(tx, gift_id)
    why, cause = await trouble(tx, gift_id)
    donor = (await read_donors(tx, [gift.donor_id])).get(gift.donor_id)
    contacts = []
    if cause.record.reason in BY_CONTACT and donor is not None and donor.email is not None:
        contacts = await contacts_with_email(tx, donor.email, CONTACTS_SHOWN)
    return Story(gift, donor, why, cause, contacts)


async def retry_gift(tx: Tx, gift_id: int, now: datetime) -> str:
    """Try a gift again, or what it waits for; answers what became of it. `NotFound` without the gift."""
    _, cause = await trouble(tx, gift_id)
    return await retry(tx, cause.record.entity, cause.record.record_id, now)

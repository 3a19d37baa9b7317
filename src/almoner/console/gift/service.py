"""Read all that is known of one gift, and try it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from almoner.console.donors.rules import contact_id
from almoner.console.needs.service import retry
from almoner.crm.contacts.service import contacts_with_email
from almoner.crm.contract import TakenBack
from almoner.crm.gifts import service as crm_gifts
from almoner.giving.campaigns.service import syncing
from almoner.giving.donors.rules import Donor, LinkChange
from almoner.giving.donors.service import link_changes, read_donors
from almoner.giving.gifts.corrections import Correction, corrections_of
from almoner.giving.gifts.service import broken_records, read_gift
from almoner.giving.gifts.views import GiftView
from almoner.giving.reversals.service import reversals_of
from almoner.giving.reversals.views import ReversalView
from almoner.giving.transfers.service import list_transfers
from almoner.giving.transfers.views import GiftTransferView
from almoner.platform.database import Tx
from almoner.platform.telling import BrokenRecord, is_told
from almoner.sync import service as sync
from almoner.sync.entities import DONOR
from almoner.sync.rules import BY_CONTACT, Reason
from almoner.sync.service import Why
from almoner.sync.triage.service import taken_back, trouble

May: TypeAlias = Callable[[str], bool]
"""Whether a visitor has a permission."""
CONTACTS_SHOWN = 8
LACKS_SHOWN = 20
LINKS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Story:
    """A gift with its donor (None: it cannot be read, or the visitor may not); why it is where it is, and what it waits for (`trouble`: itself where for nothing else).

    `contact_id` is the contact that the donor is by now, `gift_contact_id` the one that has the gift in the CRM.
    `contacts` are those that may be the donor, where that is the question. `lacks` says what is broken of the gift; the donor of a
    broken one may not be there. `is_forgotten` when the donor was erased, and corrections of before with them.
    """

    gift: GiftView
    donor: Donor | None
    why: Why
    trouble: Why
    contacts: list[tuple[int, str]]
    lacks: list[BrokenRecord]
    links: list[LinkChange]
    contact_id: int | None
    gift_contact_id: int | None
    paused_campaign: int | None
    taken_back: list[TakenBack]
    reversals: list[ReversalView]
    moves: list[GiftTransferView]
    corrections: list[Correction]
    is_forgotten: bool

    @property
    def donor_name(self) -> str:
        """What the donor is called, empty when nobody knows."""
        return "" if self.donor is None else self.donor.name

    @property
    def waits_for_another(self) -> bool:
        """Whether the cause is not its own, but its donor's or an earlier gift's."""
        return self.trouble is not self.why


async def read_story(tx: Tx, gift_id: int, may: May) -> Story:
    """A gift of whatever age and state, with its donor and who it may be as far as the visitor `may` read those.

    `NotFound` when this organization has no gift with this id.
    """
    gift = await read_gift(tx, gift_id)
    why, cause = await trouble(tx, gift_id)
    donor = (await read_donors(tx, [gift.donor_id])).get(gift.donor_id)
    is_shown = may("donor:read")
    links = await link_changes(tx, gift.donor_id, LINKS_SHOWN) if is_shown else []
    contacts = []
    is_asked = cause.record.reason in BY_CONTACT and may("contact:read")
    if is_asked and donor is not None and donor.email is not None:
        contacts = await contacts_with_email(tx, donor.email, CONTACTS_SHOWN)
    return Story(
        gift,
        donor if is_shown else None,
        why,
        cause,
        contacts,
        lacks=await _lacks(tx, gift, donor),
        links=links,
        contact_id=await _contact_id(tx, donor),
        gift_contact_id=await _gift_contact_id(tx, why),
        paused_campaign=await _paused_campaign(tx, gift, why),
        taken_back=await taken_back(tx, why),
        reversals=await reversals_of(tx, gift_id),
        moves=await list_transfers(tx, gift_id),
        corrections=await corrections_of(tx, gift_id),
        is_forgotten=donor is not None and donor.erased_at is not None,
    )


async def _paused_campaign(tx: Tx, gift: GiftView, why: Why) -> int | None:
    """The campaign that withheld the gift, while it withholds others."""
    if why.record.reason is not Reason.CAMPAIGN_SYNC_OFF or gift.campaign_id is None:
        return None
    return None if gift.campaign_id in await syncing(tx, [gift.campaign_id]) else gift.campaign_id


async def _contact_id(tx: Tx, donor: Donor | None) -> int | None:
    """The contact that a donor is in the CRM, whatever key was given for it since; None where it is not there."""
    if donor is None or donor.crm_key is None:
        return None
    if donor.crm_linked:
        return contact_id(donor.crm_key)
    record = (await sync.why(tx, DONOR.name, donor.id)).record
    return record.crm_id if record.done else None


async def _gift_contact_id(tx: Tx, why: Why) -> int | None:
    """The contact with whom the gift is in the CRM; None where it is not there."""
    record = why.record
    if not record.done or record.crm_id is None:
        return None
    found = await crm_gifts.records(tx, [record.crm_id])
    return found[0].contact_id if found else None


async def _lacks(tx: Tx, gift: GiftView, donor: Donor | None) -> list[BrokenRecord]:
    """What is broken of a gift; of most gifts nothing, which costs no look."""
    if is_told(gift) and gift.projects and all(part.name for part in gift.projects) and donor is not None:
        return []
    lacks = await broken_records(tx, LACKS_SHOWN, [gift.id])
    if donor is None:
        lacks.append(BrokenRecord("gift", gift.id, "donor_id", f"its donor {gift.donor_id} is not there"))
    return lacks or [BrokenRecord("gift", gift.id, "", "a value of it cannot be told")]


async def retry_gift(tx: Tx, gift_id: int, now: datetime) -> str:
    """Try a gift again, or what it waits for; answers what became of it. `NotFound` without the gift."""
    _, cause = await trouble(tx, gift_id)
    return await retry(tx, cause.record.entity, cause.record.record_id, now)

"""Read which contact a donor is and may be; link the two, and take a link back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from almoner.console.donors.rules import agree, contact_id
from almoner.console.needs.service import retry
from almoner.console.words import is_link
from almoner.crm.contacts import service as contacts
from almoner.crm.contacts.views import ContactView
from almoner.crm.gifts.service import list_contact_gifts
from almoner.giving.donors.rules import STAFF, Donor, LinkChange
from almoner.giving.donors.service import (
    change_donor,
    confirm_link,
    hold_donor,
    link_changes,
    linked_by_staff,
    read_donor,
)
from almoner.kernel.errors import NotFound
from almoner.kernel.paging import Paging
from almoner.platform.database import Tx
from almoner.sync import service as sync
from almoner.sync.entities.donor import SOURCE
from almoner.sync.links import strangers
from almoner.sync.rules import Reason

CHANGES_SHOWN = 10
UNCONFIRMED, OVERTAKEN = "unconfirmed", "overtaken"
"""What becomes of a link that somebody has to look at again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contact with how many gifts it has."""

    contact: ContactView
    gifts: int


@dataclass(frozen=True, slots=True)
class Link:
    """A donor; the contact it is in the CRM as (None: it is not there), the one that it may be linked to, and the last changes of its key.

    `reason`: what the sync found wrong with it, if anything; `is_strange`: whether the sync warns of who it is linked to.
    """

    donor: Donor
    present: Candidate | None
    asked: Candidate | None
    changes: list[LinkChange]
    reason: Reason | None
    is_strange: bool

    @property
    def agrees(self) -> bool:
        """Whether the donor and the contact that was asked for look like one."""
        return self.asked is not None and agree(self.donor, self.asked.contact)

    @property
    def to_confirm(self) -> str | None:
        """The key of a link to somebody quite unlike the donor, which nobody of the staff chose or found right."""
        is_there = self.present is not None and self.donor.is_linked_to(self.present.contact.id)
        return self.donor.crm_key if is_there and self.is_strange else None

    @property
    def to_take_back(self) -> LinkChange | None:
        """The link that somebody made and that still stands; or one to somebody quite unlike the donor, as a key that came with a gift made it.

        A key that the sync has not found right is no link, and a contact that was found by address and name would be found again.
        """
        made = [change for change in self.changes if not change.confirms]
        donor, last = self.donor, made[0] if made else None
        if last is not None and last.crm_key and last.crm_key == donor.crm_key:
            return last if is_link(made, 0, donor) else None
        if donor.crm_linked and self.present is not None and not agree(donor, self.present.contact):
            return LinkChange(donor.modified_at, donor.crm_key, None, False, "")
        return None

    @property
    def to_forget(self) -> str | None:
        """The key that was given and is no link: it can be forgotten."""
        is_a_link = self.donor.crm_linked or self.to_take_back is not None
        return None if is_a_link else self.donor.crm_key


async def read_link(tx: Tx, donor_id: int, crm_key: str, now: datetime) -> Link:
    """What is known of a donor's contact, and of the contact with the id that was typed; `NotFound` without the donor."""
    donor = await read_donor(tx, donor_id)
    record = (await sync.why(tx, "donor", donor_id)).record
    present = record.crm_id if record.done else None
    asked = contact_id(crm_key)
    return Link(
        donor,
        None if present is None else await _candidate(tx, present, now),
        None if asked is None else await _candidate(tx, asked, now),
        await link_changes(tx, donor_id, CHANGES_SHOWN),
        reason=record.reason,
        is_strange=donor_id in await strangers(tx, [donor_id]),
    )


async def link_donor(
    tx: Tx, donor_id: int, crm_key: str, seen: str | None, now: datetime, *, is_confirmed: bool
) -> str:
    """Link a donor to the contact with this id; answers what became of it. `NotFound` without the donor.

    `seen` is the key that the donor had when somebody looked. One that names the contact already is tried again, or found right where that
    `is_confirmed`; one of which neither address nor name is the contact's is linked only when that `is_confirmed`.
    """
    donor = await hold_donor(tx, donor_id)
    asked = contact_id(crm_key)
    try:
        contact = None if asked is None else await contacts.read_contact(tx, asked, now)
    except NotFound:
        contact = None
    if contact is None:
        return "no-contact"
    if donor.is_linked_to(contact.id) and is_confirmed:
        if not await linked_by_staff(tx, [donor_id]):
            await confirm_link(tx, donor_id, str(contact.id), now)
        return "confirmed"
    if donor.crm_key == str(contact.id):
        await retry(tx, "donor", donor_id, now)
        return "linked"
    if seen is not None and seen != (donor.crm_key or ""):
        return OVERTAKEN
    if not is_confirmed and not agree(donor, contact):
        return UNCONFIRMED
    await change_donor(tx, donor_id, {"crm_key": str(contact.id)}, now, by=STAFF)
    return "linked"


async def forget_key(tx: Tx, donor_id: int, seen: str | None, now: datetime) -> str:
    """Take a CRM key that names nobody from a donor: the sync finds or makes the contact by address and name.

    Answers what became of it: one that is another by now than the key that was `seen` stays. `NotFound` without the donor.
    """
    donor = await hold_donor(tx, donor_id)
    if donor.crm_linked or (seen is not None and donor.crm_key not in (None, seen)):
        return OVERTAKEN
    await change_donor(tx, donor_id, {"crm_key": ""}, now, by=STAFF)
    return "forgotten"


async def take_back(tx: Tx, donor_id: int, crm_key: str, now: datetime) -> str:
    """Take back the link to this contact: the donor is who it was linked to before, or, where to nobody, found or made anew.

    Answers what became of it; a second press finds nothing to take back. `NotFound` without the donor.
    """
    await hold_donor(tx, donor_id)
    link = await read_link(tx, donor_id, "", now)
    last = link.to_take_back
    if last is None or last.crm_key != crm_key:
        return "no-link"
    before = last.crm_key_before if last.was_linked else None
    if before is None:
        version, linked = link.donor.version, contact_id(crm_key)
        await contacts.forget_reference(tx, SOURCE, str(donor_id), version=version, contact_id=linked)
    await change_donor(tx, donor_id, {"crm_key": before or ""}, now, by=STAFF, unlinks=True)
    return "taken-back"


async def _candidate(tx: Tx, id_: int, now: datetime) -> Candidate | None:
    try:
        contact = await contacts.read_contact(tx, id_, now)
    except NotFound:
        return None
    gifts = await list_contact_gifts(tx, id_, Paging(0, 1, "id", descending=True))
    return Candidate(contact, gifts.total)

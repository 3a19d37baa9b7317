"""What the page of a donor and its contact prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from almoner.console.donors.rules import emails_of
from almoner.console.donors.service import Candidate, Link
from almoner.console.needs.rules import Mend, forget_key
from almoner.console.words import BROKEN, When, counted, linked_by, when
from almoner.giving.donors.rules import Donor
from almoner.kernel.clock import zone
from almoner.platform.organizations.rules import Organization
from almoner.sync.rules import Reason

Facts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class LinkView:
    """A donor beside the contact that was asked for, or that it is; `question` where the two have nothing in common.

    `confirm`: the key of the
    link that made one of two who have nothing in common. `back`: the key of the link that can be taken back, `after_back` what then happens.
    `is_on_its_way`: the sync is about to look, and the page follows.
    """

    title: str
    name: str
    action: str
    donor: Facts
    donor_url: str
    contact: Facts
    contact_url: str
    standing: str
    is_on_its_way: bool
    asked: str
    seen: str
    is_missing: bool
    question: str
    confirm: str
    back: str
    after_back: str
    forget: Mend | None
    changes: list[tuple[str, When]]


_UNFOUND = "which the sync has yet to find right"
_FOUND: dict[Reason | None, str] = {
    Reason.CONTACT_NOT_FOUND: "which names no contact",
    Reason.CONTACT_ARCHIVED: "which names a contact that is archived",
}
"""What the sync found of a key that is no link."""


def link_view(link: Link, typed: str, organization: Organization, now: datetime) -> LinkView:
    """The page of `link`; `typed` is the id that was asked for."""
    donor, shown = link.donor, link.asked or link.present
    name = donor.name or f"Donor {donor.id}"
    local = zone(organization.time_zone)
    back = link.to_take_back
    is_new = link.asked is not None and link.asked.contact.id != _id(link.present)
    return LinkView(
        title=f"Which contact is {name}?",
        name=name,
        action=f"/console/donors/{donor.id}/contact",
        donor=_donor_facts(donor),
        donor_url=f"/console/gifts?donor={donor.id}",
        contact=[] if shown is None else _contact_facts(shown),
        contact_url="" if shown is None else f"/console/contact/{shown.contact.id}",
        standing=_standing(link),
        is_on_its_way=link.reason is Reason.QUEUED,
        asked=str(link.asked.contact.id) if link.asked is not None and is_new else "",
        seen=donor.crm_key or "",
        is_missing=bool(typed) and link.asked is None,
        question=_asked(link),
        confirm=link.to_confirm or "",
        back="" if back is None else back.crm_key or "",
        after_back="" if back is None or not back.was_linked else back.crm_key_before or "",
        forget=None if link.to_forget is None else forget_key(donor.id, link.to_forget),
        changes=[
            (linked_by(link.changes, number, donor), when(one.changed_at, local, now))
            for number, one in enumerate(link.changes)
        ],
    )


def _asked(link: Link) -> str:
    """What is to be confirmed: of the contact that was asked for, or else of the one that the donor is."""
    if link.asked is not None:
        return "" if link.agrees else _question(link.donor, link.asked)
    return "" if link.to_confirm is None or link.present is None else _question(link.donor, link.present)


def _id(candidate: Candidate | None) -> int | None:
    return None if candidate is None else candidate.contact.id


def _donor_facts(donor: Donor) -> Facts:
    facts = [
        ("Name", donor.name),
        ("E-mail", donor.email or ""),
        ("Donor number", str(donor.id)),
        ("Key given", "" if donor.crm_linked else donor.crm_key or ""),
    ]
    return [(label, text) for label, text in facts if text]


def _contact_facts(candidate: Candidate) -> Facts:
    contact = candidate.contact
    sums = " and ".join(one.life_to_date_giving for one in contact.giving_by_currency)
    facts = [
        ("Name", contact.name or BROKEN),
        ("E-mail", ", ".join(emails_of(contact))),
        ("Contact number", str(contact.id)),
        ("Gifts", f"{counted(candidate.gifts)}{f', {sums} in all' if sums else ''}"),
        ("Merged into", str(contact.merged_into_contact_id or "")),
    ]
    return [(label, text) for label, text in facts if text]


def _standing(link: Link) -> str:
    """Where the donor is, and what was said of it: both where they differ."""
    donor, present = link.donor, _id(link.present)
    if present is None:
        there = "This donor is not in the CRM."
    else:
        there = f"In the CRM this donor is contact {present}."
    if donor.crm_key is None or donor.crm_key == str(present):
        return there
    return f"{there} The key given is {donor.crm_key}, {_FOUND.get(link.reason, _UNFOUND)}."


def _question(donor: Donor, asked: Candidate) -> str:
    mine, theirs = donor.email or "no e-mail address", ", ".join(emails_of(asked.contact))
    return (
        f"{donor.name or f'Donor {donor.id}'} ({mine}) and contact {asked.contact.id}, {asked.contact.name} "
        f"({theirs or 'no e-mail address'}), are one and the same"
    )

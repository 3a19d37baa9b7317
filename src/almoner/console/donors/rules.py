"""Whether a donor and a contact look like one. Pure."""

from __future__ import annotations

from almoner.crm.contacts.rules import Identity, resemble
from almoner.crm.contacts.views import ContactView
from almoner.giving.donors.rules import Donor
from almoner.kernel.ids import ID_MAX
from almoner.sync.entities.donor import giver_of


def emails_of(contact: ContactView) -> list[str]:
    """Every e-mail address of a contact's people."""
    methods = [method for person in contact.contact_individuals for method in person.contact_methods]
    return [method.value for method in methods if method.type.endswith("Email")]


def agree(donor: Donor, contact: ContactView) -> bool:
    """Whether an e-mail address or the last name, or the organization's name, of the two is the same."""
    last_names = [person.last_name for person in contact.contact_individuals if person.last_name]
    known = Identity(name=contact.name or "", last_names=last_names, emails=emails_of(contact))
    return resemble(giver_of(donor, contact.id), known) is True


def contact_id(text: str) -> int | None:
    """The id that was typed; None when it is none."""
    key = text.strip()
    is_id = key.isascii() and key.isdigit() and len(key) <= 18 and 0 < int(key) <= ID_MAX
    return int(key) if is_id else None

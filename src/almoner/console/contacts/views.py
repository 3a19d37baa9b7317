"""What the contact page prints."""

from __future__ import annotations

from dataclasses import dataclass

from almoner.crm.contacts.rules import Address, Contact
from almoner.crm.gifts.rules import GiftSummary, type_name
from almoner.kernel.money import format_amount
from almoner.kernel.paging import Page


@dataclass(frozen=True, slots=True)
class GiftLine:
    """One gift of the contact."""

    anchor: str
    day: str
    amount: str
    kind: str
    batch: str


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact: who, how to reach them, where they come from, what they gave."""

    name: str
    kind: str
    facts: list[tuple[str, str]]
    gifts: list[GiftLine]
    gifts_note: str


def contact_view(contact: Contact, gifts: Page[GiftSummary]) -> ContactView:
    """The page of `contact` with the first page of its gifts, newest first."""
    shown, total = len(gifts.items), gifts.total
    note = f"{total:,} gift{'' if total == 1 else 's'}" + (
        f", the newest {shown} shown" if total > shown else ""
    )
    return ContactView(
        contact.name, contact.contact_type, _facts(contact), [_line(gift) for gift in gifts.items], note
    )


def _facts(contact: Contact) -> list[tuple[str, str]]:
    giving = contact.giving
    facts = [
        ("Contact id", str(contact.id)),
        ("Given in all", format_amount(giving.life_minor, giving.currency)),
        ("Given this year", format_amount(giving.year_minor, giving.currency)),
    ]
    for person in contact.individuals:
        facts.extend((method.type, method.value) for method in person.methods)
    if contact.address is not None:
        facts.append(("Address", _address(contact.address)))
    facts.extend((f"Id in {reference.source}", reference.reference_id) for reference in contact.references)
    return facts


def _address(address: Address) -> str:
    parts = (address.address1, address.address2, address.city, address.state, address.postal, address.country)
    return ", ".join(part for part in parts if part)


def _line(gift: GiftSummary) -> GiftLine:
    return GiftLine(
        anchor=f"gift-{gift.id}",
        day=f"{gift.gift_on:%b} {gift.gift_on.day}, {gift.gift_on.year}",
        amount=format_amount(gift.amount_minor, gift.currency),
        kind=type_name(gift.gift_type),
        batch=gift.batch or "",
    )

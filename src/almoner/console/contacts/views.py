"""What the contact page prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from almoner.crm.contacts.views import ContactAddressView, ContactView
from almoner.crm.gifts.views import GiftView
from almoner.kernel.paging import Page
from almoner.platform.telling import tell_each


@dataclass(frozen=True, slots=True)
class GiftLine:
    """One gift of the contact."""

    anchor: str
    day: str
    amount: str
    kind: str
    batch: str


@dataclass(frozen=True, slots=True)
class ContactPageView:
    """A contact: who, how to reach them, where they come from, what they gave."""

    name: str
    kind: str
    facts: list[tuple[str, str]]
    gifts: list[GiftLine]
    gifts_note: str


def contact_page_view(contact: ContactView, gifts: Page[GiftView]) -> ContactPageView:
    """The page of `contact` with the first page of its gifts, newest first."""
    shown, total = len(gifts.items), gifts.total
    note = f"{total:,} gift{'' if total == 1 else 's'}" + (
        f", the newest {shown} shown" if total > shown else ""
    )
    lines = tell_each("console.contact_gift", gifts.items, _line, _broken_line, lambda gift: gift.id)
    return ContactPageView(contact.name, contact.contact_type, _facts(contact), lines, note)


def _facts(contact: ContactView) -> list[tuple[str, str]]:
    facts = [
        ("Contact id", str(contact.id)),
        ("Given in all", contact.life_to_date_giving),
        ("Given this year", contact.year_to_date_giving),
    ]
    for person in contact.contact_individuals:
        facts.extend((method.type, method.value) for method in person.contact_methods)
    if contact.address is not None:
        facts.append(("Address", _address(contact.address)))
    facts.extend((f"Id in {reference.source}", reference.id) for reference in contact.contact_references)
    return facts


def _address(address: ContactAddressView) -> str:
    parts = (address.address1, address.address2, address.city, address.state, address.postal, address.country)
    return ", ".join(part for part in parts if part)


def _broken_line(gift: GiftView) -> GiftLine:
    """A gift of which no more can be told than that it is there."""
    return GiftLine(
        f"gift-{gift.id}", "", gift.amount_formatted or "", "This record is broken: run almoner doctor", ""
    )


def _line(gift: GiftView) -> GiftLine:
    day = date.fromisoformat(gift.gift_date[:10])
    return GiftLine(
        anchor=f"gift-{gift.id}",
        day=f"{day:%b} {day.day}, {day.year}",
        amount=gift.amount_formatted,
        kind=gift.gift_type_formatted,
        batch=gift.batch or "",
    )

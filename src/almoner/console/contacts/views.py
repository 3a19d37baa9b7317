"""What the contact page prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from almoner.console.words import BROKEN, counted, day_text, projects_text
from almoner.crm.contacts.views import ContactAddressView, ContactView
from almoner.crm.gifts.rules import REVERSING
from almoner.crm.gifts.views import GiftView
from almoner.kernel.paging import Page
from almoner.platform.telling import tell_each
from almoner.sync.entities.donor import SOURCE as GIVING

NOT_SHOWN = "Gifts are not shown: your permission group lacks Read of Gift"


@dataclass(frozen=True, slots=True)
class GiftLine:
    """One gift of the contact. `url` leads to its page; `given_url` to the gift as it was given, empty when it came to the CRM on another way.

    `more` is its campaign and how it was paid.
    """

    anchor: str
    day: str
    url: str
    given_url: str
    amount: str
    projects: str
    more: str
    batch: str


@dataclass(frozen=True, slots=True)
class ContactPageView:
    """A contact: who, how to reach them, where they come from, what they gave."""

    name: str
    kind: str
    facts: list[tuple[str, str]]
    gifts: list[GiftLine]
    gifts_note: str
    has_batches: bool


def contact_page_view(contact: ContactView, gifts: Page[GiftView] | None) -> ContactPageView:
    """The page of `contact` with the first page of its gifts, the latest day first; None where the visitor may read none."""
    if gifts is None:
        name = contact.name or BROKEN
        return ContactPageView(name, _kind(contact), _facts(contact), [], NOT_SHOWN, has_batches=False)
    lines = tell_each("console.contact_gift", gifts.items, _line, _broken_line, lambda gift: gift.id)
    return ContactPageView(
        name=contact.name or BROKEN,
        kind=_kind(contact),
        facts=_facts(contact),
        gifts=lines,
        gifts_note=_gifts_note(gifts),
        has_batches=any(line.batch for line in lines),
    )


def _gifts_note(gifts: Page[GiftView]) -> str:
    """How many rows there are: the gifts (`total`), and of the rows that are shown those that take one back, which are no gifts."""
    back = sum(_is_reversal(gift) for gift in gifts.items)
    shown = len(gifts.items)
    note = counted(gifts.total) + (f" and {counted(back, 'reversal')}" if back else "")
    return note + (f", the latest {shown} shown" if gifts.total > shown - back else "")


def _is_reversal(gift: GiftView) -> bool:
    return gift.gift_type == REVERSING


def _kind(contact: ContactView) -> str:
    """What kind of contact it is; the household of one is a person."""
    is_one = contact.contact_type == "Household" and len(contact.contact_individuals) == 1
    return "Person" if is_one else contact.contact_type or "Contact"


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
    facts.extend((_source(reference.source), reference.id) for reference in contact.contact_references)
    return [(label, text) for label, text in facts if text]


def _address(address: ContactAddressView) -> str:
    parts = (address.address1, address.address2, address.city, address.state, address.postal, address.country)
    return ", ".join(part for part in parts if part)


def _source(source: str) -> str:
    return "Donor number in giving" if source == GIVING else f"Number in {source}"


def _broken_line(gift: GiftView) -> GiftLine:
    """A gift of which no more can be told than that it is there."""
    return GiftLine(
        anchor=f"gift-{gift.id}",
        day="",
        url=f"/console/gift/{gift.id}",
        given_url="",
        amount=gift.amount_formatted or "",
        projects=BROKEN,
        more="",
        batch="",
    )


def _line(gift: GiftView) -> GiftLine:
    given_as = None if _is_reversal(gift) else gift.source_raise_gift_id
    came = ""
    if given_as is None:
        came = (
            f"Gift {gift.id}, entered in the CRM" if not _is_reversal(gift) else f"Gift {gift.id} in the CRM"
        )
    campaign = None if gift.origin is None else gift.origin.campaign_name
    return GiftLine(
        anchor=f"gift-{gift.id}",
        day=day_text(date.fromisoformat(gift.gift_date[:10])),
        url=f"/console/gift/{gift.id}",
        given_url="" if given_as is None else f"/console/gifts/{given_as}",
        amount=gift.amount_formatted,
        projects=projects_text((part.project_id, part.project) for part in gift.gift_designations),
        more=" \N{MIDDLE DOT} ".join(filter(None, (campaign, gift.gift_type_formatted, came))),
        batch=gift.batch or "",
    )

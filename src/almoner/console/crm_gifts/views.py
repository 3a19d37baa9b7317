"""What the list of the CRM's gifts prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from almoner.console.asking import SearchForm
from almoner.console.words import BROKEN, counted, day_text, projects_text
from almoner.crm.gifts.rules import REVERSING
from almoner.crm.gifts.views import GiftView
from almoner.platform.query import Found
from almoner.platform.telling import tell_each


@dataclass(frozen=True, slots=True)
class GiftLine:
    """One gift. `contact` is but a number for who may read no contacts; `more` is segment and batch; `came` says from where it came."""

    id: int
    day: str
    contact: str
    amount: str
    projects: str
    kind: str
    more: str
    came: str


@dataclass(frozen=True, slots=True)
class ListView:
    """A page of the list with the way to the next; what to say where it is empty."""

    rows: list[GiftLine]
    note: str
    empty: str
    older_url: str
    newest_url: str


def list_view(found: Found[GiftView] | None, form: SearchForm, *, shows_contacts: bool) -> ListView:
    """The gifts that were found; of a search that is not valid none."""
    if found is None:
        return ListView([], "", "Nothing was looked for: a condition is not valid.", "", "")
    line = partial(_line, shows_contacts=shows_contacts)
    rows = tell_each("console.crm_gift", found.page.items, line, _broken_line, lambda gift: gift.id)
    search, following = form.search, found.next_cursor
    return ListView(
        rows,
        note=f"{counted(found.page.total)}, reversals counted with them. Last entered first.",
        empty=_empty(form),
        older_url="" if following is None else search.address(following),
        newest_url="" if search.cursor is None else search.address(),
    )


def _empty(form: SearchForm) -> str:
    if form.search.cursor is not None:
        return "No older gifts."
    if form.is_asked:
        return "No gift in the CRM fits."
    return "No gift is in the CRM yet. Gifts that are given online come here by themselves; staff and partners enter others."


def came_from(gift: GiftView) -> str:
    """From where a gift came, in a word or two."""
    if gift.gift_type == REVERSING:
        return "Taken back here"
    if gift.source_raise_gift_id is not None:
        return "Giving"
    return gift.transaction_source or "Entered here"


def day_of(text: str | None) -> str:
    """A day as the CRM's shapes have it (`2023-12-07T00:00:00`) as people read it; empty without one, or where it cannot be told."""
    return day_text(date.fromisoformat(text[:10])) if text else ""


def projects_of(gift: GiftView) -> str:
    """The projects that a gift is for."""
    return projects_text((part.project_id, part.project) for part in gift.gift_designations)


def _line(gift: GiftView, *, shows_contacts: bool) -> GiftLine:
    more = (gift.segment or gift.segment_code, gift.batch and f"Batch {gift.batch}")
    return GiftLine(
        id=gift.id,
        day=day_of(gift.gift_date),
        contact=gift.contact_name if shows_contacts else f"Contact {gift.contact_id}",
        amount=gift.amount_formatted,
        projects=projects_of(gift),
        kind=gift.gift_type_formatted,
        more=" \N{MIDDLE DOT} ".join(filter(None, more)),
        came=came_from(gift),
    )


def _broken_line(gift: GiftView) -> GiftLine:
    """A gift of which no more can be told than that it is there."""
    return GiftLine(gift.id, "", BROKEN, gift.amount_formatted or "", BROKEN, "", "", "")

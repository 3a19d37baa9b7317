"""How pages say things: instants, numbers of gifts, spans of time, states. Pure functions from values to text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from almoner.giving.donors.rules import STAFF, Donor, LinkChange
from almoner.kernel.money import format_amount
from almoner.kernel.wire import utc_text

PAYMENTS = {
    "Refunded": ("withheld", "Refunded"),
    "PartiallyRefunded": ("withheld", "Refunded in part"),
    "Disputed": ("failed", "Disputed"),
    "ChargeBack": ("failed", "Charged back"),
    "Failed": ("failed", "Payment failed"),
}
"""The colour and the name of each state of a payment but the good one, by what the API calls it."""
BROKEN = "This record is broken: ask whoever runs the server"
"""Of what no more can be told."""


@dataclass(frozen=True, slots=True)
class When:
    """An instant in the organization's zone: short as shown, full as a tooltip, and for machines."""

    short: str
    full: str
    machine: str


def when(instant: datetime, local: ZoneInfo, now: datetime) -> When:
    """`instant` as people of that zone read it, with the zone; today's without the day."""
    there, today = instant.astimezone(local), now.astimezone(local).date()
    if there.date() == today:
        short = f"{there:%H:%M:%S} {zone_name(there)}"
    elif there.year == today.year:
        short = f"{there:%b} {there.day}, {there:%H:%M} {zone_name(there)}"
    else:
        short = day_text(there.date())
    full = f"{there:%A}, {there:%B} {there.day}, {there.year}, {there:%H:%M:%S} {zone_name(there)}"
    return When(short, full, utc_text(instant))


def zone_name(there: datetime) -> str:
    """What the zone of an aware instant is called: `EST`, or `UTC+03` where it has no name of its own."""
    name = f"{there:%Z}"
    return f"UTC{name}" if name[:1] in "+-" else name


def day_text(day: date) -> str:
    """A day as American readers write it: `Mar 4, 2025`."""
    return f"{day:%b} {day.day}, {day.year}"


def projects_text(parts: Iterable[tuple[int, str | None]]) -> str:
    """The projects of the parts of a gift, by their ids and names, each project once."""
    return ", ".join(name or f"Project {project_id}" for project_id, name in dict(parts).items())


def counted(number: int, noun: str = "gift") -> str:
    """A number of things: `1 gift`, `1,200 gifts`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """A span of time in the unit that suits it: `25 ms`, `3.4 s`, `12 min`, `5 h`, `3 days`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"


def sums(money: Mapping[str, int], base_currency: str) -> str:
    """Minor units by currency, the base currency first: `$10.00 and EUR 5.00`."""
    ordered = sorted(money, key=lambda currency: (currency != base_currency, currency))
    return " and ".join(format_amount(money[currency], currency) for currency in ordered)


def linked_by(changes: Sequence[LinkChange], number: int, donor: Donor | None) -> str:
    """What one of a donor's `changes` by hand, newest first, was, and by whom."""
    change = changes[number]
    by = "in the console" if change.changed_by == STAFF else f"through the API, by {change.changed_by}"
    if change.crm_key is None and change.was_linked:
        return f"Link to contact {change.crm_key_before} taken back {by}"
    if change.crm_key is None:
        return f"Key {change.crm_key_before} forgotten {by}"
    if change.confirms:
        return f"Link to contact {change.crm_key} found right {by}"
    if is_link(changes, number, donor):
        return f"Linked to contact {change.crm_key} {by}"
    return f"Key {change.crm_key} given {by}"


def is_link(changes: Sequence[LinkChange], number: int, donor: Donor | None) -> bool:
    """Whether the key of this one of a donor's `changes`, newest first, came to be a link.

    Staff choose among contacts that are there; a key that came through the API is a link once the sync has found it right.
    """
    change = changes[number]
    if change.changed_by == STAFF:
        return True
    if number:
        later = changes[number - 1]
        return later.was_linked and later.crm_key_before == change.crm_key
    return donor is not None and donor.crm_linked and donor.crm_key == change.crm_key

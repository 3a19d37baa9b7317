"""The wire shapes of a campaign (raise-api.md 3.5)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from almoner.giving.campaigns.rules import SyncChange
from almoner.giving.links import CrmUrlView, crm_key_urls
from almoner.kernel.clock import local_day
from almoner.kernel.currencies import EXPONENTS
from almoner.kernel.figures import by_currency
from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.wire import utc_text
from almoner.platform.wire import Instant, View, fill


class RaisedView(View):
    """What a campaign raised in one currency. An extension: no rate is known by which currencies could be added up."""

    currency: str
    """The currency, by its code in ISO 4217."""
    amount: Decimal | None
    """What was raised in it; null for a currency that is not known."""
    formatted_amount: str
    """The same as text."""
    total_gifts: int
    """By how many gifts."""
    total_donors: int
    """By how many donors."""


class CampaignView(View, kw_only=True):
    """A campaign with what it raised so far (docs/reference/figures.md)."""

    id: int
    """The id of the campaign."""
    name: str
    """The name of the campaign."""
    description: str | None
    """What it is for."""
    start_date: Instant
    """When it begins."""
    end_date: Instant | None
    """When it ends; null when it goes on."""
    duration: str
    """How long it is from the first day to the last, in the organization's days: `31 days`; `Ongoing` when it goes on."""
    can_sync: bool
    """Whether gifts that are made now go to the CRM."""
    apply_segment_to_recurring_gifts: bool
    """Whether recurring gifts that begin in it carry its segment from payment to payment."""
    crm_key: str | None
    """The id of the campaign in the CRM, if it is known."""
    crm_key_urls: dict[str, CrmUrlView]
    """Where the campaign is in each CRM, by integration; empty while there is no link."""
    giving_goal: Decimal | None
    """What it is to raise, in the base currency."""
    giving_goal_formatted: str | None
    """The same as text."""
    has_giving_goal: bool
    """Whether there is such a goal."""
    raised_amount: str
    """What was raised in the base currency, formatted."""
    raised_percentage: int
    """How much of the goal that is: whole, rounded down, 100 at most."""
    total_gift_goal: int | None
    """How many gifts it is to bring."""
    has_total_gift_goal: bool
    """Whether there is such a goal."""
    total_gifts: int
    """The gifts of `raisedAmount`."""
    total_gifts_percentage: int
    """How much of that goal they are: whole, rounded down, 100 at most."""
    total_donors: int
    """Their donors, each once."""
    average_gift_goal: Decimal | None
    """What a gift is to be on average, in the base currency."""
    average_gift_goal_formatted: str | None
    """The same as text."""
    has_average_gift_goal: bool
    """Whether there is such a goal."""
    average_gift_amount: str
    """`raisedAmount` by `totalGifts`, formatted, rounded down to the minor unit."""
    total_visitors: int | None = None
    """How many looked at its forms; not counted."""
    conversion_rate: str | None = None
    """How many of them gave; not counted."""
    raised_by_currency: list[RaisedView]
    """An extension: what was raised, each currency by itself."""
    test_gifts: int
    """An extension: how many gifts were made in test mode; they are in no other figure."""
    created_date_time: Instant
    """When the campaign was made."""
    modified_date_time: Instant
    """When the campaign last changed."""
    metadata: list[str] | None = None
    """The columns that a query selected, as text, in their order; null elsewhere."""


class SyncChangeView(View):
    """One change of `canSync`."""

    changed_date: Instant
    """When the switch changed."""
    can_sync: bool
    """What it has been since."""
    changed_by: str
    """Who changed it: the name of the user, or of the API key."""
    reason: str | None
    """Why, if that was said."""


def campaign_view(row: Any, currency: str, time_zone: str, public_url: str) -> CampaignView:
    """A row of the statement `records` as the wire has it.

    What it raised is of gifts in `currency`, the organization's base currency, and none in test mode; those in other
    currencies stand in `raisedByCurrency` alone.
    """
    by_code = by_currency(row)
    raised, gifts, donors = by_code.get(currency, (0, 0, 0))
    goal, average = row["giving_goal_minor"], row["average_gift_goal_minor"]
    return fill(
        CampaignView,
        row,
        start_date=utc_text(row["start_at"]),
        end_date=None if row["end_at"] is None else utc_text(row["end_at"]),
        crm_key_urls=crm_key_urls(row["crm_key"], public_url, "Campaign"),
        giving_goal=None if goal is None else to_decimal(goal, currency),
        giving_goal_formatted=None if goal is None else format_amount(goal, currency),
        has_giving_goal=goal is not None,
        duration=_duration(row["start_at"], row["end_at"], time_zone),
        average_gift_goal=None if average is None else to_decimal(average, currency),
        average_gift_goal_formatted=None if average is None else format_amount(average, currency),
        has_average_gift_goal=average is not None,
        total_gifts_percentage=min(100, gifts * 100 // row["total_gift_goal"])
        if row["total_gift_goal"]
        else 0,
        raised_amount=format_amount(raised, currency),
        raised_percentage=min(100, raised * 100 // goal) if goal else 0,
        has_total_gift_goal=row["total_gift_goal"] is not None,
        total_gifts=gifts,
        total_donors=donors,
        average_gift_amount=format_amount(raised // max(gifts, 1), currency),
        raised_by_currency=[_raised_view(code, *figures) for code, figures in by_code.items()],
        created_date_time=utc_text(row["created_at"]),
        modified_date_time=utc_text(row["modified_at"]),
    )


def _duration(start: datetime, end: datetime | None, time_zone: str) -> str:
    if end is None:
        return "Ongoing"
    days = (local_day(end, time_zone) - local_day(start, time_zone)).days + 1
    return f"{days} day" if days == 1 else f"{days} days"


def _raised_view(currency: str, minor: int, gifts: int, donors: int) -> RaisedView:
    return RaisedView(
        currency=currency,
        amount=to_decimal(minor, currency) if currency in EXPONENTS else None,
        formatted_amount=format_amount(minor, currency),
        total_gifts=gifts,
        total_donors=donors,
    )


def sync_change_view(change: SyncChange) -> SyncChangeView:
    """`change` as the wire has it."""
    return fill(SyncChangeView, change, changed_date=utc_text(change.changed_at))

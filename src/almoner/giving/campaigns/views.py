"""The wire shapes of a campaign (raise-api.md 3.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from almoner.giving.campaigns.rules import SyncChange
from almoner.giving.links import CrmUrlView, crm_key_urls
from almoner.kernel.currencies import EXPONENTS
from almoner.kernel.figures import by_currency
from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.wire import utc_text
from almoner.platform.wire import View, fill


class RaisedView(View):
    """What a campaign raised in one currency. An extension: no rate is known by which currencies could be added up."""

    currency: str
    amount: Decimal | None
    formatted_amount: str
    total_gifts: int
    total_donors: int


class CampaignView(View):
    """A campaign with what it raised so far (docs/reference/figures.md)."""

    id: int
    name: str
    description: str | None
    start_date: str
    end_date: str | None
    can_sync: bool
    crm_key: str | None
    crm_key_urls: dict[str, CrmUrlView]
    giving_goal: Decimal | None
    giving_goal_formatted: str | None
    has_giving_goal: bool
    raised_amount: str
    raised_percentage: int
    total_gift_goal: int | None
    has_total_gift_goal: bool
    total_gifts: int
    total_donors: int
    average_gift_amount: str
    raised_by_currency: list[RaisedView]
    test_gifts: int
    created_date_time: str
    modified_date_time: str


class SyncChangeView(View):
    """One flip of `canSync`."""

    changed_date: str
    can_sync: bool
    changed_by: str
    reason: str | None


def campaign_view(row: Any, currency: str, public_url: str) -> CampaignView:
    """A row of the statement `records` as the wire has it.

    What it raised is of gifts in `currency`, the organization's base currency, and none in test mode; those in other
    currencies stand in `raisedByCurrency` alone.
    """
    by_code = by_currency(row)
    raised, gifts, donors = by_code.get(currency, (0, 0, 0))
    goal = row["giving_goal_minor"]
    return fill(
        CampaignView,
        row,
        start_date=utc_text(row["start_at"]),
        end_date=None if row["end_at"] is None else utc_text(row["end_at"]),
        crm_key_urls=crm_key_urls(row["crm_key"], public_url, "Campaign"),
        giving_goal=None if goal is None else to_decimal(goal, currency),
        giving_goal_formatted=None if goal is None else format_amount(goal, currency),
        has_giving_goal=goal is not None,
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

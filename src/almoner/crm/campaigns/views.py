"""The wire shapes of campaigns (crm-api.md appendix A) and, as extensions, of what belongs to them and came towards their goals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from almoner.crm.wire import StampedView, stamps
from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.wire import day_text, utc_text
from almoner.platform.wire import View, fill


class CampaignView(StampedView, kw_only=True):
    """A campaign."""

    campaign_id: int
    """The id of the campaign."""
    name: str
    """The name of the campaign."""
    description: str | None
    """An extension: what it is for."""
    start_date_time_utc: str | None
    """When it begins, in UTC (`2024-11-01T00:00:00Z`)."""
    end_date_time_utc: str | None
    """When it ends, in UTC."""
    giving_goal: Decimal | None
    """How much it is to bring, in the base currency."""
    new_giver_goal: int | None
    """How many contacts are to give for the first time."""
    total_gift_goal: int | None
    """How many gifts it is to bring."""
    is_archived: bool
    """Whether it is over and put away."""
    steps: list[str]
    """An extension: its activities in their order."""


class CampaignProjectView(StampedView, kw_only=True):
    """A project in a campaign, with all that is below it, for the days from the first to the last."""

    id: int
    """The id of the membership."""
    campaign_id: int
    """The campaign."""
    project_id: int
    """The project."""
    project: str
    """The name of the project."""
    project_code: str
    """The code of the project."""
    from_date: str | None
    """The first organization-local day, such as `2024-11-01`; null for no bound."""
    until_date: str | None
    """The last organization-local day; null for no bound."""


class CampaignGivenView(View, kw_only=True):
    """What came in one currency; no rate is known by which currencies could be added up."""

    currency_code: str
    """The currency, by its code in ISO 4217."""
    amount: Decimal
    """How much came, reversals taken off."""
    amount_formatted: str
    """The same as text."""
    gifts: int
    """By how many gifts, each once; one that was taken back stays counted."""


class CampaignProgressView(View, kw_only=True):
    """How far a campaign has come at the end of a day. Percentages are whole, rounded down and without an upper bound; null without a goal."""

    campaign_id: int
    """The id of the campaign."""
    name: str
    """Its name."""
    as_of: str
    """The organization-local day whose end is told of."""
    computed_percent: int | None
    """While gifts follow a project that was put in, taken out or moved: how much of that is done, in whole percent from 0 to 99, and the
    figures are on their way. Null when they are exact."""
    giving_goal: Decimal | None
    """How much it is to bring, in the base currency."""
    given: Decimal
    """How much came in the base currency through its projects."""
    given_formatted: str
    """The same as text."""
    giving_percent: int | None
    """How much of the goal that is."""
    total_gift_goal: int | None
    """How many gifts it is to bring."""
    gifts: int
    """How many came through its projects, in whatever currency; a gift to several of them counts once."""
    total_gift_percent: int | None
    """How much of the goal that is."""
    new_giver_goal: int | None
    """How many contacts are to give for the first time."""
    new_givers: int
    """How many contacts have their first gift of all in it."""
    new_giver_percent: int | None
    """How much of the goal that is."""
    by_currency: list[CampaignGivenView]
    """What came through its projects, each currency by itself."""
    by_segments: list[CampaignGivenView]
    """What gifts whose segment belongs to the campaign brought, whole and whatever their projects: a figure of its own."""


def campaign_view(row: Any, currency: str) -> CampaignView:
    """A row of the table as the wire has it; its goal is in `currency`."""
    goal = row["giving_goal_minor"]
    return fill(
        CampaignView,
        row,
        campaign_id=row["id"],
        start_date_time_utc=moment_text(row["starts_at"]),
        end_date_time_utc=moment_text(row["ends_at"]),
        giving_goal=None if goal is None else to_decimal(goal, currency),
        **stamps(row),
    )


def moment_text(moment: Any) -> str | None:
    """An instant as the seed page has those of campaigns: `2024-11-01T00:00:00Z`."""
    return None if moment is None else utc_text(moment)[:19] + "Z"


def campaign_project_view(row: Any) -> CampaignProjectView:
    """A row of the statement `memberships` as the wire has it."""
    return fill(
        CampaignProjectView,
        row,
        from_date=None if row["from_on"] is None else day_text(row["from_on"]),
        until_date=None if row["until_on"] is None else day_text(row["until_on"]),
        **stamps(row),
    )


def progress_view(
    campaign: CampaignView, rows: Sequence[Any], day: date, currency: str, computed_percent: int | None
) -> CampaignProgressView:
    """Rows of the statement `progress` as the wire has them; goals are in `currency`. `computed_percent` is None when they are exact."""
    through = [row for row in rows if not row["by_segment"]]
    given = next((int(row["given_minor"]) for row in through if row["currency"] == currency), 0)
    gifts = sum(int(row["gift_count"]) for row in through)
    givers = sum(int(row["giver_count"]) for row in through)
    amount = to_decimal(given, currency)
    return CampaignProgressView(
        campaign_id=campaign.campaign_id,
        name=campaign.name,
        as_of=day_text(day),
        computed_percent=computed_percent,
        giving_goal=campaign.giving_goal,
        given=amount,
        given_formatted=format_amount(given, currency),
        giving_percent=percent(amount, campaign.giving_goal),
        total_gift_goal=campaign.total_gift_goal,
        gifts=gifts,
        total_gift_percent=percent(gifts, campaign.total_gift_goal),
        new_giver_goal=campaign.new_giver_goal,
        new_givers=givers,
        new_giver_percent=percent(givers, campaign.new_giver_goal),
        by_currency=[_given(row) for row in through],
        by_segments=[_given(row) for row in rows if row["by_segment"]],
    )


def percent(part: Decimal | int, goal: Decimal | int | None) -> int | None:
    """`part` of `goal` in whole percent, rounded down; None without a goal."""
    return int(part * 100 // goal) if goal else None


def _given(row: Any) -> CampaignGivenView:
    minor = int(row["given_minor"])
    return CampaignGivenView(
        currency_code=row["currency"],
        amount=to_decimal(minor, row["currency"]),
        amount_formatted=format_amount(minor, row["currency"]),
        gifts=row["gift_count"],
    )

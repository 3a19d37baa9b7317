"""What the pages of the CRM's campaigns print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from almoner.console.asking import SearchForm
from almoner.console.crm_campaigns.service import SHOWN, Standing
from almoner.console.words import BROKEN, counted, day_text
from almoner.crm.campaigns.views import (
    CampaignGivenView,
    CampaignProgressView,
    CampaignProjectView,
    CampaignView,
)
from almoner.crm.communications.views import CommunicationView
from almoner.crm.segments.views import SegmentView
from almoner.kernel.clock import local_day
from almoner.kernel.money import format_decimal
from almoner.kernel.paging import Page
from almoner.platform.organizations.rules import Organization
from almoner.platform.program import typed
from almoner.platform.query import Found
from almoner.platform.telling import is_told

ON_ITS_WAY = "Gifts still follow its projects, {} % so far: these figures are on their way."


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal: what came, what is wanted (empty without a goal) and how much of it that is in whole percent."""

    name: str
    came: str
    wanted: str
    percent: int | None


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One campaign of the list."""

    id: int
    name: str
    is_archived: bool
    days: str
    given: str
    gifts: str
    goal: Goal
    is_on_its_way: bool


@dataclass(frozen=True, slots=True)
class ListView:
    """A page of the list with the way to the next; what to say where it is empty."""

    rows: list[CampaignLine]
    note: str
    empty: str
    older_url: str
    newest_url: str


@dataclass(frozen=True, slots=True)
class Card:
    """A table of what belongs to a campaign: heading, columns, rows of text, and what is said beneath, or in place of it. `numbers`: the last columns are."""

    name: str
    columns: list[str]
    rows: list[list[str]]
    note: str
    numbers: int = 0


@dataclass(frozen=True, slots=True)
class CampaignPageView:
    """A campaign with its goals, sums by currency and what belongs to it. `on_its_way` is a sentence while figures are not exact."""

    name: str
    is_archived: bool
    facts: list[tuple[str, str]]
    goals: list[Goal]
    on_its_way: str
    as_of: str
    cards: list[Card]
    gifts_url: str
    broken: str


def list_view(
    found: Found[CampaignView] | None,
    progress: Sequence[CampaignProgressView],
    form: SearchForm,
    organization: Organization,
) -> ListView:
    """The campaigns that were found, each with its progress; of a search that is not valid none."""
    if found is None:
        return ListView([], "", "Nothing was looked for: a condition is not valid.", "", "")
    search, following = form.search, found.next_cursor
    return ListView(
        rows=[
            _line(campaign, of, organization) for campaign, of in zip(found.page.items, progress, strict=True)
        ],
        note=f"{counted(found.page.total, 'campaign')}, archived ones too. The newest first.",
        empty=_empty(form),
        older_url="" if following is None else search.address(following),
        newest_url="" if search.cursor is None else search.address(),
    )


def _empty(form: SearchForm) -> str:
    if form.search.cursor is not None:
        return "No older campaigns."
    if form.is_asked:
        return "No campaign of the CRM fits."
    return f"No campaign is in the CRM yet. Whoever runs the server makes one with: {typed('campaign create')} NAME"


def _line(campaign: CampaignView, progress: CampaignProgressView, organization: Organization) -> CampaignLine:
    return CampaignLine(
        id=campaign.campaign_id,
        name=campaign.name or BROKEN,
        is_archived=bool(campaign.is_archived),
        days=_days(campaign, organization),
        given=progress.given_formatted,
        gifts=counted(progress.gifts),
        goal=_goals(progress, organization.currency)[0],
        is_on_its_way=progress.computed_percent is not None,
    )


def _days(campaign: CampaignView, organization: Organization) -> str:
    """From when to when it goes on, by the organization's days."""
    texts = (campaign.start_date_time_utc, campaign.end_date_time_utc)
    first, last = (
        text and day_text(local_day(datetime.fromisoformat(text), organization.time_zone)) for text in texts
    )
    if first and last:
        return f"{first} to {last}"
    return f"from {first}" if first else f"until {last}" if last else ""


def _goals(progress: CampaignProgressView, currency: str) -> list[Goal]:
    wanted = progress.giving_goal
    money = "" if wanted is None else format_decimal(wanted, currency)
    counts = (
        ("Gifts", progress.gifts, progress.total_gift_goal, progress.total_gift_percent),
        ("New givers", progress.new_givers, progress.new_giver_goal, progress.new_giver_percent),
    )
    return [
        Goal("Given", progress.given_formatted, money, progress.giving_percent),
        *(Goal(name, f"{came:,}", "" if of is None else f"{of:,}", done) for name, came, of, done in counts),
    ]


def campaign_page_view(standing: Standing, organization: Organization) -> CampaignPageView:
    """The page of a campaign; of a broken one what can be told."""
    campaign, progress = standing.campaign, standing.progress
    percent = progress.computed_percent
    cards = [_given(progress), _projects(standing.projects), _steps(campaign)]
    asked = {"p1": "Campaign Id", "o1": "Is", "v1": str(campaign.campaign_id)}
    return CampaignPageView(
        name=campaign.name or BROKEN,
        is_archived=bool(campaign.is_archived),
        facts=[
            (label, text)
            for label, text in (
                ("Goes on", _days(campaign, organization)),
                ("What it is for", campaign.description or ""),
                ("Campaign id", str(campaign.campaign_id)),
            )
            if text
        ],
        goals=_goals(progress, organization.currency),
        on_its_way="" if percent is None else ON_ITS_WAY.format(percent),
        as_of=day_text(date.fromisoformat(progress.as_of)),
        cards=[*cards, _communications(standing.communications), _segments(standing.segments)],
        gifts_url=f"/console/crm/gifts?{urlencode(asked)}" if standing.shows_gifts else "",
        broken="" if is_told(campaign) else typed("doctor"),
    )


def _given(progress: CampaignProgressView) -> Card:
    def rows(through: str, sums: Sequence[CampaignGivenView]) -> list[list[str]]:
        return [[one.currency_code, through, f"{one.gifts:,}", one.amount_formatted] for one in sums]

    of = [*rows("its projects", progress.by_currency), *rows("its segments", progress.by_segments)]
    note = "Nothing came yet." if not of else "A gift by a segment counts whole, and is a figure of its own."
    note = note if progress.by_segments or not of else ""
    return Card("By currency", ["Currency", "Through", "Gifts", "Given"], of, note, numbers=2)


def _projects(page: Page[CampaignProjectView]) -> Card:
    rows = [
        [one.project or BROKEN, one.project_code or "", _day(one.from_date), _day(one.until_date)]
        for one in page.items
    ]
    none = "No project is in it yet: nothing counts towards its goals."
    return Card("Projects", ["Project", "Code", "From", "Until"], rows, _cut(page) if rows else none)


def _steps(campaign: CampaignView) -> Card:
    rows = [[str(number), step] for number, step in enumerate(campaign.steps or (), start=1)]
    return Card("Steps", ["No.", "Step"], rows, "" if rows else "It has no steps.")


def _communications(page: Page[CommunicationView] | None) -> Card:
    columns = ["Communication", "Step", "Channel", "Kind"]
    if page is None:
        return Card("Communications", columns, [], _lacking("Communication"))
    rows = [
        [
            one.name or BROKEN,
            one.communication_step or "",
            one.channel_type or "",
            one.communication_type or "",
        ]
        for one in page.items
    ]
    return Card("Communications", columns, rows, _cut(page) if rows else "It has no communications.")


def _segments(page: Page[SegmentView] | None) -> Card:
    columns = ["Segment", "Code", "Communication"]
    if page is None:
        return Card("Segments", columns, [], _lacking("Segment"))
    rows = [[one.name or BROKEN, one.code or "", one.communication_name or ""] for one in page.items]
    return Card("Segments", columns, rows, _cut(page) if rows else "It has no segments.")


def _lacking(module: str) -> str:
    return f"Not shown: your permission group lacks Read of {module}."


def _cut(page: Page[CampaignProjectView] | Page[CommunicationView] | Page[SegmentView]) -> str:
    return f"The first {SHOWN} of {page.total:,}." if page.total > SHOWN else ""


def _day(text: str | None) -> str:
    return "no bound" if text is None else day_text(date.fromisoformat(text))

"""How commands tell of campaigns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from almoner.cli.output import out
from almoner.crm.campaigns.views import CampaignProgressView, CampaignProjectView, CampaignView
from almoner.platform.wire import told

BAR = 20
"""Marks of a bar that is full."""


def told_with(campaign: CampaignView, progress: CampaignProgressView) -> dict[str, Any]:
    """The document of a campaign with how far it has come."""
    return {**told(campaign), "progress": told(progress)}


def print_campaigns(found: Sequence[tuple[CampaignView, CampaignProgressView]]) -> None:
    """One line for each."""
    table = Table("id", "name", "begins (UTC)", "ends (UTC)", "given", "of its goal")
    for campaign, progress in found:
        name = f"{campaign.name} (archived)" if campaign.is_archived else campaign.name
        days = (campaign.start_date_time_utc, campaign.end_date_time_utc)
        begins, ends = ((day or "")[:10] for day in days)
        given = progress.given_formatted
        if progress.computed_percent is not None:
            given = f"{given} (on its way, {progress.computed_percent} %)"
        row = (begins, ends, given, bar(progress.giving_percent))
        table.add_row(str(campaign.campaign_id), name, *row)
    out.print(table)


def print_campaign(
    campaign: CampaignView,
    progress: CampaignProgressView,
    projects: Sequence[CampaignProjectView],
    steps: Sequence[str],
) -> None:
    """A campaign with its goals, projects and steps."""
    archived = ", archived" if campaign.is_archived else ""
    out.print(f"Campaign {campaign.campaign_id}: {campaign.name}{archived}", highlight=False, markup=False)
    _print_days(campaign)
    _print_goals(progress)
    if progress.computed_percent is not None:
        out.print(
            f"Gifts still follow its projects, {progress.computed_percent} % so far: these figures are on their way."
        )
    if len(progress.by_currency) > 1 or progress.by_segments:
        _print_given(progress)
    if projects:
        print_projects(projects)
    else:
        out.print("No project is in it yet: nothing counts towards it.")
    if steps:
        out.print(f"Steps: {', '.join(steps)}", highlight=False, markup=False)


def _print_days(campaign: CampaignView) -> None:
    for word, instant in (("begins", campaign.start_date_time_utc), ("ends", campaign.end_date_time_utc)):
        if instant is not None:
            out.print(f"  {word} {instant[:16].replace('T', ' ')} UTC", highlight=False)


def _print_goals(progress: CampaignProgressView) -> None:
    table = Table("goal", f"at the end of {progress.as_of}", "of", "")
    giving = "" if progress.giving_goal is None else f"{progress.giving_goal:,}"
    table.add_row("given", progress.given_formatted, giving, bar(progress.giving_percent))
    counts = (
        ("gifts", progress.gifts, progress.total_gift_goal, progress.total_gift_percent),
        ("new givers", progress.new_givers, progress.new_giver_goal, progress.new_giver_percent),
    )
    for word, count, goal, percent in counts:
        table.add_row(word, f"{count:,}", "" if goal is None else f"{goal:,}", bar(percent))
    out.print(table)


def _print_given(progress: CampaignProgressView) -> None:
    table = Table("by", "given", "gifts")
    for word, given in (("projects", progress.by_currency), ("segments", progress.by_segments)):
        for one in given:
            table.add_row(word, one.amount_formatted, f"{one.gifts:,}")
    out.print(table)


def print_projects(entries: Sequence[CampaignProjectView]) -> None:
    """One line for each project of a campaign."""
    table = Table("entry", "project", "code", "from", "until")
    for entry in entries:
        row = (entry.project, entry.project_code, entry.from_date or "", entry.until_date or "")
        table.add_row(str(entry.id), *row)
    out.print(table)


def bar(percent: int | None) -> str:
    """How far something has come, as marks and number; nothing without a goal."""
    if percent is None:
        return ""
    full = BAR * min(max(percent, 0), 100) // 100
    return f"{'#' * full}{'.' * (BAR - full)} {percent} %"


@contextmanager
def followed_on(console: Console) -> Iterator[Callable[[int], None]]:
    """What takes how many percent of the gifts have followed their project: a bar on a terminal, else nothing."""
    if not console.is_terminal:
        yield lambda percent: None
        return
    columns = (BarColumn(), TaskProgressColumn(), TextColumn("gifts follow"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=100)
        yield lambda percent: progress.update(task, completed=percent)

"""`almoner campaign`: campaigns of the CRM: make and change them, put projects in, see how far they have come."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from shlex import quote
from typing import Annotated, Any

import typer

from almoner.cli.campaign_output import print_campaign, print_campaigns, told_with
from almoner.cli.deferred import Deferred, group_of
from almoner.cli.output import (
    AsJson,
    DataDir,
    Org,
    id_of,
    opened_database,
    out,
    print_json,
    run,
    settings_from,
)
from almoner.crm.campaigns import memberships, service
from almoner.crm.campaigns.views import CampaignProgressView, CampaignProjectView, CampaignView
from almoner.kernel.clock import SystemClock
from almoner.kernel.days import parse_day
from almoner.kernel.paging import Paging
from almoner.platform.database import Tx
from almoner.platform.program import typed
from almoner.platform.settings import Settings
from almoner.platform.wire import told
from almoner.tenants.choice import chosen_organization

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}.*)?")
NONE = "none"
"""What clears an option of `edit`."""

PROJECTS = Deferred(
    "projects", "almoner.cli.campaign_projects", "The projects of a campaign, each with its days."
)
app = typer.Typer(
    help="Campaigns of the CRM: goals, projects and what came.", cls=group_of(PROJECTS), no_args_is_help=True
)


def goal_of(text: str) -> str:
    """A goal as it is written; what is no number is a wrong call."""
    try:
        is_number = text.lower() == NONE or Decimal(text).is_finite()
    except InvalidOperation:
        is_number = False
    if not is_number:
        raise typer.BadParameter("A goal is a number, or `none`.")
    return text


def day_of(text: str) -> date:
    """A day; what is none is a wrong call."""
    try:
        return parse_day(text)
    except ValueError:
        raise typer.BadParameter("Expected a date such as 2024-12-31.") from None


def moment_of(text: str) -> str:
    """A day or an instant as ISO 8601 writes it, or `none`; another way of writing days could mean two, and is a wrong call."""
    if text.lower() != NONE and not _ISO.fullmatch(text):
        raise typer.BadParameter(
            f"'{text[:40]}' is no date such as 2026-10-01, and no instant such as 2026-10-01T08:00:00Z."
        )
    return text


CampaignId = Annotated[
    int, typer.Argument(parser=id_of, metavar="ID", help="The campaign's id, as `campaign list` shows it.")
]
Start = Annotated[
    str | None,
    typer.Option(
        "--start", parser=moment_of, metavar="DAY", help="The day it begins, or an instant with its zone."
    ),
]
End = Annotated[
    str | None,
    typer.Option(
        "--end", parser=moment_of, metavar="DAY", help="The day it ends, or an instant with its zone."
    ),
]
Description = Annotated[str | None, typer.Option("--description", metavar="TEXT", help="What it is for.")]
GivingGoal = Annotated[
    str | None,
    typer.Option(
        "--giving-goal",
        parser=goal_of,
        metavar="AMOUNT",
        help="How much it is to bring, in the base currency.",
    ),
]
GiftGoal = Annotated[
    str | None,
    typer.Option("--gift-goal", parser=goal_of, metavar="N", help="How many gifts it is to bring."),
]
NewGiverGoal = Annotated[
    str | None,
    typer.Option(
        "--new-giver-goal",
        parser=goal_of,
        metavar="N",
        help="How many contacts are to give for the first time.",
    ),
]
Steps = Annotated[
    list[str] | None,
    typer.Option("--step", metavar="NAME", help="A step of it; once for each, in their order."),
]


@app.command("create")
def create(  # noqa: PLR0913, PLR0917 - options are arguments
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the campaign.")],
    start: Start = None,
    end: End = None,
    description: Description = None,
    giving_goal: GivingGoal = None,
    gift_goal: GiftGoal = None,
    new_giver_goal: NewGiverGoal = None,
    step: Steps = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a campaign."""
    said = _said(name, start, end, description, giving_goal, gift_goal, new_giver_goal, step)
    settings = settings_from(data_dir)
    made = run(_create(settings, org, {"steps": [], **said}))
    if as_json:
        print_json(told(made))
        return
    out.print(f"Campaign {made.campaign_id} is made. Put projects into it with:")
    out.print(
        f"  {typed(f'campaign projects add {made.campaign_id} PROJECT')}", highlight=False, soft_wrap=True
    )


@app.command("edit")
def edit(  # noqa: PLR0913, PLR0917 - options are arguments
    campaign_id: CampaignId,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Its name.")] = None,
    start: Start = None,
    end: End = None,
    description: Description = None,
    giving_goal: GivingGoal = None,
    gift_goal: GiftGoal = None,
    new_giver_goal: NewGiverGoal = None,
    step: Steps = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Change what is said of a campaign, and print what undoes it.

    What is left out stays; `none` clears. Projects keep the days that they have in it.
    """
    said = _said(name, start, end, description, giving_goal, gift_goal, new_giver_goal, step)
    if not said:
        raise typer.BadParameter("Say what is to change: with --name, --start, --giving-goal and so on.")
    was, since = run(_edit(settings_from(data_dir), org, campaign_id, said))
    if as_json:
        print_json(told(since))
        return
    out.print(f"Campaign {campaign_id} is changed. What undoes it:")
    undo = " ".join(_undoing(field, was[field]) for field in said)
    out.print(f"  {typed(f'campaign edit {campaign_id} {undo}')}", highlight=False, soft_wrap=True)


@app.command("list")
def list_(
    archived: Annotated[
        bool, typer.Option("--archived", metavar="", help="List those that are archived too.")
    ] = False,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List campaigns, each with what came towards its goal."""
    found = run(_list(settings_from(data_dir), org, archived=archived))
    if as_json:
        print_json([told_with(campaign, progress) for campaign, progress in found])
    elif not found:
        out.print(f"There is no campaign{' yet' if archived else ' that is not archived'}. Make one with:")
        out.print(f"  {typed('campaign create NAME')}", highlight=False, soft_wrap=True)
    else:
        print_campaigns(found)


@app.command("show")
def show(
    campaign_id: CampaignId,
    as_of: Annotated[
        date | None,
        typer.Option("--as-of", parser=day_of, metavar="DAY", help="The day whose end is told of; today."),
    ] = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a campaign: its goals and how far it has come, its projects and steps."""
    campaign, progress, projects, steps = run(_show(settings_from(data_dir), org, campaign_id, as_of))
    if as_json:
        document = told_with(campaign, progress)
        print_json({**document, "projects": [told(one) for one in projects], "steps": steps})
    else:
        print_campaign(campaign, progress, projects, steps)


@app.command("archive")
def archive(
    campaign_id: CampaignId, org: Org = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Put a campaign away. Its gifts and figures stay; `campaign restore` takes it out again."""
    _archive(settings_from(data_dir), org, campaign_id, archived=True, as_json=as_json)


@app.command("restore")
def restore(
    campaign_id: CampaignId, org: Org = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Take an archived campaign out again."""
    _archive(settings_from(data_dir), org, campaign_id, archived=False, as_json=as_json)


def _archive(settings: Settings, org: int | None, campaign_id: int, *, archived: bool, as_json: bool) -> None:
    was, made = run(_set_archived(settings, org, campaign_id, archived=archived))
    if as_json:
        print_json(told(made))
        return
    if was is archived:
        out.print(
            f"Campaign {campaign_id} is {'archived already' if archived else 'not archived'}: nothing was changed."
        )
        return
    undo = "restore" if archived else "archive"
    out.print(
        f"Campaign {campaign_id} is {'archived' if archived else 'not archived any more'}. What undoes it:"
    )
    out.print(f"  {typed(f'campaign {undo} {campaign_id}')}", highlight=False, soft_wrap=True)


@asynccontextmanager
async def transaction(settings: Settings, org: int | None) -> AsyncIterator[Tx]:
    """A transaction of the organization that a command works on."""
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        yield tx


async def _create(settings: Settings, org: int | None, said: dict[str, Any]) -> CampaignView:
    async with transaction(settings, org) as tx:
        return await service.create_campaign(tx, said, SystemClock().now())


async def _edit(
    settings: Settings, org: int | None, campaign_id: int, said: dict[str, Any]
) -> tuple[dict[str, Any], CampaignView]:
    async with transaction(settings, org) as tx:
        was = await service.said_of(tx, campaign_id)
        now = SystemClock().now()
        return was, await service.replace_campaign(tx, campaign_id, {**was, **said}, now)


async def _list(
    settings: Settings, org: int | None, *, archived: bool
) -> list[tuple[CampaignView, CampaignProgressView]]:
    async with transaction(settings, org) as tx:
        page = await service.list_campaigns(tx, Paging(0, 1000, service.SORTS["id"]), archived=archived)
        progress = await service.progress_of(tx, page.items, None, SystemClock().now())
        return list(zip(page.items, progress, strict=True))


async def _show(
    settings: Settings, org: int | None, campaign_id: int, day: date | None
) -> tuple[CampaignView, CampaignProgressView, list[CampaignProjectView], list[str]]:
    async with transaction(settings, org) as tx:
        campaign = await service.read_campaign(tx, campaign_id)
        (progress,) = await service.progress_of(tx, [campaign], day, SystemClock().now())
        page = await memberships.list_projects(tx, campaign_id, Paging(0, 1000, memberships.SORTS["id"]))
        return campaign, progress, page.items, await service.steps_of(tx, campaign_id)


async def _set_archived(
    settings: Settings, org: int | None, campaign_id: int, *, archived: bool
) -> tuple[bool, CampaignView]:
    """Whether it was archived before, and the campaign."""
    async with transaction(settings, org) as tx:
        was = await service.read_campaign(tx, campaign_id)
        return was.is_archived, await service.set_archived(
            tx, campaign_id, archived=archived, now=SystemClock().now()
        )


_OPTIONS = {
    "name": "--name",
    "start_date_time_utc": "--start",
    "end_date_time_utc": "--end",
    "description": "--description",
    "giving_goal": "--giving-goal",
    "total_gift_goal": "--gift-goal",
    "new_giver_goal": "--new-giver-goal",
    "steps": "--step",
}


def _said(*values: Any) -> dict[str, Any]:
    """The fields of a campaign that the options name, in the order of `_OPTIONS`; `none` is null."""
    said = {field: value for field, value in zip(_OPTIONS, values, strict=True) if value is not None}
    cleared = {field: None if str(value).lower() == NONE else value for field, value in said.items()}
    if steps := cleared.get("steps"):
        cleared["steps"] = [] if [step.lower() for step in steps] == [NONE] else steps
    for field in ("giving_goal", "total_gift_goal", "new_giver_goal"):
        if (goal := cleared.get(field)) is not None:
            cleared[field] = _number(field, goal)
    return cleared


def _number(field: str, goal: str) -> Decimal | int:
    number = Decimal(goal)
    if field == "giving_goal":
        return number
    if number != number.to_integral_value() or not 0 <= number <= 2**53:
        raise typer.BadParameter(f"{_OPTIONS[field]} is a whole number from 0 on.")
    return int(number)


def _undoing(field: str, value: Any) -> str:
    """The option that says of a field what it was."""
    if field == "steps":
        return " ".join(f"--step {quote(step)}" for step in value or [NONE])
    return f"{_OPTIONS[field]} {NONE if value is None else quote(str(value))}"

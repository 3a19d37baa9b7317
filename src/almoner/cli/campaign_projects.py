"""`almoner campaign projects`: which projects belong to a campaign, and from when to when."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from almoner.cli.campaign import CampaignId, day_of, transaction
from almoner.cli.campaign_output import followed_on, print_projects
from almoner.cli.output import (
    AsJson,
    DataDir,
    Org,
    err,
    id_of,
    opened_database,
    out,
    print_json,
    run,
    settings_from,
)
from almoner.crm.campaigns import memberships, service
from almoner.crm.campaigns.following import follow
from almoner.crm.campaigns.views import CampaignProjectView
from almoner.kernel.clock import SystemClock
from almoner.kernel.paging import Paging
from almoner.platform.database import Database
from almoner.platform.program import typed
from almoner.platform.settings import Settings
from almoner.platform.wire import told
from almoner.tenants.choice import chosen_organization

app = typer.Typer(help="The projects of a campaign, each with its days.", no_args_is_help=True)

From = Annotated[
    date | None,
    typer.Option(
        "--from", parser=day_of, metavar="DAY", help="Its first day in it; the campaign's when left out."
    ),
]
Until = Annotated[
    date | None,
    typer.Option(
        "--until", parser=day_of, metavar="DAY", help="Its last day in it; the campaign's when left out."
    ),
]
Entry = Annotated[
    int, typer.Argument(parser=id_of, metavar="ENTRY", help="The entry's id, as `campaign show` tells it.")
]


@app.command("list")
def list_(
    campaign_id: CampaignId, org: Org = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List the projects of a campaign."""
    entries = run(_list(settings_from(data_dir), org, campaign_id))
    if as_json:
        print_json([told(entry) for entry in entries])
    elif not entries:
        out.print("No project is in this campaign yet. Put one in with:")
        out.print(
            f"  {typed(f'campaign projects add {campaign_id} PROJECT')}", highlight=False, soft_wrap=True
        )
    else:
        print_projects(entries)


@app.command("add")
def add(
    campaign_id: CampaignId,
    project: Annotated[
        str, typer.Argument(metavar="PROJECT", help="The project, by its code in whatever case.")
    ],
    from_day: From = None,
    until_day: Until = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Put a project into a campaign, with all projects below it. Gifts of its days that are here already come along."""
    said = {"project_code": project, "from_date": _text(from_day), "until_date": _text(until_day)}
    settings = settings_from(data_dir)
    entry = run(_add(settings, org, campaign_id, said))
    run(let_gifts_follow(settings, org, campaign_id))
    if as_json:
        print_json(told(entry))
        return
    out.print(
        f"{entry.project} is in campaign {campaign_id} {days_told(entry)}. What undoes it:", highlight=False
    )
    out.print(
        f"  {typed(f'campaign projects remove {campaign_id} {entry.id}')}", highlight=False, soft_wrap=True
    )


@app.command("days")
def days(
    campaign_id: CampaignId,
    entry_id: Entry,
    from_day: From = None,
    until_day: Until = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let a project belong to a campaign on other days; its gifts follow. To let it end, say --until."""
    settings = settings_from(data_dir)
    was, since = run(_change(settings, org, campaign_id, entry_id, from_day, until_day))
    run(let_gifts_follow(settings, org, campaign_id))
    if as_json:
        print_json(told(since))
        return
    out.print(
        f"{since.project} is in campaign {campaign_id} {days_told(since)}. What undoes it:", highlight=False
    )
    bounds = {"--from": was.from_date, "--until": was.until_date}
    options = " ".join(f"{option} {day}" for option, day in bounds.items() if day is not None)
    undo = f"campaign projects days {campaign_id} {entry_id} {options}".rstrip()
    out.print(f"  {typed(undo)}", highlight=False, soft_wrap=True)


@app.command("remove")
def remove(
    campaign_id: CampaignId,
    entry_id: Entry,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take a project out of a campaign as if it had never been there. To let it end instead, use `campaign projects days`."""
    settings = settings_from(data_dir)
    entry = run(_remove(settings, org, campaign_id, entry_id))
    run(let_gifts_follow(settings, org, campaign_id))
    if as_json:
        print_json({"id": entry_id, "removed": True})
        return
    out.print(f"{entry.project} is no longer in campaign {campaign_id}. What undoes it:", highlight=False)
    bounds = {"--from": entry.from_date, "--until": entry.until_date}
    options = " ".join(f"{option} {day}" for option, day in bounds.items() if day is not None)
    undo = f"campaign projects add {campaign_id} {entry.project_code} {options}".rstrip()
    out.print(f"  {typed(undo)}", highlight=False, soft_wrap=True)


def days_told(entry: CampaignProjectView) -> str:
    """Its days as people say them."""
    first = "always" if entry.from_date is None else f"from {entry.from_date}"
    if entry.until_date is None:
        return first
    return f"until {entry.until_date}" if entry.from_date is None else f"{first} until {entry.until_date}"


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


async def _list(settings: Settings, org: int | None, campaign_id: int) -> list[CampaignProjectView]:
    async with transaction(settings, org) as tx:
        await service.read_campaign(tx, campaign_id)
        page = await memberships.list_projects(tx, campaign_id, Paging(0, 1000, memberships.SORTS["id"]))
        return page.items


async def _add(
    settings: Settings, org: int | None, campaign_id: int, said: dict[str, Any]
) -> CampaignProjectView:
    async with transaction(settings, org) as tx:
        return await memberships.add_project(tx, campaign_id, said, SystemClock().now())


async def _change(
    settings: Settings,
    org: int | None,
    campaign_id: int,
    entry_id: int,
    first: date | None,
    last: date | None,
) -> tuple[CampaignProjectView, CampaignProjectView]:
    async with transaction(settings, org) as tx:
        was = await memberships.read_membership(tx, campaign_id, entry_id)
        said = {"from_date": _text(first) or was.from_date, "until_date": _text(last) or was.until_date}
        now = SystemClock().now()
        return was, await memberships.change_days(tx, campaign_id, entry_id, said, now)


async def _remove(
    settings: Settings, org: int | None, campaign_id: int, entry_id: int
) -> CampaignProjectView:
    async with transaction(settings, org) as tx:
        return await memberships.remove_project(tx, campaign_id, entry_id, SystemClock().now())


async def let_gifts_follow(settings: Settings, org: int | None, campaign_id: int) -> None:
    """Let the gifts that are here follow, with a bar on a terminal; each portion by itself, so that others give meanwhile.

    A server that runs does the same beside it, and what is left when this is stopped.
    """
    async with opened_database(settings) as db:
        organization_id = await chosen_organization(db, org)
        with followed_on(err) as told_of:
            while (percent := await _portion(db, organization_id, campaign_id)) is not None:
                told_of(percent)


async def _portion(db: Database, organization_id: int, campaign_id: int) -> int | None:
    """How many percent have followed after one more portion; None: all."""
    async with db.tenant(organization_id) as tx:
        if not await service.computed_percents(tx, [campaign_id]):
            return None
        await follow(tx)
        return (await service.computed_percents(tx, [campaign_id])).get(campaign_id)

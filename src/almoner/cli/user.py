"""`almoner user`: people who sign in: invite, list, disable, enable, move, reset; and who did what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table

from almoner.cli.console import Url, address_for
from almoner.cli.output import AsJson, DataDir, Org, opened_database, out, print_json, run, settings_from
from almoner.cli.people import by_whom
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import NotFound
from almoner.kernel.text import fold
from almoner.platform.accounts import service
from almoner.platform.accounts.service import Member
from almoner.platform.database import Database
from almoner.platform.organizations.groups import list_groups
from almoner.platform.program import typed
from almoner.platform.settings import Settings
from almoner.tenants.choice import chosen_organization
from almoner.tenants.groups import prepare_groups

app = typer.Typer(help="Users: people who sign in, with what their group allows.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.")]


@app.command("invite")
def invite(
    email: Email,
    group: Annotated[
        str, typer.Option("--group", metavar="NAME", help="The permission group; `group list` has them.")
    ],
    name: Annotated[str | None, typer.Option("--name", help="What the user is called.")] = None,
    url: Url = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Invite a user, and print a link on which the person sets a password; it works once.

    Again for who has not accepted it: a new link and the group that is named now; the link before it ends.
    """
    settings = settings_from(data_dir)
    address = address_for(settings, url)
    token, before = run(_invite(settings, org, email, name or email.partition("@")[0], group))
    if before is not None and not as_json:
        changed = "" if fold(before) == fold(group) else f", to the group {before}: it is {group} now"
        out.print(
            f"{email} was invited before{changed}. The link of before is good no more.",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    said = {"group": group, "groupBefore": before}
    _print_link(settings, email, f"{address}/console/invitation?token={token}", as_json=as_json, **said)


@app.command("list")
def list_(org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the users of the organization, with the group and state of each: active, disabled, invited, or expired (not accepted in time)."""
    found = run(_list(settings_from(data_dir), org))
    if as_json:
        print_json(found)
        return
    if not found:
        out.print("There is no user yet. Invite one with:")
        out.print(
            f"  {typed('user invite EMAIL --group NAME')}", markup=False, highlight=False, soft_wrap=True
        )
        return
    table = Table("id", "e-mail", "name", "group", "state", "two-factor")
    for one in found:
        table.add_row(
            str(one["organizationUserId"]), one["email"], one["name"], one["group"], one["state"],
            "on" if one["twoFactorEnabled"] else "",
        )  # fmt: skip
    out.print(table)


@app.command("disable")
def disable(email: Email, org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Keep a user out of the organization: tokens and sessions there end at once. The last administrator stays."""

    async def work(db: Database, member: Member, now: datetime) -> None:
        await service.set_disabled(db, member, by_whom(), now, disabled=True)

    _do(data_dir, org, email, work, "disabled", as_json=as_json)


@app.command("enable")
def enable(email: Email, org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Let a disabled user in again, with the password of before."""

    async def work(db: Database, member: Member, now: datetime) -> None:
        await service.set_disabled(db, member, by_whom(), now, disabled=False)

    _do(data_dir, org, email, work, "enabled", as_json=as_json)


@app.command("move")
def move(
    email: Email,
    group: Annotated[str, typer.Argument(metavar="GROUP", help="The name of the permission group.")],
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Move a user to another permission group, at once. The last administrator stays one."""

    async def work(db: Database, member: Member, now: datetime) -> None:
        await service.set_group(db, member, group, by_whom(), now)

    _do(data_dir, org, email, work, "moved", as_json=as_json)


@app.command("revoke")
def revoke(email: Email, org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Take back an invitation that nobody accepted yet: its link ends."""

    async def work(db: Database, member: Member, now: datetime) -> None:
        await service.revoke_invitation(db, member, by_whom(), now)

    _do(data_dir, org, email, work, "invitation revoked", as_json=as_json)


@app.command("sign-out")
def sign_out(email: Email, org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """End all tokens and sessions of a user, in every organization; the password stays."""

    async def work(db: Database, member: Member, now: datetime) -> None:
        await service.sign_out_everywhere(db, member, by_whom(), now)

    _do(data_dir, org, email, work, "signed out", as_json=as_json)


@app.command("reset")
def reset(
    email: Email,
    two_factor: Annotated[
        bool, typer.Option("--two-factor", metavar="", help="No longer ask for the code of a lost app.")
    ] = False,
    url: Url = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Print a link on which a user sets a new password. Tokens and sessions end at once, in every organization of the user."""
    settings = settings_from(data_dir)
    address = address_for(settings, url)
    token = run(_reset(settings, org, email, two_factor))
    _print_link(settings, email, f"{address}/console/invitation?token={token}", as_json=as_json)


@app.command("log")
def log(org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Tell what happened to users of the organization, when, and by whom."""
    found = run(_log(settings_from(data_dir), org))
    if as_json:
        print_json(found)
        return
    table = Table("when (UTC)", "e-mail", "what", "by")
    for one in found:
        table.add_row(
            one["happenedDate"][:16], one["email"], f"{one['what']} {one['detail']}".strip(), one["by"]
        )
    out.print(table)


def _do(
    data_dir: DataDir,
    org: Org,
    email: str,
    work: Callable[[Database, Member, datetime], Awaitable[None]],
    done: str,
    *,
    as_json: bool,
) -> None:
    run(_with_member(settings_from(data_dir), org, email, work))
    if as_json:
        print_json({"email": email, "done": done})
    else:
        out.print(f"{email}: {done}.", markup=False, highlight=False)


def _print_link(settings: Settings, email: str, made: str, *, as_json: bool, **more: str | None) -> None:
    if as_json:
        print_json({"email": email, "url": made, "validHours": settings.invitation_hours, **more})
        return
    out.print(
        f"Hand this link to {email}; it works once, within {settings.invitation_hours} hours:", markup=False
    )
    out.print(f"  {made}", markup=False, highlight=False, soft_wrap=True)


async def _with_member(
    settings: Settings,
    org: int | None,
    email: str,
    work: Callable[[Database, Member, datetime], Awaitable[Any]],
) -> Any:
    now = SystemClock().now()
    async with opened_database(settings) as db:
        member = await service.member_named(db, await chosen_organization(db, org), email, now)
        return await work(db, member, now)


async def _invite(
    settings: Settings, org: int | None, email: str, name: str, group: str
) -> tuple[str, str | None]:
    """The token of the link, and the group of an invitation of before that was not accepted; None without one."""
    now = SystemClock().now()
    async with opened_database(settings) as db:
        organization_id = await chosen_organization(db, org)
        async with db.tenant(organization_id) as tx:
            await prepare_groups(tx, now)
            names = {each.id: each.name for each in await list_groups(tx)}
        life = timedelta(hours=settings.invitation_hours)
        try:
            known = (await service.member_named(db, organization_id, email, now)).membership.group_id
        except NotFound:
            known = None
        token = await service.invite(db, organization_id, email, name, group, by_whom(), now, life)
        return token, None if known is None else names.get(known, "that is gone")


async def _reset(settings: Settings, org: int | None, email: str, two_factor: bool) -> str:
    life = timedelta(hours=settings.invitation_hours)

    async def work(db: Database, member: Member, now: datetime) -> str:
        return await service.reset(db, member, by_whom(), now, life, two_factor=two_factor)

    token: str = await _with_member(settings, org, email, work)
    return token


async def _list(settings: Settings, org: int | None) -> list[dict[str, Any]]:
    async with opened_database(settings) as db:
        organization_id = await chosen_organization(db, org)
        async with db.tenant(organization_id) as tx:
            names = {group.id: group.name for group in await list_groups(tx)}
        return [
            {
                "organizationUserId": one.membership.id,
                "email": one.account.email,
                "name": one.account.name,
                "group": names.get(one.membership.group_id, ""),
                "state": one.state,
                "twoFactorEnabled": one.account.two_factor,
                "invitedUntil": one.invited_until and one.invited_until.isoformat(),
            }
            for one in await service.members(db, organization_id, SystemClock().now())
        ]


async def _log(settings: Settings, org: int | None) -> list[dict[str, Any]]:
    async with opened_database(settings) as db:
        found = await service.changes(db, await chosen_organization(db, org), SystemClock().now())
    return [
        {
            "happenedDate": one["happened_at"].isoformat(),
            "email": one["email"],
            "what": one["what"],
            "detail": one["detail"],
            "by": one["by_whom"],
        }
        for one in found
    ]

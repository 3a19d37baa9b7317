"""`almoner group`: what users and keys may do, as named sets of scopes."""

from __future__ import annotations

from collections import Counter
from shlex import quote
from typing import Annotated

import typer
from rich.table import Table

from almoner.cli.deferred import Deferred, group_of
from almoner.cli.output import AsJson, DataDir, Org, opened_database, out, print_json, run, settings_from
from almoner.cli.people import by_whom
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import Conflict
from almoner.kernel.text import fold
from almoner.platform.accounts.service import users_by_group, uses_group
from almoner.platform.organizations import groups
from almoner.platform.organizations.groups import Group
from almoner.platform.program import typed
from almoner.platform.settings import Settings
from almoner.tenants.choice import chosen_organization
from almoner.tenants.groups import Difference, differences, prepare_groups

SET = Deferred(
    "set",
    "almoner.cli.group_set",
    "Make a group, or change what one grants; its users and keys notice within `token_cache_seconds`.",
)
app = typer.Typer(
    help="Permission groups: what users and keys may do.", cls=group_of(SET), no_args_is_help=True
)


@app.command("list")
def list_(org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the groups of the organization with the scopes that each grants, and how many users and keys hold it."""
    found, users = run(_list(settings_from(data_dir), org))
    if as_json:
        print_json(
            [
                {"name": one.name, "scopes": list(one.scopes), "users": users[one.id], "keys": one.keys}
                for one in found
            ]
        )
        return
    table = Table("name", "scopes", "users", "keys")
    for one in found:
        table.add_row(one.name, " ".join(one.scopes), str(users[one.id]), str(one.keys))
    out.print(table)


@app.command("compare")
def compare(org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Tell how the groups that every organization begins with differ from what they would be today. Nothing is changed: it prints what would."""
    groups_, users = run(_list(settings_from(data_dir), org))
    found = differences(groups_)
    if as_json:
        print_json(
            [
                {
                    "name": one.name,
                    "isThere": one.is_there,
                    "lacks": one.lacks,
                    "grantsBesides": one.grants_besides,
                    "today": one.today,
                }
                for one in found
            ]
        )
        return
    held = {fold(one.name): f"{users[one.id]} users, {one.keys} keys" for one in groups_}
    for one in found:
        _print_difference(one, held.get(fold(one.name), ""))
    if not found:
        out.print("Every group that an organization begins with is as it would be today.")


def _print_difference(one: Difference, held: str) -> None:
    head = (
        f"{one.name} ({held})"
        if one.is_there
        else f"{one.name}: there is none (taken away, or called otherwise)"
    )
    lines = [head]
    lines += [f"  lacks: {' '.join(one.lacks)}"] if one.lacks and one.is_there else []
    lines += [f"  grants besides: {' '.join(one.grants_besides)}"] if one.grants_besides else []
    scopes = " ".join(f"--scope {quote(scope)}" for scope in one.today)
    lines += [
        "  What makes it as it would be today:",
        f"    {typed(f'group set {quote(one.name)} {scopes}')}",
    ]
    out.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


@app.command("remove")
def remove(
    name: Annotated[str, typer.Argument(help="The group's name, in any case.")],
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take away a group that no user and no key has, and print what brings it back."""
    was = run(_remove(settings_from(data_dir), org, name))
    if as_json:
        print_json({"name": was.name, "removed": True, "scopes": list(was.scopes)})
        return
    scopes = " ".join(f"--scope {quote(scope)}" for scope in was.scopes)
    lines = (
        f"The group {was.name} is removed. It granted: {' '.join(was.scopes)}. Revoked keys of it have no group any more. What undoes it:",
        f"  {typed(f'group set {quote(was.name)} {scopes}')}",
    )
    out.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


async def _list(settings: Settings, org: int | None) -> tuple[list[Group], Counter[int]]:
    """The groups, and how many users each has."""
    async with opened_database(settings) as db:
        organization_id = await chosen_organization(db, org)
        async with db.tenant(organization_id) as tx:
            await prepare_groups(tx, SystemClock().now())
            found = await groups.list_groups(tx)
        return found, await users_by_group(db, organization_id)


async def _remove(settings: Settings, org: int | None, name: str) -> Group:
    async with opened_database(settings) as db:
        organization_id = await chosen_organization(db, org)
        async with db.tenant(organization_id) as tx:
            group = await groups.group_named(tx, name)
        if await uses_group(db, organization_id, group.id):
            raise Conflict(f"Users are in the group '{group.name}': move them first.")
        async with db.tenant(organization_id) as tx:
            return await groups.remove_group(tx, name, by_whom(), SystemClock().now())

"""`almoner group`: what users and keys may do, as named sets of scopes."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from almoner.cli.deferred import Deferred, group_of
from almoner.cli.output import AsJson, DataDir, Org, opened_database, out, print_json, run, settings_from
from almoner.cli.people import by_whom
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import Conflict
from almoner.platform.accounts.service import uses_group
from almoner.platform.organizations import groups
from almoner.platform.organizations.groups import Group
from almoner.platform.settings import Settings
from almoner.tenants.choice import chosen_organization
from almoner.tenants.groups import prepare_groups

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
    """List the groups of the organization with the scopes that each grants, and how many keys hold it."""
    found = run(_list(settings_from(data_dir), org))
    if as_json:
        print_json([{"name": one.name, "scopes": list(one.scopes), "keys": one.keys} for one in found])
        return
    table = Table("name", "scopes", "keys")
    for one in found:
        table.add_row(one.name, " ".join(one.scopes), str(one.keys))
    out.print(table)


@app.command("remove")
def remove(
    name: Annotated[str, typer.Argument(help="The group's name, in any case.")],
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take away a group that no user and no key has."""
    run(_remove(settings_from(data_dir), org, name))
    if as_json:
        print_json({"name": name, "removed": True})
    else:
        out.print(f"The group {name} is removed.", markup=False)


async def _list(settings: Settings, org: int | None) -> list[Group]:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        await prepare_groups(tx, SystemClock().now())
        return await groups.list_groups(tx)


async def _remove(settings: Settings, org: int | None, name: str) -> None:
    async with opened_database(settings) as db:
        organization_id = await chosen_organization(db, org)
        async with db.tenant(organization_id) as tx:
            group = await groups.group_named(tx, name)
        if await uses_group(db, organization_id, group.id):
            raise Conflict(f"Users are in the group '{group.name}': move them first.")
        async with db.tenant(organization_id) as tx:
            await groups.remove_group(tx, name, by_whom(), SystemClock().now())

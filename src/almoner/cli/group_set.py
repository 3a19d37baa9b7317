"""`almoner group set`: make a permission group, or change what it grants."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.output import (
    USAGE,
    AsJson,
    DataDir,
    Org,
    fail,
    opened_database,
    out,
    print_json,
    run,
    settings_from,
)
from almoner.cli.people import by_whom
from almoner.cli.scopes import OF_GROUPS, checked_group_scopes
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import Invalid, NotFound
from almoner.platform.organizations import groups
from almoner.platform.settings import Settings
from almoner.tenants.choice import chosen_organization
from almoner.tenants.groups import prepare_groups

Scopes = Annotated[
    list[str],
    typer.Option(
        "--scope",
        metavar="SCOPE",
        help=(
            f"What the group grants, all of it; repeatable. One of {', '.join(f'`{scope}`' for scope in OF_GROUPS)};"
            " `gift:write` stands for create, update and delete of gift, `gift:*` for all of it, `*:read` for reading everything."
        ),
    ),
]


def command(
    name: Annotated[str, typer.Argument(help="The group's name.")],
    scope: Scopes,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a group, or change what one grants; its users and keys notice within `token_cache_seconds`."""
    settings = settings_from(data_dir)
    try:
        granted = checked_group_scopes(scope)
    except Invalid as error:
        fail(error.message, USAGE)
    run(_set(settings, org, name, granted))
    if as_json:
        print_json({"name": name, "scopes": granted})
    else:
        out.print(f"{name}: {' '.join(granted)}", markup=False)


async def _set(settings: Settings, org: int | None, name: str, scopes: list[str]) -> None:
    now = SystemClock().now()
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        await prepare_groups(tx, now)
        try:
            await groups.change_group(tx, name, scopes, by_whom(), now)
        except NotFound:
            await groups.create_group(tx, name, scopes, by_whom(), now)

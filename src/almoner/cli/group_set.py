"""`almoner group set`: make a permission group, or change what it grants."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote
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
from almoner.platform.program import typed
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
    was = run(_set(settings, org, name, granted))
    if as_json:
        print_json({"name": name, "scopes": granted})
    else:
        out.print(f"{name}: {' '.join(granted)}", markup=False)
        tell_undo(name, was)


def tell_undo(name: str, was: Sequence[str] | None) -> None:
    """Print what a group granted before (None: there was none), and the command that makes it so again."""
    if was is None:
        out.print("It is new. What undoes it:")
        out.print(f"  {typed(f'group remove {quote(name)}')}", markup=False, highlight=False, soft_wrap=True)
        return
    scopes = " ".join(f"--scope {quote(scope)}" for scope in was)
    out.print(f"Before: {' '.join(was)}. What undoes it:", markup=False, highlight=False, soft_wrap=True)
    out.print(
        f"  {typed(f'group set {quote(name)} {scopes}')}", markup=False, highlight=False, soft_wrap=True
    )


async def _set(settings: Settings, org: int | None, name: str, scopes: list[str]) -> tuple[str, ...] | None:
    """What the group granted before; None of one that was made."""
    now = SystemClock().now()
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        await prepare_groups(tx, now)
        try:
            was = (await groups.group_named(tx, name)).scopes
        except NotFound:
            await groups.create_group(tx, name, scopes, by_whom(), now)
            return None
        await groups.change_group(tx, name, scopes, by_whom(), now)
        return was

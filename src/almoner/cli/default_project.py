"""`almoner org default-project`: where gifts go that name no project."""

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
from almoner.crm.gifts.settings import choose_default_project, default_project_code
from almoner.platform.settings import Settings
from almoner.tenants.choice import chosen_organization


def command(
    code: Annotated[str | None, typer.Argument(help="The project's code, in any case.")] = None,
    none: Annotated[
        bool, typer.Option("--none", metavar="", help="Refuse gifts without designations again.")
    ] = False,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let gifts of the CRM that name no project go to one, or tell to which they go.

    An organization begins without: a gift without designations is refused. It holds for whatever is entered over the API from then on; what
    comes from giving names its projects.
    """
    if none and code is not None:
        fail("Name a project or say --none, not both.", USAGE)
    chosen = run(_choose(settings_from(data_dir), org, code, changes=none or code is not None))
    if as_json:
        print_json({"defaultProjectCode": chosen})
    elif chosen is None:
        out.print("Gifts without designations are refused.")
    else:
        out.print(f"Gifts without designations go to {chosen}.", soft_wrap=True)


async def _choose(settings: Settings, org: int | None, code: str | None, *, changes: bool) -> str | None:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        if changes:
            await choose_default_project(tx, code)
        return await default_project_code(tx)

"""`almoner key create`: make a key, which grants what it is told to."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.output import (
    USAGE,
    AsJson,
    DataDir,
    Org,
    fail,
    one_of,
    opened_database,
    out,
    print_json,
    run,
    settings_from,
)
from almoner.cli.scopes import SCOPES, checked_scopes
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import Invalid
from almoner.platform.organizations import service
from almoner.platform.organizations.groups import group_named
from almoner.platform.organizations.rules import PREFIXES
from almoner.platform.settings import Settings
from almoner.tenants.choice import chosen_organization
from almoner.tenants.groups import prepare_groups


def _scopes_in_words() -> str:
    listed = (
        f"Of {product}: {', '.join(f'`{scope}`' for scope in scopes)}." for product, scopes in SCOPES.items()
    )
    return f"{' '.join(listed)} `gift:write` stands for create, update and delete of gift, `gift:*` for all of it, `*:read` for reading everything, `*` for all there is."


Product = Annotated[str, typer.Argument(parser=one_of(*PREFIXES), metavar="PRODUCT", help="raise or crm")]
Scopes = Annotated[
    list[str] | None,
    typer.Option("--scope", metavar="SCOPE", help=f"What the key grants; repeatable. {_scopes_in_words()}"),
]


def command(
    product: Product,
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Scopes = None,
    group: Annotated[
        str | None,
        typer.Option(
            "--group",
            metavar="NAME",
            help="The permission group whose scopes the key has, as they are at the time; in the place of --scope.",
        ),
    ] = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print its token, which is shown only now. Without --scope and --group it grants everything."""
    settings = settings_from(data_dir)
    if group is not None and scope:
        fail("A key has a group or scopes of its own, not both.", USAGE)
    try:
        granted = checked_scopes(product, scope or ["*"])
    except Invalid as error:
        fail(error.message, USAGE)
    token = run(_create(settings, org, product, name, granted, group))
    if as_json:
        print_json({"product": product, "token": token})
    else:
        out.print(token, highlight=False, soft_wrap=True)


async def _create(
    settings: Settings, org: int | None, product: str, name: str, scopes: list[str], group: str | None
) -> str:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        if group is None:
            return await service.create_key(tx, product, name, scopes)
        await prepare_groups(tx, SystemClock().now())
        return await service.create_key(tx, product, name, group_id=(await group_named(tx, group)).id)

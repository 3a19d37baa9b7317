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
from almoner.kernel.errors import Invalid
from almoner.platform.organizations import service
from almoner.platform.organizations.rules import PREFIXES
from almoner.platform.settings import Settings
from almoner.tenants.choice import chosen_organization


def _scopes_in_words() -> str:
    listed = (
        f"Of {product}: {', '.join(f'`{scope}`' for scope in scopes)}." for product, scopes in SCOPES.items()
    )
    return f"{' '.join(listed)} `gift:*` stands for all of gift, `*` for all there are."


Product = Annotated[str, typer.Argument(parser=one_of(*PREFIXES), metavar="PRODUCT", help="raise or crm")]
Scopes = Annotated[
    list[str] | None,
    typer.Option("--scope", metavar="SCOPE", help=f"What the key grants; repeatable. {_scopes_in_words()}"),
]


def command(
    product: Product,
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Scopes = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print its token, which is shown only now. Without --scope it grants everything."""
    settings = settings_from(data_dir)
    try:
        granted = checked_scopes(product, scope or ["*"])
    except Invalid as error:
        fail(error.message, USAGE)
    token = run(_create(settings, org, product, name, granted))
    if as_json:
        print_json({"product": product, "token": token})
    else:
        out.print(token, highlight=False, soft_wrap=True)


async def _create(settings: Settings, org: int | None, product: str, name: str, scopes: list[str]) -> str:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await service.create_key(tx, product, name, scopes)

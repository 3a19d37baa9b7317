"""`almoner key`: tokens for partners and scripts: make, list, revoke."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

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
from almoner.kernel.clock import SystemClock
from almoner.platform.organizations import service
from almoner.platform.organizations.rules import Key
from almoner.platform.settings import Settings
from almoner.tenants.choice import chosen_organization

CREATE = Deferred(
    "create",
    "almoner.cli.key_create",
    "Make a key and print its token, which is shown only now. Without --scope and --group it grants everything.",
)
app = typer.Typer(help="API keys: hashed, scoped, revocable.", cls=group_of(CREATE), no_args_is_help=True)


@app.command("list")
def list_(org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the organization's keys, and when those that end do. Tokens are not kept, so none is shown."""
    keys = run(_list(settings_from(data_dir), org))
    if as_json:
        print_json([_document(key) for key in keys])
        return
    table = Table("id", "product", "name", "group", "scopes", "made (UTC)", "ends or was revoked (UTC)")
    for key in keys:
        ending = key.revoked_at or key.expires_at
        ended = "" if ending is None else f"{ending:%Y-%m-%d %H:%M}"
        made = f"{key.created_at:%Y-%m-%d %H:%M}"
        table.add_row(str(key.id), key.product, key.name, key.group or "", " ".join(key.scopes), made, ended)
    out.print(table)


@app.command("revoke")
def revoke(
    key_id: Annotated[
        int, typer.Argument(parser=id_of, metavar="ID", help="The key's id, as `key list` shows it.")
    ],
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a key unusable. A running server notices within `token_cache_seconds`."""
    run(_revoke(settings_from(data_dir), org, key_id))
    if as_json:
        print_json({"id": key_id, "revoked": True})
    else:
        out.print(f"Key {key_id} is revoked.")


async def _list(settings: Settings, org: int | None) -> list[Key]:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await service.list_keys(tx)


async def _revoke(settings: Settings, org: int | None, key_id: int) -> None:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        await service.revoke_key(tx, key_id, SystemClock().now())


def _document(key: Key) -> dict[str, object]:
    return {
        "id": key.id,
        "product": key.product,
        "name": key.name,
        "group": key.group,
        "scopes": list(key.scopes),
        "createdDate": key.created_at.isoformat(),
        "revokedDate": None if key.revoked_at is None else key.revoked_at.isoformat(),
        "expiresDate": None if key.expires_at is None else key.expires_at.isoformat(),
    }

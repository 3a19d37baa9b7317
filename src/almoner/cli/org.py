"""`almoner org`: make organizations, list them, give them keys."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from almoner.cli.output import AsJson, DataDir, opened_database, out, print_json, run, settings_from, warn
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import Invalid
from almoner.platform.organizations.service import NOT_LISTED, Known, organizations_known
from almoner.platform.program import typed
from almoner.platform.settings import Settings
from almoner.tenants.service import NewOrganization, create_organization

FIRST = "first"
"""How the first server is called in a list: it has no name."""

app = typer.Typer(help="Organizations (tenants) and their tokens.", no_args_is_help=True)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="The organization's name.")],
    currency: Annotated[str, typer.Option(metavar="CODE", help="Base currency, ISO 4217.")] = "USD",
    time_zone: Annotated[str, typer.Option(metavar="ZONE", help="IANA zone of its days.")] = "UTC",
    without_crm: Annotated[
        bool, typer.Option("--without-crm", metavar="", help="It runs no CRM: nothing syncs.")
    ] = False,
    server: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Name of the further server it lives on; without it, the first one."
        ),
    ] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make an organization and print its two tokens, which are shown only now."""
    integration = "none" if without_crm else "crm"
    options = {"currency": currency, "time_zone": time_zone, "integration": integration}
    made = run(_create(settings_from(data_dir), name, server, options))
    document = {
        "organizationId": made.organization_id,
        "raiseToken": made.raise_token,
        "crmToken": made.crm_token,
    }
    if as_json:
        print_json(document)
        return
    out.print(
        f"Organization [bold]{made.organization_id}[/] ({made.name}) is ready. Keep its tokens: they are shown once."
    )
    out.print(f"  Raise token: {made.raise_token}", highlight=False, soft_wrap=True)
    out.print(f"  CRM token:   {made.crm_token}", highlight=False, soft_wrap=True)


@app.command("list")
def list_(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the organizations of all servers; of one that does not answer, or is not listed, those that are known.

    Each is told with its server: `first`, or a name of `further_servers`. What lives on a server that is `away` or `not listed` is known by
    its id alone (in JSON `server`, null for the first, and `serverState`: `ok`, `away` or `not listed`).
    """
    found = run(_list(settings_from(data_dir)))
    if as_json:
        print_json([_document(one) for one in found])
        return
    if not found:
        out.print(f"There is no organization yet. Make one with: {typed('org create NAME')}", soft_wrap=True)
        return
    table = Table("id", "name", "server", "currency", "time zone", "CRM")
    for one in found:
        told = one.organization
        server = f"{one.server or FIRST}: {one.lack}" if one.lack else one.server or FIRST
        more = (told.currency, told.time_zone, told.integration) if told else ("", "", "")
        table.add_row(str(one.organization_id), told.name if told else "", server, *more)
    out.print(table)
    if unlisted := sorted({one.server for one in found if one.lack == NOT_LISTED}):
        warn(
            f"Nobody reaches the organizations on {', '.join(unlisted)}: name each in the setting further_servers, with its address."
        )


async def _create(settings: Settings, name: str, server: str, options: dict[str, str]) -> NewOrganization:
    if server not in ("", *settings.further):
        raise Invalid.field("server", "UNKNOWN", f"The setting further_servers names no server '{server}'.")
    async with opened_database(settings, make=True) as db:
        return await create_organization(
            db, name, now=SystemClock().now(), server=db.server(server), **options
        )


async def _list(settings: Settings) -> list[Known]:
    async with opened_database(settings) as db:
        return await organizations_known(db)


def _document(one: Known) -> dict[str, object]:
    told = one.organization
    return {
        "organizationId": one.organization_id,
        "name": told and told.name,
        "server": one.server or None,
        "serverState": one.lack or "ok",
        "currency": told and told.currency,
        "timeZone": told and told.time_zone,
        "integration": told and told.integration,
        "createdDate": told and told.created_at.isoformat(),
    }

"""`almoner org create`: make an organization."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.output import AsJson, DataDir, opened_database, out, print_json, run, settings_from
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import Invalid
from almoner.platform.settings import Settings
from almoner.tenants.service import NewOrganization, create_organization


def command(
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


async def _create(settings: Settings, name: str, server: str, options: dict[str, str]) -> NewOrganization:
    if server not in ("", *settings.further):
        raise Invalid.field("server", "UNKNOWN", f"The setting further_servers names no server '{server}'.")
    async with opened_database(settings, make=True) as db:
        return await create_organization(
            db, name, now=SystemClock().now(), server=db.server(server), **options
        )

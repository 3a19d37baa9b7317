"""`almoner org`: make organizations and list them."""

from __future__ import annotations

import typer
from rich.table import Table

from almoner.cli.deferred import Deferred, group_of
from almoner.cli.output import AsJson, DataDir, opened_database, out, print_json, run, settings_from, warn
from almoner.platform.organizations.service import NOT_LISTED, Known, organizations_known
from almoner.platform.program import typed
from almoner.platform.settings import Settings

FIRST = "first"
"""How the first server is called in a list: it has no name."""

CREATE = Deferred(
    "create",
    "almoner.cli.org_create",
    "Make an organization and print its two tokens, which are shown only now.",
)
DEFAULT_PROJECT = Deferred(
    "default-project",
    "almoner.cli.default_project",
    "Let gifts of the CRM that name no project go to one, or tell to which they go.",
)
LIMIT = Deferred(
    "limit",
    "almoner.cli.org_limit",
    "Show or set how many requests an organization may send to the CRM API in an hour, and how many of this hour's were given out.",
)
RECOUNT = Deferred(
    "recount",
    "almoner.cli.org_recount",
    "Make the kept figures of projects, campaigns and segments anew from the gifts, as `doctor` says where they are wrong.",
)
app = typer.Typer(
    help="Organizations (tenants) and their tokens.",
    cls=group_of(CREATE, DEFAULT_PROJECT, LIMIT, RECOUNT),
    no_args_is_help=True,
)


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

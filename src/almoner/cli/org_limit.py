"""`almoner org limit`: how many requests an organization may send to the CRM API in an hour."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.output import AsJson, DataDir, Org, opened_database, out, print_json, run, settings_from
from almoner.kernel.clock import SystemClock
from almoner.platform.rate_limits.service import own_limit, set_limit
from almoner.platform.settings import Settings
from almoner.tenants.choice import chosen_organization

DEFAULT = "default"


def _limit(text: str) -> int | str:
    """The number of requests that was typed, or `default`."""
    if text == DEFAULT:
        return text
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 1_000_000_000:
        return int(text)
    raise typer.BadParameter(f"{text!r} is neither a number from 1 to 1,000,000,000 nor '{DEFAULT}'.")


def command(
    per_hour: Annotated[
        str | None,
        typer.Argument(
            metavar="[REQUESTS]",
            help="Requests in an hour, or `default` for the setting requests_per_hour; without it nothing is changed.",
        ),
    ] = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show or set how many requests an organization may send to the CRM API in an hour, and how many of this hour's were given out.

    Those that were given out to running processes count as used; what a process does not use it gives back within seconds. A running
    server follows a new limit with the next portion that it asks for.
    """
    wanted = None if per_hour is None else _limit(per_hour)
    settings = settings_from(data_dir)
    own, given_out = run(_shown(settings, org, wanted))
    limit = own or settings.requests_per_hour
    if as_json:
        print_json({"requestsPerHour": limit, "isDefault": own is None, "givenOut": given_out})
        return
    whose = "as the setting says" if own is None else "a limit of its own"
    out.print(f"{limit:,} requests in an hour ({whose}); {given_out:,} of this hour's were given out.")


async def _shown(settings: Settings, org: int | None, wanted: int | str | None) -> tuple[int | None, int]:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        if wanted is not None:
            await set_limit(tx, None if wanted == DEFAULT else int(wanted))
        return await own_limit(tx, SystemClock().now())

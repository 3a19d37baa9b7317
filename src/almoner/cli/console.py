"""`almoner console`: let a person into the web console."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

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
    warn,
)
from almoner.kernel.clock import SystemClock
from almoner.platform.database import Database
from almoner.platform.listening import address_of
from almoner.platform.location import place_of, served_at
from almoner.platform.program import typed
from almoner.platform.sessions.service import new_link
from almoner.platform.setting_sources import load_settings
from almoner.platform.settings import Settings
from almoner.tenants.choice import chosen_organization

app = typer.Typer(help="The web console.", no_args_is_help=True)

Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="Address of the server; without it, of the one that runs on the data folder.",
    ),
]


@app.callback()
def group() -> None:
    """The web console."""


@app.command("link")
def link(org: Org = None, url: Url = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Print a link that signs one browser in, once."""
    settings = settings_from(data_dir)
    address = address_for(settings, url)
    organization_id, made = run(_link(settings, org, address))
    if as_json:
        print_json(
            {"organizationId": organization_id, "signInUrl": made, "validMinutes": settings.sign_in_minutes}
        )
        return
    out.print(f"Sign in within {settings.sign_in_minutes} minutes; the link works once:")
    out.print(f"  {made}", markup=False, highlight=False, soft_wrap=True)


def link_command(folder: Path | None, url: str, org: str = "") -> str:
    """The command for another link into the console at `url`, as it can be typed: with the address where nothing leads to it."""
    settings = load_settings(data_dir=folder)
    found_by_itself = not settings.database_url or address_of(settings) == url
    return typed(f"console link{org}" + ("" if found_by_itself else f" --url {url}"))


async def sign_in_link(
    db: Database, organization_id: int, settings: Settings, address: str, now: datetime
) -> str:
    """A fresh one-time link into an organization's console at `address`. `NotFound` without the organization."""
    life = timedelta(minutes=settings.sign_in_minutes)
    async with db.tenant(organization_id) as tx:
        return f"{address}/console/sign-in?token={await new_link(tx, now, life)}"


def address_for(settings: Settings, url: str | None) -> str:
    """Where links lead: to `url`, which has to be one that a browser can open, or to where the server is or will be; says so when none runs on the data folder, where that can be known."""
    if url:
        return _checked(url).rstrip("/")
    served = served_at(settings, warn)
    if served is None and not settings.database_url:
        warn(f"No server runs on {place_of(settings)}: the link works once `{typed('serve')}` does.")
    return served.public if served else address_of(settings)


def _checked(url: str) -> str:
    address = url.strip()
    if not _is_address(address):
        fail(
            f"'{url[:200]}' is no address of a server. Say it as a browser has it, such as --url https://give.example.org",
            USAGE,
        )
    return address


def _is_address(text: str) -> bool:
    """Whether a browser finds a server there: `http` or `https`, a host, nothing behind the path."""
    try:
        parts = urlsplit(text)
        has_port = parts.port != 0
    except ValueError:
        return False
    is_plain = text.isprintable() and " " not in text and not parts.query and not parts.fragment
    return parts.scheme in ("http", "https") and bool(parts.hostname) and has_port and is_plain


async def _link(settings: Settings, org: int | None, address: str) -> tuple[int, str]:
    async with opened_database(settings) as db:
        organization_id = await chosen_organization(db, org)
        return organization_id, await sign_in_link(
            db, organization_id, settings, address, SystemClock().now()
        )

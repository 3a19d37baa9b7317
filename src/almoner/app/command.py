"""`almoner serve`: the command around the server."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from typing import Annotated

import typer

from almoner.app.serve import Serving, serving
from almoner.cli.console import link_command, sign_in_link
from almoner.cli.output import AsJson, DataDir, out, print_json, run, settings_from
from almoner.platform.database.trouble import AWAY
from almoner.platform.location import place_of
from almoner.platform.logs import configure_logs
from almoner.platform.organizations.rules import Organization
from almoner.platform.organizations.service import organizations_on
from almoner.platform.program import typed
from almoner.platform.settings import Settings


def command(
    port: Annotated[
        int | None,
        typer.Option("--port", "-p", metavar="PORT", help="Port to listen on; 0 picks a free one."),
    ] = None,
    host: Annotated[str | None, typer.Option("--host", metavar="HOST", help="Address to listen on.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Run the web server, the workers and the embedded database until stopped.

    In a terminal, and with `--json`, it prints a sign-in link for the oldest organization; into a journal it writes none. A port that is taken
    is told, with the process that has it, before anything is made.
    """
    settings = settings_from(data_dir, port=port, host=host)
    configure_logs(settings)
    run(_serve(settings, as_json=as_json))


async def _serve(settings: Settings, *, as_json: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serving(settings) as served:
        organization_id = await _oldest_organization(served)
        link = None
        # A link lets in whoever reads it: it is told to a person or a program that asked, and to no journal.
        if organization_id is not None and (as_json or out.is_terminal):
            link = await _sign_in_link(served, organization_id)
        if as_json:
            print_json({"url": served.url, "pid": os.getpid(), "signInUrl": link})
        else:
            place = place_of(settings)
            _print_lines(
                f"Almoner serves on {served.url} (data in {place}). Stop it with Ctrl-C.",
                *_next_steps(organization_id, link, link_command(settings.data_dir, served.url)),
            )
        await stop.wait()


def _print_lines(*lines: str) -> None:
    for line in lines:
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def _next_steps(organization_id: int | None, link: str | None, link_command: str) -> list[str]:
    """What to do now."""
    if link is not None:
        return ["Sign in, once, at:", link]
    first = [f"Make an organization with: {typed('org create NAME')}"] if organization_id is None else []
    return [*first, f"Get a link into its console with: {link_command}"]


async def _oldest_organization(served: Serving) -> int | None:
    """The id of the oldest organization of the servers that answer; None while there is none."""
    organizations: list[Organization] = []
    for server in served.app.db.servers:
        with suppress(OSError, *AWAY):  # the others are served, and so can be looked at
            organizations += await organizations_on(server)
    return min((one.organization_id for one in organizations), default=None)


async def _sign_in_link(served: Serving, organization_id: int) -> str:
    app = served.app
    return await sign_in_link(app.db, organization_id, app.settings, served.url, app.clock.now())

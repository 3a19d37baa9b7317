"""The `almoner` command: all command groups under one name."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from almoner import __version__
from almoner.app.serve import serving
from almoner.cli import migrate, org, sync
from almoner.cli.output import AsJson, DataDir, out, print_json, run, settings_from
from almoner.platform.logs import configure_logs
from almoner.platform.settings import Settings

app = typer.Typer(
    name="almoner",
    help="Online giving and a donor CRM, kept in step by a one-way sync that can be proved.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.add_typer(org.app, name="org")
app.add_typer(sync.app, name="sync")
app.command("migrate")(migrate.command)


@app.command()
def serve(
    port: Annotated[int | None, typer.Option("--port", "-p", help="Port to listen on; 0 picks a free one.")] = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Run the web server, the workers and the embedded database until stopped."""
    settings = settings_from(data_dir, port=port, host=host)
    configure_logs(settings)
    run(_serve(settings, as_json=as_json))


@app.command()
def version(as_json: AsJson = False) -> None:
    """Print the version."""
    print_json({"version": __version__}) if as_json else out.print(__version__)


async def _serve(settings: Settings, *, as_json: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serving(settings) as served:
        if as_json:
            print_json({"url": served.url, "pid": os.getpid()})
        else:
            out.print(f"Almoner serves on {served.url} (data in {Path(settings.data_dir)}). Stop it with Ctrl-C.")
        await stop.wait()


def main() -> None:
    """Run the command line."""
    app()

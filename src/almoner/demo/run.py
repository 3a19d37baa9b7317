"""`almoner demo`: the command, and the server it plays on."""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from almoner.app.serve import serving
from almoner.cli.output import (
    DIFFERENT,
    USAGE,
    AsJson,
    DataDir,
    err,
    fail,
    out,
    print_json,
    run,
    settings_from,
)
from almoner.demo.farewell import ending, farewell, report, standing_facts
from almoner.demo.play import Outcome, play, trickle
from almoner.demo.scene import Scene, set_scene
from almoner.demo.screen import Screen, screen_for
from almoner.demo.view import verdict
from almoner.platform.listening import listening
from almoner.platform.location import place_of
from almoner.platform.logs import configure_logs
from almoner.platform.program import called_with
from almoner.platform.settings import Settings

INTERRUPTED = 130

# The demo's own traffic goes to the address it listens on, and a line of the log would tear the live view.
OWN_SETTINGS = {"public_url": "", "log_level": "error"}

Gifts = Annotated[
    int, typer.Option("--gifts", "-n", metavar="N", min=1, max=100_000, help="How many gifts to give.")
]
Once = Annotated[
    bool,
    typer.Option("--once", metavar="", help="End when all is in sync: status 0 if both sides agree, else 4."),
]
Port = Annotated[
    int | None, typer.Option("--port", "-p", metavar="PORT", help="Port to listen on; 0 picks a free one.")
]


def command(
    gifts: Gifts = 300,
    once: Once = False,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Give invented gifts through the API, watch them reach the CRM, and compare both sides to the cent."""
    with _folder(data_dir) as folder:
        settings = _settings(folder, port, quiet=as_json)
        configure_logs(settings)
        outcome = run(_demo(settings, gifts, once=once, as_json=as_json))
    if not as_json and not (once and not outcome.interrupted):
        kept = place_of(settings) if data_dir or settings.database_url else None
        out.print(f"\n{ending(outcome.ledger, kept)}", highlight=False, markup=False, soft_wrap=True)
    if outcome.interrupted:
        raise typer.Exit(INTERRUPTED)
    if outcome.differences:
        raise typer.Exit(DIFFERENT)


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    """The folder of the demo's database: the given one, or a fresh one that goes with the demo."""
    if given is not None:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="almoner-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path, port: int | None, *, quiet: bool) -> Settings:
    """Settings with a port that is free; only one that was asked for by option is insisted on."""
    settings = settings_from(folder, port=port, **OWN_SETTINGS)
    if settings.database_url:
        called_with(None)  # what is printed to be typed finds the data without the folder
    try:
        with listening(settings) as probe:
            probe.listen()
    except OSError as taken:
        if port is not None:
            fail(str(taken), USAGE)
        if not quiet:
            err.print(f"Port {settings.port} is taken: the demo listens on a free one.", highlight=False)
        return replace(settings, port=0)
    return settings


async def _demo(settings: Settings, gifts: int, *, once: bool, as_json: bool) -> Outcome:
    """The whole demo on a running server; Ctrl-C ends it at any time, orderly."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    screen = screen_for(out, silent=as_json)
    screen.say("Starting the database, the server and the sync ...")
    async with serving(settings) as served:
        scene = await set_scene(served.app, served.url)
        screen.open(await standing_facts(scene))
        try:
            outcome = await play(scene, gifts, screen, stop)
            if not outcome.interrupted:
                await _conclude(scene, outcome, screen, once=once, as_json=as_json)
                if not once:
                    await trickle(scene, outcome, screen, stop)
            return outcome
        finally:
            await scene.close()


async def _conclude(scene: Scene, outcome: Outcome, screen: Screen, *, once: bool, as_json: bool) -> None:
    if as_json:
        print_json(await report(scene, outcome))
        return
    screen.say(verdict(outcome.ledger, outcome.differences))
    if not once:
        await farewell(scene, outcome.ledger, out)

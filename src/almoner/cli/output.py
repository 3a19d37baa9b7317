"""What every command has in common: settings from options, `--json`, errors a person can act on, exit codes."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import asyncpg
import msgspec
import typer
from rich.console import Console
from rich.text import Text

from almoner.kernel.errors import AlmonerError
from almoner.kernel.ids import ID_MAX
from almoner.kernel.text import did_you_mean
from almoner.platform.database import Database, open_database
from almoner.platform.database.files import MigrationError
from almoner.platform.database.migrate import migrate, require_migrated
from almoner.platform.database.trouble import AWAY
from almoner.platform.listening import CannotListen, address_of, local_address_of
from almoner.platform.location import Served, database_for, served_at
from almoner.platform.postgres import PostgresError
from almoner.platform.program import CALLED_AS, called_with, typed
from almoner.platform.repeating import end_if_cancelled
from almoner.platform.setting_sources import load_settings, unknown_variables
from almoner.platform.settings import Settings, SettingsError
from almoner.platform.wire import encode_json

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop

T = TypeVar("T")

OK, FAILED, USAGE, UNAVAILABLE, DIFFERENT, INTERRUPTED = 0, 1, 2, 3, 4, 130
"""Exit codes: done; refused or failed; wrong call; database or server not to be had; the two sides differ; interrupted."""

OTHER_VARIABLES = (CALLED_AS, "ALMONER_RAISE_TOKEN")
"""Variables that commands read and that are no settings."""
UNKNOWN_VARIABLE_CURE = "Correct the name, or remove the variable."

out = Console()
err = Console(stderr=True)

# Whether the folder can be read is told by what opens it, with the cure; nothing is checked before.
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", "-d", metavar="FOLDER", help="Folder of the embedded database.", readable=False
    ),
]


def id_of(text: str) -> int:
    """The id that an option or argument names; one that no record can have is a wrong call."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:20]) <= ID_MAX):
        raise typer.BadParameter("An id is a whole number from 1 on.")
    return int(text)


def one_of(*choices: str) -> Callable[[str], str]:
    """What reads an option or argument with a closed list, in any case; another word is a wrong call, told with the one that was meant."""

    def choice(text: str) -> str:
        word = text.lower()
        if word not in choices:
            raise typer.BadParameter(
                f"'{text[:40]}' is none of {', '.join(choices)}.{did_you_mean(word, choices)}"
            )
        return word

    return choice


Org = Annotated[
    int | None,
    typer.Option(
        "--org", parser=id_of, metavar="ID", help="Organization id; needed only when there are several."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", metavar="", help="Print one JSON document and nothing else.")]


def settings_from(data_dir: Path | None, **overrides: Any) -> Settings:
    """The settings of this command; ends with code 2 and a sentence when one is wrong.

    Says on standard error which variables look like settings and are none. The data folder that was named is named by
    every command that is printed.
    """
    called_with(data_dir)
    try:
        settings = load_settings(data_dir=data_dir, **overrides)
    except SettingsError as error:
        fail(str(error), USAGE)
    for warning in unknown_variables(os.environ, OTHER_VARIABLES):
        warn(f"{warning} {UNKNOWN_VARIABLE_CURE}")
    return settings


@asynccontextmanager
async def opened_database(settings: Settings, *, make: bool = False) -> AsyncIterator[Database]:
    """The database of `settings`, beside a running server or started for this command.

    It is used as it stands: where there is none, or an old one, that is an error with its cure. Only who is to `make`
    it makes it and brings it up to date. A further server that is away is missed only by what needs it.
    """
    with database_for(settings, make=make) as located:
        await (migrate if make else require_migrated)(located.dsn)
        for name, address in settings.further_owned.items():
            try:
                await (migrate if make else require_migrated)(address)
            except (OSError, *AWAY):
                warn(f"The server {name} does not answer.")
        db = await open_database(
            located.app_dsn, further=settings.further, pool_size=4, application="almoner-cli"
        )
        try:
            yield db
        finally:
            await db.close()


def server_of(settings: Settings) -> Served:
    """Where the running server answers: as it keeps it in the data folder, else as the settings say."""
    return served_at(settings, warn) or Served(local_address_of(settings), address_of(settings))


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command to its end; known failures become a sentence on standard error and an exit code."""
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            return runner.run(_ended_by_ctrl_c(work))
    except AlmonerError as error:
        lines = [
            f"  {field.field}: {field.message}" for field in error.fields if field.message != error.message
        ]
        fail("\n".join([error.message, *lines]), FAILED)
    except CannotListen as error:
        fail(str(error), USAGE)
    except (MigrationError, PostgresError) as error:
        fail(str(error), UNAVAILABLE)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        text = (str(error) or type(error).__name__).rstrip(".")
        fail(f"The database cannot be used: {text}. `{typed('doctor')}` says more.", UNAVAILABLE)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


async def _ended_by_ctrl_c(work: Coroutine[Any, Any, T]) -> T:
    """What was interrupted has failed by that, whatever error became of it: a statement that was called back, say."""
    try:
        return await work
    except Exception:
        end_if_cancelled()
        raise


def write_private(file: Path, content: bytes, *, over: bool) -> None:
    """Write a file that its owner alone can read; `FileExistsError` where one is there, unless it goes `over` that."""
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if over else os.O_EXCL), 0o600), "wb"
    ) as opened:
        os.fchmod(opened.fileno(), 0o600)
        opened.write(content)


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Say what went wrong on standard error and end with `code`."""
    _say("bold red", message)
    raise typer.Exit(code)


def warn(message: str) -> None:
    """Say on standard error what is not as it should be, and go on."""
    _say("bold yellow", message)


def _say(style: str, message: str) -> None:
    # As it is: brackets are no markup, and what is to be copied is not broken at the edge of the window.
    err.print(Text.assemble(("almoner:", style), f" {message}"), soft_wrap=True)


def print_json(document: Mapping[str, object] | list[Any]) -> None:
    """One JSON document on standard output."""
    out.print(
        msgspec.json.format(encode_json(document)).decode(),
        markup=False,
        highlight=False,
        soft_wrap=True,
    )

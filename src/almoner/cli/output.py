"""What every command has in common: settings from options, `--json`, errors a person can act on, exit codes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import asyncpg
import msgspec
import typer
from rich.console import Console

from almoner.kernel.errors import AlmonerError
from almoner.platform.database import Database, open_database
from almoner.platform.database.files import MigrationError
from almoner.platform.database.migrate import migrate, migrate_those_that_answer
from almoner.platform.http.listening import CannotListen
from almoner.platform.location import database_for
from almoner.platform.postgres import PostgresError
from almoner.platform.settings import Settings, SettingsError, load_settings
from almoner.platform.wire import encode_json

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop

T = TypeVar("T")

OK, FAILED, USAGE, UNAVAILABLE, DIFFERENT = 0, 1, 2, 3, 4
"""Exit codes: done; refused or failed; wrong call; database or server not to be had; the two sides differ."""

out = Console()
err = Console(stderr=True)

DataDir = Annotated[Path | None, typer.Option("--data-dir", "-d", help="Folder of the embedded database.")]
Org = Annotated[
    int | None, typer.Option("--org", help="Organization id; needed only when there are several.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def settings_from(data_dir: Path | None, **overrides: Any) -> Settings:
    """The settings of this command; ends with code 2 and a sentence when one is wrong."""
    try:
        return load_settings(data_dir=data_dir, **overrides)
    except SettingsError as error:
        fail(str(error), USAGE)


@asynccontextmanager
async def opened_database(settings: Settings, *, prepare: bool = True) -> AsyncIterator[Database]:
    """The migrated database of `settings`, beside a running server or started for this command.

    A further server that is away is missed only by what needs it.
    """
    with database_for(settings) as located:
        if prepare:
            await migrate(located.dsn)
            for name in settings.further.keys() - await migrate_those_that_answer(settings.further):
                err.print(f"The server {name} does not answer.", highlight=False)
        db = await open_database(
            located.dsn, further=settings.further, pool_size=4, application="almoner-cli"
        )
        try:
            yield db
        finally:
            await db.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command to its end; known failures become a sentence on standard error and an exit code."""
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            return runner.run(work)
    except AlmonerError as error:
        lines = [
            f"  {field.field}: {field.message}" for field in error.fields if field.message != error.message
        ]
        fail("\n".join([error.message, *lines]), FAILED)
    except (CannotListen, MigrationError, PostgresError) as error:
        fail(str(error), UNAVAILABLE)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        fail(f"The database cannot be used: {str(error) or type(error).__name__}", UNAVAILABLE)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Say what went wrong on standard error and end with `code`."""
    err.print(f"[bold red]almoner:[/] {message}", highlight=False)
    raise typer.Exit(code)


def print_json(document: Mapping[str, object] | list[Any]) -> None:
    """One JSON document on standard output."""
    out.print(
        msgspec.json.format(encode_json(document)).decode(),
        markup=False,
        highlight=False,
        soft_wrap=True,
    )

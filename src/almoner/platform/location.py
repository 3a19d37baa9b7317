"""Find or start the database this process works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from almoner.platform.postgres import PostgresRunner, find_binaries, running_dsn
from almoner.platform.settings import Settings


@dataclass(frozen=True, slots=True)
class Located:
    """Where the database is: `given` by a DSN, `running` beside a server of ours, or `started` by this process.

    `runner` is the server when this process started it, so that it can be looked after.
    """

    dsn: str
    origin: str
    runner: PostgresRunner | None = None


@contextmanager
def database_for(settings: Settings, *, serving: bool = False) -> Iterator[Located]:
    """The database of `settings` for the length of the block.

    A command uses the embedded server that runs on the data folder, or starts it for its own duration; a `serving`
    process always starts it and refuses (`AlreadyRunning`) when another one holds the folder.
    """
    if settings.database_url:
        yield Located(settings.database_url, "given")
        return
    dsn = None if serving else running_dsn(settings.data_dir)
    if dsn is not None:
        yield Located(dsn, "running")
        return
    runner = _runner(settings)
    try:
        yield Located(runner.start(), "started", runner)
    finally:
        runner.stop()


def _runner(settings: Settings) -> PostgresRunner:
    explicit = Path(settings.postgres_bin) if settings.postgres_bin else None
    return PostgresRunner(
        settings.data_dir, binaries=find_binaries(explicit), listen_tcp=settings.postgres_tcp
    )

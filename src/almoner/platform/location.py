"""Find or start the database this process works on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from almoner.platform.postgres import (
    AlreadyRunning,
    PostgresError,
    PostgresRunner,
    find_binaries,
    running_addresses,
)
from almoner.platform.postgres.directory import DataDirectory, DirectoryLock
from almoner.platform.program import typed
from almoner.platform.settings import Settings


class NoData(PostgresError):
    """Nothing was ever stored where a command was to look; says where, and what to do."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"There is no Almoner data in {place}. Name the folder that has it with --data-dir (-d), or begin here"
            f" with: {typed('serve')}"
        )


class DatabaseAway(PostgresError):
    """A server runs on the data folder, and its database does not answer: it starts, or cannot be started."""

    def __init__(self, pid: int | None, directory: DataDirectory) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(
            f"Almoner runs on {directory.root} ({holder}), and its database does not answer: that process starts it as"
            f" soon as it can. Why it could not stands in its log (database_not_restarted) and in {directory.log.name}."
        )


@dataclass(frozen=True, slots=True)
class Located:
    """Where the database is: `given` by a DSN, `running` beside a server of ours, or `started` by this process.

    `dsn` is the owner's, for migrations; `app_dsn` the application's own, or the owner's where it has none. `runner` is the server when this process started it, so that it can be looked after.
    """

    dsn: str
    app_dsn: str
    origin: str
    runner: PostgresRunner | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """Where a server answers: `local` is its address seen from this machine, `public` the one for people."""

    local: str
    public: str


@contextmanager
def kept_address(settings: Settings, served: Served) -> Iterator[None]:
    """Let commands of the same data folder find this server for the length of the block. Not beside a database of one's own."""
    if settings.database_url:
        yield
        return
    file = _folder(settings).served
    file.write_text(f"{os.getpid()}\n{served.local}\n{served.public}\n", encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def served_at(settings: Settings, tell: Callable[[str], None]) -> Served | None:
    """Where the server of the data folder of `settings` answers; None when none serves there.

    An address that a killed server left is nobody's: `tell` is told that it does not count.
    """
    if settings.database_url:
        return None
    folder = _folder(settings)
    try:
        said, local, public, *_ = folder.served.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError):
        return None
    try:
        DirectoryLock(folder).refuse_second()
    except AlreadyRunning as running:
        if str(running.pid) == said:
            return Served(local, public)
    tell(
        f"The server that answered at {local} (process {said}) has ended without stopping: its address does not count."
    )
    return None


@contextmanager
def database_for(settings: Settings, *, serving: bool = False, make: bool = False) -> Iterator[Located]:
    """The database of `settings` for the length of the block.

    A command uses the embedded server that runs on the data folder, or starts it for its own duration; a `serving`
    process always starts it and refuses (`AlreadyRunning`) when another one holds the folder; to a command that is
    `DatabaseAway`. Only who serves or is to
    `make` it makes a database where there is none; for others that is `NoData`, and nothing is touched.
    """
    if settings.database_url:
        yield Located(settings.database_owner_url or settings.database_url, settings.database_url, "given")
        return
    running = None if serving else running_addresses(settings.data_dir)
    if running is not None:
        yield Located(running.owner, running.app, "running")
        return
    if not (serving or make or has_database(settings)):
        raise NoData(str(_folder(settings).root))
    runner = _runner(settings)
    try:
        yield Located(_started(runner, settings, serving=serving), runner.app_dsn, "started", runner)
    finally:
        runner.stop()


def refuse_second(settings: Settings) -> None:
    """Raise `AlreadyRunning` when another process holds the data folder of `settings`; nothing is made."""
    if not settings.database_url:
        DirectoryLock(_folder(settings)).refuse_second()


def has_database(settings: Settings) -> bool:
    """Whether there is a database to look at; a folder that may not be entered counts, and says so when it is opened."""
    if settings.database_url:
        return True
    pgdata = _folder(settings).pgdata
    try:
        return pgdata.is_dir() and any(pgdata.iterdir())
    except OSError:
        return True


def place_of(settings: Settings) -> str:
    """Where the data is, for people: the data folder, or the server that the settings name (not its address: it may hold a password)."""
    return "the database of ALMONER_DATABASE_URL" if settings.database_url else str(_folder(settings).root)


def _started(runner: PostgresRunner, settings: Settings, *, serving: bool) -> str:
    try:
        return runner.start()
    except AlreadyRunning as running:
        if serving:
            raise
        raise DatabaseAway(running.pid, _folder(settings)) from running


def _folder(settings: Settings) -> DataDirectory:
    return DataDirectory(settings.data_dir.expanduser().resolve())


def _runner(settings: Settings) -> PostgresRunner:
    explicit = Path(settings.postgres_bin) if settings.postgres_bin else None
    return PostgresRunner(
        settings.data_dir, binaries=find_binaries(explicit), listen_tcp=settings.postgres_tcp
    )

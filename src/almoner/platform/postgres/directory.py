"""The data folder: what lies where, who holds it, its password and its log."""

from __future__ import annotations

import fcntl
import hmac
import os
import secrets
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote

from almoner.platform.postgres.errors import AlreadyRunning

ROLE = "almoner"
"""The owner of the database: migrations are its."""
APP_ROLE = "almoner_app"
"""What the program may do (decision 21)."""
LOGIN_ROLE = "almoner_login"
"""As whom the program logs in: it may take the application's role, and nothing else."""
DATABASE = "almoner"
LOG_BYTES_MAX = 4 * 1024 * 1024
_TAIL_BYTES = 4096
_TAIL_LINES = 20


@dataclass(frozen=True)
class DataDirectory:
    """Names of everything in one data folder."""

    root: Path

    @property
    def pgdata(self) -> Path:
        """The database cluster itself."""
        return self.root / "postgres"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.root / "postgres.log"

    @property
    def lock(self) -> Path:
        """Held by the owning process for as long as it lives; contains its process id."""
        return self.root / "almoner.lock"

    @property
    def served(self) -> Path:
        """Where the owning process answers while it serves; of one that was killed it stays, and is nobody's."""
        return self.root / "almoner.served"

    @property
    def secret(self) -> Path:
        """The password of the role."""
        return self.root / "postgres.secret"

    def create(self) -> None:
        """Make the folder, for its owner only, if it is missing; an existing one keeps its permissions."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def read_secret(self) -> str | None:
        """The stored password; None when there is none."""
        try:
            return self.secret.read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None

    def write_secret(self, password: str) -> None:
        """Store the password, whole or not at all, readable by the owner only."""
        handle, name = tempfile.mkstemp(prefix=".secret-", dir=self.root)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(password + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self.secret)

    def open_log(self) -> IO[bytes]:
        """The log opened for appending; one that has grown too large is first set aside as `postgres.log.1`."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))
        handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(handle, "ab")

    def log_tail(self, since: int) -> str:
        """The last lines written to the log after position `since`."""
        try:
            with self.log.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(since, size - _TAIL_BYTES))
                lines = file.read().decode("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return ""
        return "\n".join(lines[-_TAIL_LINES:])


def new_password() -> str:
    """A password of 192 random bits, made of letters that need no quoting anywhere."""
    return secrets.token_urlsafe(24)


def login_password(secret: str) -> str:
    """The password of `LOGIN_ROLE`, made of the owner's, which it does not tell."""
    return hmac.new(secret.encode(), LOGIN_ROLE.encode(), sha256).hexdigest()


def dsn_of(password: str, host: str, port: int, role: str = ROLE) -> str:
    """A connection string that libpq and asyncpg read alike; it names the port, so that PGPORT has no say."""
    return f"postgresql://{role}:{quote(password, safe='')}@/{DATABASE}?host={quote(host)}&port={port}"


def without_password(dsn: str) -> tuple[str, str]:
    """A connection string without its password, and the password: a list of processes shows arguments to everybody."""
    scheme, _, rest = dsn.partition("://")
    place, _, query = rest.partition("?")
    login, at, place = place.rpartition("@")
    role, _, password = login.partition(":")
    kept = []
    for part in query.split("&"):
        if part.startswith("password="):
            password = part.removeprefix("password=")
        elif part:
            kept.append(part)
    return f"{scheme}://{role}{at}{place}" + ("?" + "&".join(kept) if kept else ""), unquote(password)


class DirectoryLock:
    """The claim of one process on a data folder. It ends with the process, however that ends."""

    def __init__(self, directory: DataDirectory) -> None:
        self._directory = directory
        self._file: IO[str] | None = None

    @property
    def held(self) -> bool:
        """Whether this claim is taken, by us."""
        return self._file is not None

    def acquire(self) -> None:
        """Take the claim; harmless when already held. Raises AlreadyRunning when another process has it."""
        if self._file is not None:
            return
        handle = os.open(self._directory.lock, os.O_RDWR | os.O_CREAT, 0o600)
        file = os.fdopen(handle, "r+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read_pid(file)
            file.close()
            raise AlreadyRunning(holder, self._directory.root) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def refuse_second(self) -> None:
        """Refuse, with AlreadyRunning, when another process has the claim; takes none, and makes no file."""
        try:
            file = self._directory.lock.open(encoding="ascii")
        except (FileNotFoundError, PermissionError, NotADirectoryError):
            return
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning(_read_pid(file), self._directory.root) from None

    def release(self) -> None:
        """Give the claim up; harmless when not held. The file stays: removing it would race with a new holder."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def _read_pid(file: IO[str]) -> int | None:
    """The holder's id; it may still be writing it, hence a short patience."""
    for _ in range(20):
        file.seek(0)
        text = file.read().strip()
        if text.isdigit():
            return int(text)
        time.sleep(0.01)
    return None

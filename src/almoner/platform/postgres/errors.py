"""What can go wrong with the embedded server, each as one error whose text says what to do."""

from __future__ import annotations

from pathlib import Path

from almoner.platform.program import typed


class PostgresError(Exception):
    """Any failure of the embedded PostgreSQL server."""


class PostgresNotFound(PostgresError):
    """No usable PostgreSQL programs on this machine."""


class AlreadyRunning(PostgresError):
    """Another live Almoner process holds the data folder; `pid` is its process id, None when not yet written."""

    def __init__(self, pid: int | None, data_dir: Path) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(
            f"Almoner is already running on {data_dir} ({holder}). Stop that one first, or choose another"
            " data folder for this one."
        )
        self.pid = pid


class StartFailed(PostgresError):
    """The server could not be made or started; `log_tail` holds the last lines it wrote, if any."""

    def __init__(self, reason: str, log_tail: str = "") -> None:
        text = f"{reason}\nThe server's last words:\n{log_tail}" if log_tail else reason
        super().__init__(text)
        self.log_tail = log_tail


# First match wins; the needles are what initdb, postgres, psql and the operating system say in the C locale.
_CAUSES = (
    (
        "pg_control",
        "The database lacks its control file. Put back a copy of the whole data folder, or restore a dump into a fresh one.",
    ),
    ("No space left on device", "The disk is full: free some space and start again."),
    ("Disk quota exceeded", "The disk quota is used up: free some space and start again."),
    ("Read-only file system", "The file system is read-only: choose a data folder that can be written."),
    (
        "Address already in use",
        "The port or socket is taken: choose another port, or stop what listens there.",
    ),
    ("unrecognized configuration parameter", "A PostgreSQL setting has an unknown name: correct it."),
    ("invalid value for parameter", "A PostgreSQL setting has a bad value: correct it."),
    (
        "password authentication failed",
        "postgres.secret no longer fits: remove it and start again to renew it.",
    ),
    ("Permission denied", "Something in the data folder belongs to another account: run as its owner."),
    ("Operation not permitted", "The operating system forbids it: run as an ordinary user, or as full root."),
    ("Cannot allocate memory", "Memory is short: lower shared_buffers or free some memory."),
    ("could not create shared memory", "Memory is short: lower shared_buffers or free some memory."),
)


def advice(text: str) -> str:
    """One sentence that says what to do about the failure described by `text`."""
    for needle, sentence in _CAUSES:
        if needle in text:
            return sentence
    return f"Read the server's log, postgres.log in the data folder; `{typed('doctor')}` looks at what it stands on."

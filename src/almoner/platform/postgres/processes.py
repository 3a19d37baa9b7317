"""Server processes that an earlier owner of the data folder left behind: which are ours, and how they are ended."""

from __future__ import annotations

import logging
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from almoner.platform.postgres.errors import StartFailed

FAST_STOP_SECONDS = 60.0
_STRAY_SECONDS = 5.0
_PID_FILE = "postmaster.pid"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PidFile:
    """What the server says of itself in `postmaster.pid`; later lines are absent while it is starting."""

    pid: int
    port: int
    socket_dir: str
    ready: bool


def read_pid_file(pgdata: Path) -> PidFile | None:
    """The parsed `postmaster.pid`; None when there is none, or none that a whole server wrote."""
    try:
        lines = [line.strip() for line in (pgdata / _PID_FILE).read_text().splitlines()]
    except FileNotFoundError:
        return None
    lines += [""] * (8 - len(lines))
    if not lines[0].isdigit():
        return None
    port = int(lines[3]) if lines[3].isdigit() else 0
    return PidFile(int(lines[0]), port, lines[4], ready=lines[7] == "ready")


def is_server_of(process: psutil.Process, pgdata: Path) -> bool:
    """Whether that process is a PostgreSQL server process working in `pgdata`: a reused number never is."""
    try:
        return process.name() == "postgres" and Path(process.cwd()).samefile(pgdata)
    except (psutil.Error, OSError):
        return False


def server_process(pgdata: Path, pid: int) -> psutil.Process | None:
    """The process `pid` if it is a server of `pgdata`."""
    try:
        process = psutil.Process(pid)
    except psutil.Error:
        return None
    return process if is_server_of(process, pgdata) else None


def thaw(pid: int) -> None:
    """Let a server and its processes go on that somebody froze (SIGSTOP): frozen ones hear of no other signal."""
    with suppress(psutil.Error):
        server = psutil.Process(pid)
        for process in (server, *server.children(recursive=True)):
            process.resume()


def retire_previous(pgdata: Path) -> None:
    """End every server process left on `pgdata`; only the holder of the folder's lock may call it.

    Raises StartFailed when one does not end.
    """
    if not (pgdata / _PID_FILE).exists():
        return
    recorded = read_pid_file(pgdata)
    orphan = server_process(pgdata, recorded.pid) if recorded else None
    if orphan is not None:
        log.warning(
            "stopping the database server that an earlier process left behind (process %d)", orphan.pid
        )
        _end(
            orphan, pgdata, (signal.SIGINT, FAST_STOP_SECONDS), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)
        )
    _end_strays(pgdata)
    _forget_reused_pid(pgdata)


def _end(process: psutil.Process, pgdata: Path, *steps: tuple[signal.Signals, float]) -> None:
    for step, patience in steps:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(step)
            thaw(process.pid)
        if _gone_within([process], pgdata, patience):
            return
    raise StartFailed(f"An earlier database server (process {process.pid}) cannot be ended: end it by hand.")


def _gone_within(processes: list[psutil.Process], pgdata: Path, seconds: float) -> bool:
    """Whether none of them serves `pgdata` any more; one that is dead but not yet reaped does not."""
    deadline = time.monotonic() + seconds
    while any(is_server_of(process, pgdata) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _end_strays(pgdata: Path) -> None:
    """Backends of a killed postmaster leave by themselves when they next wait; a busy one is made to."""
    strays = [process for process in psutil.process_iter() if is_server_of(process, pgdata)]
    if not _gone_within(strays, pgdata, _STRAY_SECONDS):
        for process in strays:
            _end(process, pgdata, (signal.SIGQUIT, 2.0), (signal.SIGKILL, 5.0))


def _forget_reused_pid(pgdata: Path) -> None:
    """No server is left here, so a living process with the recorded number is a stranger.

    PostgreSQL itself would take it for a running server and refuse to start.
    """
    recorded = read_pid_file(pgdata)
    if recorded is not None and psutil.pid_exists(recorded.pid):
        (pgdata / _PID_FILE).unlink()

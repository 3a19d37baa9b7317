"""Starting and stopping our own PostgreSQL server on one data folder, and finding one that runs already."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from almoner.platform.postgres.account import (
    Account,
    bare_environment,
    choose_account,
    named_folder,
    opened_folder,
    reachable_binaries,
    spawn_server,
)
from almoner.platform.postgres.binaries import Binaries, find_binaries
from almoner.platform.postgres.cluster import prepare_cluster
from almoner.platform.postgres.directory import (
    APP_ROLE,
    LOGIN_ROLE,
    DataDirectory,
    DirectoryLock,
    dsn_of,
    login_password,
    without_password,
)
from almoner.platform.postgres.errors import PostgresError, StartFailed, advice
from almoner.platform.postgres.processes import (
    FAST_STOP_SECONDS,
    read_pid_file,
    retire_previous,
    server_process,
    thaw,
)
from almoner.platform.postgres.sockets import discard_socket_folder, socket_folder

START_SECONDS_MAX = 300.0  # recovery after a crash replays up to max_wal_size
_ANSWER_SECONDS = 10.0
_DEFAULT_PORT = 5432
_LOOPBACK = "127.0.0.1"

DEFAULT_SETTINGS: Mapping[str, str] = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    # The log must hold no personal data: neither statements nor the key values of a violated constraint.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "idle_in_transaction_session_timeout": "0",
    "unix_socket_permissions": "0700",
}

_LOGIN = f"""
SELECT 'CREATE ROLE {APP_ROLE} NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') \\gexec
SELECT 'CREATE ROLE {LOGIN_ROLE}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{LOGIN_ROLE}') \\gexec
GRANT {APP_ROLE} TO {LOGIN_ROLE};
ALTER ROLE {LOGIN_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '%s';
"""  # noqa: S608 - names of ours
"""Lets the program log in as who it is; told on standard input, so that no list of processes shows the password."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Connection strings of one server: the owner's, and the application's own."""

    owner: str
    app: str


class PostgresRunner:
    """One embedded server, owned by this process. Whoever starts it stops it: nothing here runs at exit."""

    def __init__(
        self,
        data_dir: Path,
        *,
        binaries: Binaries | None = None,
        listen_tcp: bool = False,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Remember the choices; nothing is touched before `start`.

        `listen_tcp` also listens on 127.0.0.1, at `port` or a free one; `settings` override DEFAULT_SETTINGS.
        """
        self._directory = DataDirectory(data_dir.expanduser().resolve())
        self._binaries = binaries
        self._listen_tcp = listen_tcp
        self._port_wanted = port
        self._settings = dict(settings or {})
        self._lock = DirectoryLock(self._directory)
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_dir: Path | None = None
        self._addresses: Addresses | None = None
        self._port = 0

    @property
    def dsn(self) -> str:
        """Connection string of the running server. Raises PostgresError before `start` and after `stop`."""
        return self._running.owner

    @property
    def _running(self) -> Addresses:
        if self._addresses is None:
            raise PostgresError("The embedded database is not running.")
        return self._addresses

    @property
    def app_dsn(self) -> str:
        """The same for the application's own login."""
        return self._running.app

    @property
    def port(self) -> int:
        """Port in the socket's name, and of TCP when that was asked for; 0 when the server is not running."""
        return self._port if self._addresses is not None else 0

    @property
    def postmaster_pid(self) -> int | None:
        """Process id of the running server; None when there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> str:
        """Block until the server answers and return its connection string; makes the database the first time.

        Harmless when it runs already; a server that died is started again. Recovers from any kill of the former owner
        or its server. Raises AlreadyRunning when another process holds the folder, PostgresNotFound, StartFailed; the
        folder then stays held if this runner had started before, until `stop`: its process serves on and tries again.
        """
        if self._addresses is not None and self.postmaster_pid is not None:
            return self._addresses.owner
        held_before = self._lock.held
        try:
            with _explained(self._directory):
                self._directory.create()
                self._lock.acquire()
                return self._start_held()
        except BaseException:
            self._end_server()
            if not held_before:
                self._lock.release()
            raise

    def stop(self) -> None:
        """Shut the server down cleanly, wait for it, and give the folder free. Harmless when not running.

        Open connections are cut and their transactions rolled back.
        """
        self._end_server()
        self._lock.release()

    def _end_server(self) -> None:
        self._addresses = None
        if self._process is not None:
            _end_child(self._process)
            self._process = None
        if self._socket_dir is not None:
            with suppress(OSError):
                discard_socket_folder(self._directory, self._socket_dir)
            self._socket_dir = None

    def _start_held(self) -> str:
        directory = self._directory
        account = choose_account(directory.pgdata)
        binaries = reachable_binaries(self._binaries or find_binaries(), account)
        _discard_former_socket(directory)
        password = prepare_cluster(directory, binaries, account)
        self._port = self._choose_port()
        self._socket_dir = socket_folder(directory, account, self._port)
        with directory.open_log() as log:
            log_start = log.tell()
            self._process = self._launch(binaries, account, log)
        self._await_ready(log_start)
        addresses = _addresses(password, str(self._socket_dir), self._port)
        refusal = _refusal(binaries, addresses.owner, _LOGIN % login_password(password))
        if refusal is not None:
            raise StartFailed(f"The server started but refuses us. {advice(refusal)}", refusal)
        self._addresses = addresses
        return addresses.owner

    def _choose_port(self) -> int:
        if self._port_wanted is not None:
            return self._port_wanted
        if self._port:  # started before: whoever has the connection string keeps it
            return self._port
        return _free_port() if self._listen_tcp else _DEFAULT_PORT

    def _launch(self, binaries: Binaries, account: Account | None, log: IO[bytes]) -> subprocess.Popen[bytes]:
        settings = {
            **DEFAULT_SETTINGS,
            "listen_addresses": _LOOPBACK if self._listen_tcp else "",
            "port": str(self._port),
            "unix_socket_directories": str(self._socket_dir),
            **self._settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with opened_folder(self._directory.pgdata, account) as folder:
            command = [str(binaries.path("postgres")), "-D", folder.name, *options]
            return spawn_server(command, folder, log)

    def _await_ready(self, log_start: int) -> None:
        process = self._process
        assert process is not None
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if process.poll() is not None:
                tail = named_folder(self._directory.log_tail(log_start), self._directory.pgdata)
                raise StartFailed(f"The database server did not start. {advice(tail)}", tail)
            recorded = read_pid_file(self._directory.pgdata)
            if recorded is not None and recorded.pid == process.pid and recorded.ready:
                return
            time.sleep(0.005)
        tail = self._directory.log_tail(log_start)
        raise StartFailed(f"The database server was not ready after {START_SECONDS_MAX:.0f} seconds.", tail)


def running_dsn(data_dir: Path) -> str | None:
    """The owner's connection string of a server that runs on that folder and has just answered us, else None."""
    found = running_addresses(data_dir)
    return None if found is None else found.owner


def running_addresses(data_dir: Path) -> Addresses | None:
    """Connection strings of a server that runs on that folder and has just answered us, else None.

    One that an older program started knows no login of the application: both are the owner's then.
    """
    directory = DataDirectory(data_dir.expanduser().resolve())
    try:
        recorded = read_pid_file(directory.pgdata)
        password = directory.read_secret()
    except OSError:
        return None
    if recorded is None or password is None or not recorded.socket_dir:
        return None
    process = server_process(directory.pgdata, recorded.pid)
    if process is None:
        return None
    binaries, found = _binaries_of(process), _addresses(password, recorded.socket_dir, recorded.port)
    if _refusal(binaries, found.app) is None:
        return found
    return Addresses(found.owner, found.owner) if _refusal(binaries, found.owner) is None else None


def _addresses(password: str, host: str, port: int) -> Addresses:
    app = dsn_of(login_password(password), host, port, LOGIN_ROLE)
    return Addresses(dsn_of(password, host, port), app)


def _binaries_of(process: psutil.Process) -> Binaries:
    """The programs beside a running server; when an upgrade has taken them away, those found today."""
    with suppress(psutil.Error):
        beside = Binaries(Path(process.exe()).parent, "path")
        if beside.path("psql").is_file():
            return beside
    return find_binaries()


@contextmanager
def _explained(directory: DataDirectory) -> Iterator[None]:
    """Turn what the operating system refuses into StartFailed with a remedy."""
    try:
        yield
    except (OSError, subprocess.SubprocessError) as error:
        raise StartFailed(
            f"Cannot start the database in {directory.root}: {error}. {advice(str(error))}"
        ) from error


def _discard_former_socket(directory: DataDirectory) -> None:
    """End a server left behind, and remove its socket folder, whose name may differ from ours."""
    former = read_pid_file(directory.pgdata)
    retire_previous(directory.pgdata)
    if former is not None and former.socket_dir:
        with suppress(OSError):
            discard_socket_folder(directory, Path(former.socket_dir))


def _refusal(binaries: Binaries, dsn: str, script: str = "SELECT 1;") -> str | None:
    """None when the server does the script of whoever `dsn` names, else what it or psql said."""
    address, password = without_password(dsn)
    command = [str(binaries.path("psql")), "-XAtqw", "-v", "ON_ERROR_STOP=1", "-f", "-", "-d", address]
    environment = bare_environment(PGPASSWORD=password, PGCONNECT_TIMEOUT="5")
    try:
        done = subprocess.run(  # noqa: S603 - psql of the chosen binaries, no shell
            command,
            env=environment,
            input=script,
            capture_output=True,
            text=True,
            timeout=_ANSWER_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.strip()


def _end_child(process: subprocess.Popen[bytes]) -> None:
    for step, patience in (
        (signal.SIGINT, FAST_STOP_SECONDS),
        (signal.SIGQUIT, 10.0),
        (signal.SIGKILL, None),
    ):
        if process.poll() is not None:
            return
        process.send_signal(step)
        thaw(process.pid)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def _free_port() -> int:
    """PostgreSQL's usual port if it is free, else any free one."""
    for port in (_DEFAULT_PORT, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((_LOOPBACK, port))
            return int(probe.getsockname()[1])
    raise OSError(f"no free port on {_LOOPBACK}")

"""A real `almoner serve` in a process of its own, which can be killed as no clean shutdown ever happens."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil

from almoner.platform.postgres.directory import DataDirectory
from almoner.platform.postgres.processes import read_pid_file, server_process

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-c", "from almoner.main import main; main()")
READY_SECONDS = 60.0
STOP_SECONDS = 30.0


class Server:
    """One server on one data folder. Address and port stay the same over all restarts."""

    def __init__(self, data_dir: Path, **settings: object) -> None:
        """Remember the choices; `settings` are passed on through the environment."""
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data_dir.parent / f"{data_dir.name}.server.log"
        settings = {"requests_per_hour": 1_000_000, **settings}  # no test is about how many it sends
        self._environ = {f"ALMONER_{name.upper()}": str(value) for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        # One for all looks, and none for TLS: reading the system's certificates for each took longer than the server to start.
        self._probe = httpx.Client(
            base_url=self.url, headers={"Connection": "close"}, timeout=2.0, trust_env=False, verify=False
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """Process id of the running server; None when there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Start it and return when `/readyz` answers 200; raises `AssertionError` with the log's end otherwise."""
        assert self.pid is None, "the server runs already"
        arguments = ["serve", "--port", str(self.port), "--data-dir", str(self.data_dir), "--json"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*COMMAND, *arguments], env=environment(**self._environ), stdout=log, stderr=log
            )
        deadline = time.monotonic() + READY_SECONDS
        while not self._ready():
            assert self.pid is not None, f"the server ended while it started:\n{self._log_end()}"
            assert time.monotonic() < deadline, f"the server is not ready:\n{self._log_end()}"
            time.sleep(0.02)

    def kill9(self, postgres: bool = True) -> None:
        """SIGKILL to the server, and to its database with all its processes; returns when they are gone."""
        database = self.database_processes() if postgres else []
        if self._process is not None:
            self._process.kill()
        for process in database:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if self._process is not None:
            self._process.wait(STOP_SECONDS)
        self._await_end(database)
        self._process = None

    def kill_database(self) -> None:
        """SIGKILL to the database alone, with all its processes; returns when they are gone."""
        database = self.database_processes()
        assert database, "there is no database to kill"
        for process in database:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._await_end(database)

    def kill_postmaster(self) -> None:
        """SIGKILL to the database's first process alone; the others find out by themselves."""
        database = self.database_processes()
        assert database, "there is no database to kill"
        database[0].kill()
        self._await_end(database)

    def stop(self, within: float = STOP_SECONDS) -> None:
        """End it as an operator would, in so many seconds; harmless when it does not run."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            self._process = process
            self.kill9()
            raise

    def almoner(self, *arguments: str) -> Any:
        """What another `almoner` command on the same data folder prints as JSON."""
        done = run_almoner(*arguments, "--data-dir", str(self.data_dir), "--json", environ=self._environ)
        assert done.returncode == 0, f"almoner {arguments[0]}: {done.returncode}\n{done.stderr}"
        return json.loads(done.stdout)

    def _ready(self) -> bool:
        try:
            return self._probe.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def _log_end(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def database_processes(self) -> list[psutil.Process]:
        """The processes of its database; none when that does not run."""
        pgdata = DataDirectory(self.data_dir).pgdata
        recorded = read_pid_file(pgdata)
        postmaster = server_process(pgdata, recorded.pid) if recorded else None
        if postmaster is None:
            return []
        with suppress(psutil.NoSuchProcess):
            return [postmaster, *postmaster.children(recursive=True)]
        return [postmaster]

    def _await_end(self, processes: list[psutil.Process]) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        while any(_lives(process) for process in processes):
            assert time.monotonic() < deadline, "a killed database process is still there"
            time.sleep(0.005)


def run_almoner(
    *arguments: str, environ: Mapping[str, str] | None = None, seconds: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Run one `almoner` command to its end, with its output captured."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(**(environ or {})),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def environment(**more: str) -> dict[str, str]:
    """The environment of our own processes: the source tree is importable, no setting of this shell counts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALMONER_")}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200", **more}


def free_port() -> int:
    """A free port below those that outgoing connections take: one waiting for its server must not become it."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

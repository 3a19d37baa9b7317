"""The stand: Almoner's own server with its embedded database, further databases in it, and whose CPU went where."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil

from almoner.platform.postgres import running_dsn
from bench.prepare import ALMONER, Prepared, execute, prepare

STOP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Server:
    """A web server process, its port, and the database it works on."""

    process: subprocess.Popen[bytes]
    port: int
    at: Prepared


class Stand:
    """A running Almoner with its embedded PostgreSQL, and everything that is started beside it."""

    def __init__(self, folder: Path, main: Server, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self.main = main

    @cached_property
    def quiet(self) -> Server:
        """An Almoner without sync workers on a database of its own."""
        return self._stack.enter_context(self.serving(self.database("bench_quiet"), sync_workers=0))

    def database(self, name: str) -> Prepared:
        """A new database with an organization, in the same PostgreSQL."""
        return prepare(self.create(name))

    def create(self, name: str) -> str:
        """A new and empty database in the same PostgreSQL; answers its address."""
        execute(self.main.at.dsn, f"CREATE DATABASE {name}")
        return self.dsn_of(name)

    def copy(self, source: Prepared, name: str) -> Prepared:
        """A fresh copy of a database that nobody is connected to, in the place of an older copy of that name."""
        owner = self.main.at.dsn
        execute(owner, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        execute(owner, f"CREATE DATABASE {name} TEMPLATE {source.name} STRATEGY file_copy")
        execute(owner, "CHECKPOINT")
        return replace(source, dsn=self.dsn_of(name))

    def command(self, almoner: Path, dsn: str, *arguments: str) -> dict[str, Any]:
        """Run one of a program's commands on a database and read the JSON document it prints."""
        command = [str(almoner), *arguments, "--json"]
        done = subprocess.run(command, env=self.environment(dsn), stdout=subprocess.PIPE, check=True)
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def environment(self, dsn: str) -> dict[str, str]:
        """That of a command on a database."""
        return _environment({"data_dir": self._scratch, "database_url": dsn})

    def dsn_of(self, name: str) -> str:
        """Another database's address, as its owner."""
        head, _, query = self.main.at.dsn.partition("?")
        return f"{head.rpartition('/')[0]}/{name}?{query}"

    @property
    def _scratch(self) -> Path:
        scratch = self._folder / "scratch"
        scratch.mkdir(exist_ok=True)
        return scratch

    @contextmanager
    def serving(self, at: Prepared, **settings: object) -> Iterator[Server]:
        """A further server on a prepared database, of the program that made it, for the length of the block."""
        settings |= {"data_dir": self._scratch, "database_url": at.dsn}
        process, port = _serve(settings, at.almoner)
        try:
            yield Server(process, port, at)
        finally:
            stop(process)

    def peer(self, module: str, at: Prepared) -> Server:
        """A peer's web server on the same database and token; it prints its port once it answers."""
        command = [sys.executable, "-m", module, "--dsn", at.dsn, "--organization", str(at.organization_id)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._stack.callback(stop, process)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(at.token.encode() + b"\n")
        process.stdin.flush()
        return Server(process, int(process.stdout.readline()), at)

    def postgres_cpu(self) -> float:
        """Processor seconds PostgreSQL has used so far, ended connections included."""
        children = psutil.Process(self.main.process.pid).children()
        servers = [process for process in children if process.name().startswith("postgres")]
        return sum(_cpu(process) for server in servers for process in (server, *server.children()))


@contextmanager
def stand() -> Iterator[Stand]:
    """Start Almoner on a fresh data folder, with an organization; everything is stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="almoner-bench-"))
    folder.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        process, port = _serve({"data_dir": folder / "data"})
        stack.callback(stop, process)
        dsn = running_dsn(folder / "data")
        if dsn is None:
            raise RuntimeError("the embedded database does not answer")
        yield Stand(folder, Server(process, port, prepare(dsn)), stack)


def run_module(module: str, arguments: Sequence[str], line: str = "") -> dict[str, Any]:
    """Run one of our modules as a process and read the JSON document it prints."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, input=line.encode() + b"\n", stdout=subprocess.PIPE, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def cpu_of(process: subprocess.Popen[bytes]) -> float:
    """Processor seconds one process has used so far, without its children."""
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process of ours, politely first."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait()


def _cpu(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def _environment(settings: dict[str, object]) -> dict[str, str]:
    """This process's environment with these settings of Almoner and no others."""
    others = {key: value for key, value in os.environ.items() if not key.startswith("ALMONER_")}
    return others | {f"ALMONER_{name.upper()}": str(value) for name, value in settings.items()}


def _knows(almoner: Path, setting: str) -> bool:
    """Whether the program of a checkout has a setting; it refuses those that it has not."""
    return setting in (almoner.parents[2] / "src/almoner/platform/settings.py").read_text()


def _serve(settings: dict[str, object], almoner: Path = ALMONER) -> tuple[subprocess.Popen[bytes], int]:
    """Start `almoner serve` with these settings and no others, and no limit of requests; answers it and its port."""
    if _knows(almoner, "requests_per_hour"):
        settings = {"requests_per_hour": 1_000_000_000, **settings}
    command = [str(almoner), "serve", "--port", "0", "--json"]
    process = subprocess.Popen(command, env=_environment(settings), stdout=subprocess.PIPE)
    assert process.stdout is not None
    line = b""
    while not line.endswith(b"}\n") and (more := process.stdout.readline()):
        line += more
    if not line:
        process.wait()
        raise RuntimeError("almoner serve did not start")
    return process, int(json.loads(line)["url"].rpartition(":")[2])

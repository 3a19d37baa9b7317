"""Embedded servers on folders of their own, stopped after the test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from almoner.platform.postgres import (
    PostgresRunner,
    directory,
)
from almoner.platform.postgres import (
    runner as runner_module,
)
from tests.integration.platform.postgres.servers import MakeRunner

OWNER = """
import sys, time
from pathlib import Path
from almoner.platform.postgres import AlreadyRunning, PostgresRunner
runner = PostgresRunner(Path(sys.argv[1]))
try:
    print(runner.start(), runner.postmaster_pid, flush=True)
except AlreadyRunning as refusal:
    print("refused", refusal.pid, refusal, flush=True)
    sys.exit(3)
time.sleep(60)
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data folder below folders that only we may enter (as a home folder is), left without processes."""
    folder = tmp_path / "almoner"
    yield folder
    runner_module._discard_former_socket(directory.DataDirectory(folder))


@pytest.fixture
def make_runner(data_dir: Path) -> Iterator[MakeRunner]:
    made: list[PostgresRunner] = []

    def make(folder: Path = data_dir, **choices: object) -> PostgresRunner:
        made.append(PostgresRunner(folder, **choices))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for runner in made:
        runner.stop()


@pytest.fixture
def owner(data_dir: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts other processes that own the data folder."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", OWNER, str(data_dir)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()

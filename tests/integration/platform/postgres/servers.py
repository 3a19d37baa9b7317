"""What tests of the embedded server ask and wait for."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from almoner.platform.postgres import (
    PostgresRunner,
    find_binaries,
)

IS_ROOT = os.geteuid() == 0
MakeRunner = Callable[..., PostgresRunner]


def query(dsn: str, statement: str) -> str:
    psql = find_binaries().path("psql")
    done = subprocess.run([psql, "-XAtq", dsn, "-c", statement], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def first_line(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split(maxsplit=2)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)

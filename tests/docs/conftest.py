"""What is made once for all processes of a run: the site, and data with an organization for pages to begin with."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import browser as browser
from tests.docs.samples import ROOT
from tests.docs.world import prepare

Once = Callable[[str, Callable[[Path], str]], tuple[Path, str]]
"""Makes a folder of a name, if no other process of the run has; answers with it and with what its making said."""


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent

    def made(name: str, make: Callable[[Path], str]) -> tuple[Path, str]:
        folder, told = shared / name, shared / f"{name}.said"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not told.exists():
                told.write_text(make(folder))
        return folder, told.read_text()

    return made


@pytest.fixture(scope="session")
def site(once: Once) -> tuple[Path, str]:
    """The folder of the built site, and what the build said."""
    return once("site", build)


def build(folder: Path) -> str:
    command = [sys.executable, "-m", "docsite", "build", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def prepared(once: Once) -> dict[str, str]:
    """Data with one organization, to be copied, and its tokens."""
    _, told = once("data", lambda folder: json.dumps(prepare(folder)))
    return dict(json.loads(told))

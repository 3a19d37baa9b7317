"""Where tests keep files: in memory where there is room, for a database is a thousand files and a test makes some hundred databases."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import psutil

MEMORY = Path("/dev/shm")
ROOM = 3 * 2**30
"""Bytes that must be free: a run of all tests on two cores needs a third of them at most."""
NAME = "almoner-tests-"


def folder_in_memory(memory: Path = MEMORY) -> Path | None:
    """A fresh folder in memory, whose name begins with `NAME` and this process's id; None where it has not the room, or runs no programs.

    Folders of processes that were killed are removed.
    """
    if not memory.is_dir() or not os.access(memory, os.W_OK) or os.statvfs(memory).f_flag & os.ST_NOEXEC:
        return None
    for left in memory.glob(f"{NAME}*-*"):
        owner = left.name.removeprefix(NAME).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    if min(shutil.disk_usage(memory).free, psutil.virtual_memory().available) < ROOM:
        return None
    folder = Path(tempfile.mkdtemp(prefix=f"{NAME}{os.getpid()}-", dir=memory))
    folder.chmod(0o711)  # as the system's own: the database's account must find what is in it
    return folder

"""A folder that the system keeps from us: tests that run as root may enter every real one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest


def closed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have the system refuse `folder`, as it does to any account but its owner's and root's."""

    real_text, real_access = Path.read_text, os.access

    def read_text(path: Path, *options: Any, **named: Any) -> str:
        if folder in path.parents:
            raise PermissionError(13, "Permission denied", str(path))
        return real_text(path, *options, **named)

    def access(path: Any, mode: int) -> bool:
        return (Path(path) != folder or mode == os.F_OK) and real_access(path, mode)

    monkeypatch.setattr(Path, "read_text", read_text)
    monkeypatch.setattr(os, "access", access)

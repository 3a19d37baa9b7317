"""Commands that the program prints can be typed as they stand, however it was called."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from almoner.platform.program import called_with, program, typed


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A call from nowhere in particular."""
    monkeypatch.delenv("ALMONER_CALLED_AS", raising=False)
    called_with(None)
    yield
    called_with(None)


def test_a_script_that_passes_calls_on_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALMONER_CALLED_AS", "./dev")
    assert typed("org list") == "./dev org list"


def test_a_path_that_was_typed_is_named_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/almoner", "serve"])
    assert program() == ".venv/bin/almoner"


def test_what_the_shell_finds_by_its_name_is_named_by_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "almoner"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [str(script)])
    assert program() == "almoner"


def test_run_in_any_other_way_it_has_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["-c"])
    assert program() == "almoner"


def test_the_folder_of_this_call_goes_along_and_is_quoted() -> None:
    called_with(Path("/srv/my data"))
    assert typed("doctor") == "almoner doctor -d '/srv/my data'"

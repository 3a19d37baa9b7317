"""Both commands of the README work as they stand there, and `./dev` does what it says."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import typer

from almoner.main import app

ROOT = Path(__file__).parents[2]


def shell(command: str, **environment: str) -> str:
    """The output of a command that must succeed."""
    done = subprocess.run(
        command,
        shell=True,
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_dev_demo_ends_with_addresses_tokens_and_commands(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        ["./dev", "demo", "--gifts", "40", "--port", "0"],
        cwd=ROOT,
        env=os.environ | {"HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert demo.stdout is not None
    seen = []
    try:
        for line in demo.stdout:
            seen.append(line)
            if sum("curl" in shown for shown in seen) == 3:
                break
    finally:
        os.killpg(demo.pid, signal.SIGINT)
        demo.communicate(timeout=60)
    text = "".join(seen)
    assert text.count("curl") == 3
    assert "http://127.0.0.1:" in text


def test_dev_test_runs_the_tests_it_is_given() -> None:
    nested = {
        "PYTEST_ADDOPTS": "-p no:cacheprovider",
        "TEST_SERVER_DSN": os.environ["TEST_SERVER_DSN"],
    }
    assert "passed" in shell("./dev test tests/architecture/test_documents.py -q", **nested)


STANDS_FOR_PYTHON = f"""#!/bin/sh
case "$1 $2" in
    '-m venv') mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && echo "$3/bin/" >"$3/bin/pip"
        printf '#!/bin/sh\\necho "called $*"\\n' >"$3/bin/almoner" && chmod +x "$3/bin/almoner" ;;
    '-m pip') ;;
    -c*) echo "$0" ;;
    *) exec '{sys.executable}' "$@" ;;
esac
"""


def test_dev_sets_up_in_a_folder_whose_name_has_spaces(tmp_path: Path) -> None:
    place, programs = tmp_path / "my own place", tmp_path / "bin"
    (place / "requirements").mkdir(parents=True)
    programs.mkdir()
    for name in ("dev", "pyproject.toml", "requirements/runtime.txt"):
        shutil.copy(ROOT / name, place / name)
    (programs / "python3.13").write_text(STANDS_FOR_PYTHON)
    (programs / "python3.13").chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    assert shell(f"'{place}/dev' org list", PATH=path) == "called org list\n"


def test_dev_passes_any_other_command_on_and_is_named_by_its_hints(tmp_path: Path) -> None:
    place = tmp_path / "none"
    done = subprocess.run(
        ["./dev", "org", "list", "-d", str(place)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 3
    assert f"begin here with: ./dev serve -d {place}" in done.stderr
    assert not place.exists()


def test_no_verb_of_dev_hides_a_command() -> None:
    verbs = set(
        re.findall(
            r"^    ([a-z |-]+)\)", (ROOT / "dev").read_text().rpartition("case $verb")[2], re.MULTILINE
        )
    )
    own = {verb.strip() for alternatives in verbs for verb in alternatives.split("|")}
    assert {"setup", "test", "lint", "bench", "help"} <= own
    assert not own & set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]

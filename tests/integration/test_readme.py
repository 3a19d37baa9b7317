"""Every command of the README and of the first steps works as it stands there."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from almoner.main import app

ROOT = Path(__file__).parents[2]
START_SECONDS = 90


def commands_of(document: str) -> list[str]:
    """The commands in the shell blocks of a document, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)
    return [block.replace("\\\n", " ").strip() for block in blocks]


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


def test_the_readme_has_two_commands() -> None:
    assert commands_of("README.md") == ["./dev demo", "./dev test"]


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


@pytest.fixture
def served(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The first steps' server, on a free port and an empty home."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = {"HOME": str(tmp_path), "ALMONER_DATA_DIR": str(tmp_path / "data"), "PORT": port}
    command = commands_of("docs/tutorials/first-steps.md")[0].replace("8700", port)
    with subprocess.Popen(
        command.split(), cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert "serves on" in server.stdout.readline()
        yield environment
        server.terminate()
        assert server.wait(timeout=30) == 0


def test_the_first_steps_lead_from_a_server_to_a_gift_and_its_state(served: dict[str, str]) -> None:
    _, create, give, why = commands_of("docs/tutorials/first-steps.md")
    made = json.loads(shell(create, **served))
    gift = json.loads(shell(give.replace("8700", served["PORT"]), RAISE_TOKEN=made["raiseToken"], **served))
    assert gift["formattedAmount"] == "$25.00"
    assert f"gift {gift['id']}" in shell(why, **served)

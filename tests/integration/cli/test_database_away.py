"""A server whose embedded database cannot be started: commands say that it runs, and no second one begins."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.platform.postgres.servers import wait_until
from tests.support.server import Server, run_almoner


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "data", log_format="json") as running:
        yield running


def spoil(server: Server) -> tuple[Path, Path]:
    """End the database so that it does not come back; where its control file is and belongs."""
    control = server.data_dir / "postgres" / "global" / "pg_control"
    aside = control.rename(server.data_dir / "aside")
    server.kill_database()
    wait_until(lambda: "database_not_restarted" in server.log.read_text())
    return aside, control


def call(server: Server, *words: str) -> tuple[int, str, str]:
    done = run_almoner(*words, "-d", str(server.data_dir))
    return done.returncode, done.stdout, done.stderr


def test_it_keeps_its_folder_and_comes_back(server: Server) -> None:
    aside, control = spoil(server)
    code, _, refusal = call(server, "serve", "--port", "0")
    assert (code, f"(process {server.pid})" in refusal) == (3, True), refusal

    findings = json.loads(call(server, "doctor", "--json")[1])["findings"]
    told = {finding["check"]: finding for finding in findings}
    assert told["server"]["text"].startswith(f"Process {server.pid} of ")
    assert told["database"]["status"] == "problem"
    assert f"process {server.pid}" in told["database"]["text"]
    assert "does not answer" in told["database"]["text"]
    assert "choose another" not in told["database"]["text"]

    code, _, refusal = call(server, "console", "link")
    assert code == 3
    assert "has ended" not in refusal
    assert f"process {server.pid}" in refusal

    aside.rename(control)
    wait_until(server._ready)
    lines = server.log.read_text().splitlines()
    assert sum("database_not_restarted" in line for line in lines) == 1, (
        "the same reason is told once a minute"
    )


def test_every_line_of_the_log_is_json_while_it_is_away(server: Server) -> None:
    server.almoner("org", "create", "Riverbank House")
    aside, control = spoil(server)
    for _ in range(20):
        httpx.get(f"{server.url}/raise/api/Project", headers={"Authorization": "Bearer none"})
    time.sleep(3)
    aside.rename(control)
    wait_until(server._ready)
    written = server.log.read_text().splitlines()
    start = next(number for number, line in enumerate(written) if "database_died" in line)
    lines = [json.loads(line) for line in written[start:]]
    assert any("logger" in line for line in lines), "libraries had something to say"
    assert all(line["event"] and line["level"] for line in lines)

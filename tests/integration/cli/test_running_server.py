"""Commands find the server that runs on their data folder, at whatever port."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from almoner.main import app
from tests.support.server import Server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server at a port that no setting of ours names."""
    with Server(tmp_path / "data") as running:
        yield running


def call(server: Server, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "-d", str(server.data_dir), "--json"])


def gifts(folder: Path) -> str:
    file = folder / "gifts.csv"
    file.write_text("amount,donorEmail,donorLastName,sourceKey\n12.50,ada@example.org,Lovelace,1\n")
    return str(file)


def test_a_link_and_gifts_find_it_by_themselves(server: Server, tmp_path: Path) -> None:
    assert call(server, "org", "create", "Riverbank House").exit_code == 0
    link = json.loads(call(server, "console", "link").stdout)["signInUrl"]
    assert link.startswith(server.url)
    assert httpx.get(link, follow_redirects=True).status_code == 200
    given = call(server, "give", "--from", gifts(tmp_path))
    assert given.exit_code == 0, given.output
    assert given.stderr == ""


def test_the_address_that_a_killed_server_left_does_not_count(server: Server, tmp_path: Path) -> None:
    assert call(server, "org", "create", "Riverbank House").exit_code == 0
    server.kill9()
    link = call(server, "console", "link")
    assert json.loads(link.stdout)["signInUrl"].startswith("http://127.0.0.1:8700/")
    assert f"answered at {server.url}" in link.stderr
    server.start()
    assert call(server, "console", "link").stderr == ""
    server.stop()
    stopped = call(server, "console", "link").stderr
    assert "answered" not in stopped, "one that was stopped leaves nothing"
    assert f"No server runs on {server.data_dir}" in stopped.replace("\n", "")

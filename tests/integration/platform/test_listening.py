"""What is said when the web server cannot have its port or host."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from almoner.app import serve
from almoner.app.application import Application, build_application
from almoner.app.serve import serving
from almoner.cli.output import USAGE, run
from almoner.platform.listening import CannotListen, address_of, listening
from almoner.platform.postgres import AlreadyRunning
from almoner.platform.settings import Settings
from tests.support.server import Server


@pytest.mark.parametrize("host", ["127.0.0.1", "no.such.host.invalid"])
def test_a_port_or_host_that_is_not_to_be_had_is_named_with_its_settings(host: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"Cannot listen on {host} port {port}: .*ALMONER_PORT"):
            listening(Settings(data_dir=tmp_path, host=host, port=port))


def test_a_command_blames_no_database_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def serve(port: int) -> None:
        with listening(Settings(data_dir=tmp_path, port=port)):
            pass

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(typer.Exit) as ended:
        run(serve(taken.getsockname()[1]))
    assert ended.value.exit_code == USAGE
    said = " ".join(capsys.readouterr().err.split())
    assert "Cannot listen on 127.0.0.1" in said and "database" not in said.lower()


def test_who_has_the_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"is taken by process {os.getpid()} \(.+\), on 0\.0\.0\.0"):
            listening(Settings(data_dir=tmp_path, port=port))


def test_serve_says_so_before_it_makes_anything(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        program = str(Path(sys.executable).with_name("almoner"))
        answer = subprocess.run(
            [program, "serve", "--port", port, "-d", str(folder)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert answer.returncode == USAGE
    assert f"port {port}: the port is taken by process {os.getpid()}" in answer.stderr
    assert "set another ALMONER_PORT (--port)" in answer.stderr
    assert not folder.exists()


def test_where_the_port_is_that_of_our_own_server_that_one_is_named(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as running, pytest.raises(AlreadyRunning, match=f"process {running.pid}"):
        asyncio.run(second(running))


async def second(running: Server) -> None:
    async with serving(Settings(data_dir=running.data_dir, port=running.port)):
        pass


@pytest.mark.anyio
async def test_a_port_that_somebody_takes_while_we_start_is_told_too(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rival = socket.socket()
    rival.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    rival.bind(("127.0.0.1", 0))

    async def late(*places: Any, **options: Any) -> Application:
        rival.listen()
        return await build_application(*places, **options)

    monkeypatch.setattr(serve, "build_application", late)
    with rival, pytest.raises(CannotListen, match="the port is taken"):
        async with serving(Settings(database_url=dsn, port=rival.getsockname()[1])):
            pass


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({}, "http://127.0.0.1:8700"),
        ({"host": "0.0.0.0"}, "http://127.0.0.1:8700"),
        ({"host": "::"}, "http://[::1]:8700"),
        ({"host": "fd00::1", "port": 80}, "http://[fd00::1]:80"),
        ({"public_url": "https://giving.example.org/"}, "https://giving.example.org"),
    ],
)
def test_the_address_that_is_told_can_be_opened_from_here(settings: dict[str, Any], address: str) -> None:
    assert address_of(Settings(**settings)) == address

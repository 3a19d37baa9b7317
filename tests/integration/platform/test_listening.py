"""What is said when the web server cannot have its port or host."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import typer

from almoner.cli.output import UNAVAILABLE, run
from almoner.platform.http.listening import CannotListen, listening
from almoner.platform.settings import Settings


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
    assert ended.value.exit_code == UNAVAILABLE
    said = " ".join(capsys.readouterr().err.split())
    assert "Cannot listen on 127.0.0.1" in said and "database" not in said.lower()

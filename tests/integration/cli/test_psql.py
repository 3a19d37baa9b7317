"""`almoner psql` opens the database as its owner, wherever it is, and shows its password to nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from almoner.platform.postgres.directory import without_password
from tests.support.server import Server, run_almoner

WHO = ("psql", "-XAt", "-c", "SELECT current_user, count(*) FROM platform.organization")


def test_a_statement_is_run_as_the_owner_beside_a_server_and_without_one(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.almoner("org", "create", "Riverbank House")
        beside = run_almoner(*WHO, "--data-dir", str(server.data_dir))
        assert (beside.returncode, beside.stdout, beside.stderr) == (0, "almoner|1\n", "")
        wrong = run_almoner("psql", "-X", "-c", "SELEC", "-d", str(server.data_dir))
        assert (wrong.returncode, "syntax error" in wrong.stderr) == (1, True)
    alone = run_almoner(*WHO, "--data-dir", str(server.data_dir))
    assert (alone.returncode, alone.stdout) == (0, "almoner|1\n")


def test_without_data_it_says_so_and_makes_nothing(tmp_path: Path) -> None:
    done = run_almoner("psql", "-d", str(tmp_path / "none"))
    assert (done.returncode, "There is no Almoner data" in done.stderr) == (3, True)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("dsn", "address", "password"),
    [
        ("postgresql://a:p%40w@/b?host=%2Frun&port=1", "postgresql://a@/b?host=%2Frun&port=1", "p@w"),
        ("postgresql://a@h/b", "postgresql://a@h/b", ""),
        ("postgresql://h:5432/b", "postgresql://h:5432/b", ""),
        ("postgresql:///b?user=a&password=p%40w&host=h", "postgresql:///b?user=a&host=h", "p@w"),
        ("postgresql://h/b?password=pw", "postgresql://h/b", "pw"),
    ],
)
def test_a_password_never_stands_on_the_command_line(dsn: str, address: str, password: str) -> None:
    assert without_password(dsn) == (address, password)

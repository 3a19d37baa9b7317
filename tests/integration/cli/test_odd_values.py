"""Every command with odd values for each of its options and arguments: a sentence and an exit code, never a traceback.

The database is away: what only it could say of a value is asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from typer.testing import CliRunner

from almoner.cli.deferred import Deferred
from almoner.main import app

ODD = (
    "abc",
    "",
    "-1",
    "0",
    "99999999999999999999",
    "1e999",
    "NaN",
    "A=abc",
    "/nope/nothing",
    "\u202e\U0001f600",
    "'; --",
)
"""What people mistype and paste."""
STAYS = {("serve",), ("demo",), ("psql",), ("console",), ("doctor",)}
"""Commands that run until stopped, open something, or start a database of their own for the check."""


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each command that does something, by how it is typed."""
    if isinstance(command, Deferred):
        command = command.loaded
    if isinstance(command, click.Group) or hasattr(command, "commands"):
        for name, each in command.commands.items():
            yield from commands(each, (*path, name))
    else:
        yield path, command


ALL = [(path, command) for path, command in commands(typer.main.get_command(app)) if path[:1] not in STAYS]


def plain(parameter: Any) -> str:
    """A value of a parameter that is needed, and not the odd one."""
    return "1"


def calls(command: Any) -> Iterator[list[str]]:
    """The command with each odd value for each of its parameters, the others as they are, or as needed."""
    own = [
        one
        for one in command.params
        if not getattr(one, "is_flag", False) and one.name not in ("data_dir", "help")
    ]
    for tried in own:
        for value in ODD:
            words: list[str] = []
            for one in own:
                is_argument = one.param_type_name == "argument"
                if one is tried:
                    words += (
                        ["--", value]
                        if is_argument and len(own) == 1
                        else [value]
                        if is_argument
                        else [one.opts[0], value]
                    )
                elif one.required:
                    words += [plain(one)] if is_argument else [one.opts[0], plain(one)]
            yield words


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder without data: what is wrong with a value shows before, or instead of, that there is none."""
    return tmp_path_factory.mktemp("no-data")


def test_there_are_commands() -> None:
    assert len(ALL) > 40 and (("gift", "refund") in [path for path, _ in ALL])


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_no_odd_value_is_a_traceback(
    path: tuple[str, ...], command: Any, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(empty)
    env = {"ALMONER_DATA_DIR": str(empty), "ALMONER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    for words in calls(command):
        answer = CliRunner().invoke(app, [*path, *words], env=env, input="")
        assert answer.exception is None or isinstance(answer.exception, SystemExit), (words, answer.exception)
        assert answer.exit_code in (0, 1, 2, 3, 4), (words, answer.output)

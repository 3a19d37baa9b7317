"""What the command says before it does anything: its version, and what is wrong with its settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import almoner

PROGRAM = (Path(sys.executable).with_name("almoner"),)


def ended(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command that ended by itself."""
    environ = {**os.environ, "COLUMNS": "300", **settings}
    return subprocess.run(
        [*PROGRAM, *words], env=environ, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_version_is_an_option_too() -> None:
    answer = ended("--version")
    assert (answer.returncode, answer.stdout.strip()) == (0, almoner.__version__)


def test_a_bad_setting_is_told_in_plain_words_with_what_it_is(tmp_path: Path) -> None:
    answer = ended("serve", "--data-dir", str(tmp_path), ALMONER_PUBLIC_URL="giving.example.org")
    assert answer.returncode == 2
    assert "Setting 'public_url' in the environment: Expected text of another form." in answer.stderr
    assert "with `http://` or `https://`" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_serve_names_a_variable_that_is_no_setting(tmp_path: Path) -> None:
    # It ends at once: there is no such server.
    nowhere = {"ALMONER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "ALMONER_PROT": "8080"}
    answer = ended("serve", "--data-dir", str(tmp_path), **nowhere)
    assert answer.returncode != 0
    assert "No setting has the name ALMONER_PROT. Did you mean `ALMONER_PORT`?" in answer.stderr
    assert "Correct the name, or remove the variable." in answer.stderr


def test_a_database_that_does_not_answer_is_told_with_what_says_more(tmp_path: Path) -> None:
    nowhere = {"ALMONER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    for words in (["org", "list"], ["serve", "--port", "0"]):
        answer = ended(*words, "--data-dir", str(tmp_path), **nowhere)
        assert answer.returncode == 3
        assert "Connection refused. `" in answer.stderr
        assert f"almoner doctor -d {tmp_path}` says more." in answer.stderr


def test_every_other_command_names_it_too_and_leaves_its_document_alone(tmp_path: Path) -> None:
    answer = ended("org", "list", "--json", "--data-dir", str(tmp_path), ALMONER_PROT="8080")
    assert "No setting has the name ALMONER_PROT." in answer.stderr
    assert answer.stdout == ""


def test_a_token_for_give_and_the_name_it_was_called_by_are_no_settings(tmp_path: Path) -> None:
    known = {"ALMONER_RAISE_TOKEN": "rse_1_x", "ALMONER_CALLED_AS": "./dev"}
    answer = ended("org", "list", "--data-dir", str(tmp_path), **known)
    assert not [name for name in known if name in answer.stderr]
    assert f"begin here with: ./dev serve -d {tmp_path}" in answer.stderr


def test_help_has_the_name_it_was_called_by() -> None:
    assert "Usage: ./dev org list " in ended("org", "list", "--help", ALMONER_CALLED_AS="./dev").stdout

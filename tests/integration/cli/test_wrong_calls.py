"""A misspelt word is a wrong call wherever it stands: exit code 2, the word that was meant, and nothing is opened or made."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from almoner.main import app


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["ogr"], "org"),
        (["org", "lits"], "list"),
        (["console", "linl"], "link"),
        (["sync", "wyh", "gift", "1"], "why"),
        (["sync", "why", "gigt", "1"], "gift"),
        (["sync", "retry", "dnoor", "1"], "donor"),
        (["payments", "list", "--state", "aksed"], "asked"),
        (["key", "create", "riase", "site"], "raise"),
        (["key", "create", "raise", "site", "--scope", "gift:wriet"], "gift:write"),
        (["org", "list", "--jsno"], "--json"),
        (["give", "--form", "gifts.csv"], "--from"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_a_misspelt_word_is_told_with_the_one_that_was_meant(
    words: list[str], meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALMONER_DATA_DIR", str(tmp_path / "data"))
    answer = CliRunner().invoke(app, words, env={"COLUMNS": "1000"})
    assert answer.exit_code == 2, answer.output
    assert meant in answer.stderr
    assert any(hint in answer.stderr for hint in ("Did you mean", "Possible option")), answer.stderr
    assert not (tmp_path / "data").exists()


def test_a_word_like_none_is_told_with_the_choices(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["sync", "why", "zebra", "1"], env={"COLUMNS": "1000"})
    assert (answer.exit_code, "'zebra' is none of donor, gift, reversal." in answer.stderr) == (2, True)
    assert "Did you mean" not in answer.stderr

"""Custom fields by command: made, changed, taken out of use, listed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from almoner.main import app


def answered(dsn: str, *words: str) -> Any:
    """The exit code and what a command printed."""
    return CliRunner().invoke(app, words, env={"ALMONER_DATABASE_URL": dsn})


def almoner(dsn: str, *words: str) -> Any:
    """The JSON of a command that must succeed."""
    answer = answered(dsn, *words, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


@pytest.fixture
def organization(dsn: str) -> Any:
    """A fresh organization, made by command."""
    return almoner(dsn, "org", "create", "Example House")


@pytest.mark.usefixtures("organization")
def test_a_field_is_made_changed_and_taken_out_of_use(dsn: str) -> None:
    made = almoner(dsn, "custom-field", "create", "gift", "Colour", "list", "--option", "Red")
    assert (made["recordType"], made["dataType"], made["options"]) == ("Gift", "List", ["Red"])
    number = str(made["id"])
    options = ("--option", "Red", "--option", "Blue")
    changed = almoner(dsn, "custom-field", "edit", number, "--display-name", "Hue", "--required", *options)
    assert changed["displayName"] == "Hue" and changed["isRequired"] and changed["options"] == ["Red", "Blue"]
    assert almoner(dsn, "custom-field", "list") == [changed]
    almoner(dsn, "custom-field", "archive", number)
    assert almoner(dsn, "custom-field", "list") == []
    assert [each["isArchived"] for each in almoner(dsn, "custom-field", "list", "--archived")] == [True]
    assert "Hue" in answered(dsn, "custom-field", "archive", number, "--back").output


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("create", "gift", "Colour", "list"), 1, "needs at least one option"),
        (("create", "gifts", "Colour", "list"), 2, "Did you mean 'gift'?"),
        (("create", "gift", "Colour", "day"), 2, "is none of"),
        (("edit", "999999", "--display-name", "x"), 1, "There is no custom field 999999"),
    ],
)
def test_what_is_wrong_is_told(dsn: str, words: tuple[str, ...], code: int, told: str) -> None:
    answer = answered(dsn, "custom-field", *words)
    assert answer.exit_code == code and told in " ".join(answer.output.split()), answer.output

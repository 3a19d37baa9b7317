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


@pytest.mark.usefixtures("organization")
def test_each_change_is_told_with_what_undoes_it(dsn: str) -> None:
    def said(*words: str) -> str:
        answer = answered(dsn, "custom-field", *words)
        assert answer.exit_code == 0, answer.output
        return " ".join(answer.output.split())

    assert "There is no custom field in use." in said("list")
    made = said("create", "gift", "Colour", "list", "--option", "Red")
    number = str(almoner(dsn, "custom-field", "list")[0]["id"])
    assert f"almoner custom-field archive {number}" in made
    changed = said("edit", number, "--option", "Blue", "--required")
    assert f"almoner custom-field edit {number} --option Red --not-required" in changed
    assert f"almoner custom-field archive {number} --back" in said("archive", number)
    assert "archived already: nothing was changed" in said("archive", number)


@pytest.mark.usefixtures("organization")
def test_an_edit_that_says_nothing_is_a_wrong_call(dsn: str) -> None:
    almoner(dsn, "custom-field", "create", "gift", "Colour", "text")
    number = str(almoner(dsn, "custom-field", "list")[0]["id"])
    answer = answered(dsn, "custom-field", "edit", number)
    assert answer.exit_code == 2 and "Say what is to change" in answer.output


@pytest.mark.usefixtures("organization")
def test_a_campaign_takes_days_that_can_mean_one_day_alone_and_says_when_nothing_changes(dsn: str) -> None:
    answer = answered(dsn, "campaign", "create", "Autumn", "--start", "01/10/2026")
    assert answer.exit_code == 2 and "no date such as 2026-10-01" in " ".join(answer.output.split())
    made = almoner(dsn, "campaign", "create", "Autumn", "--start", "2026-10-01")
    number = str(made["campaignId"])
    assert "is not archived: nothing was changed" in answered(dsn, "campaign", "restore", number).output
    assert "is archived. What undoes it" in answered(dsn, "campaign", "archive", number).output
    assert "is archived already" in answered(dsn, "campaign", "archive", number).output


@pytest.mark.usefixtures("organization")
def test_a_group_that_is_set_tells_what_it_granted(dsn: str) -> None:
    new = " ".join(answered(dsn, "group", "set", "Desk", "--scope", "gift:read").output.split())
    assert "It is new. What undoes it: almoner group remove Desk" in new
    changed = " ".join(answered(dsn, "group", "set", "Desk", "--scope", "gift:write").output.split())
    assert "Before: gift:read. What undoes it: almoner group set Desk --scope gift:read" in changed
    assert "There is no user yet." in answered(dsn, "user", "list").output

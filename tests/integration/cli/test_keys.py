"""Keys by command: made, listed without their token, revoked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from almoner.main import app


def almoner(dsn: str, *words: str) -> Any:
    """The JSON of a command that must succeed."""
    answer = CliRunner().invoke(app, [*words, "--json"], env={"ALMONER_DATABASE_URL": dsn})
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


@pytest.fixture
def organization(dsn: str) -> Any:
    """A fresh organization, made by command."""
    return almoner(dsn, "org", "create", "Example House")


@pytest.mark.usefixtures("organization")
def test_a_key_is_made_listed_without_its_token_and_revoked(dsn: str) -> None:
    token = almoner(dsn, "key", "create", "raise", "website", "--scope", "gift:write")["token"]
    (made,) = [key for key in almoner(dsn, "key", "list") if key["name"] == "website"]
    assert made["scopes"] == ["gift:write"]
    assert token not in json.dumps(almoner(dsn, "key", "list"))
    almoner(dsn, "key", "revoke", str(made["id"]))
    (revoked,) = [key for key in almoner(dsn, "key", "list") if key["id"] == made["id"]]
    assert revoked["revokedDate"]


@pytest.mark.usefixtures("organization")
def test_an_unknown_key_or_product_is_told(dsn: str) -> None:
    for words in (["key", "revoke", "999"], ["key", "create", "other", "x"]):
        answer = CliRunner().invoke(app, words, env={"ALMONER_DATABASE_URL": dsn})
        assert answer.exit_code == 1, answer.output

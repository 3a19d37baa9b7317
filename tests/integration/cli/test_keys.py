"""Keys by command: made, listed without their token, revoked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from almoner.cli.scopes import SCOPES
from almoner.main import app
from tests.support.house import House


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
    for words, code in ((["key", "revoke", "999"], 1), (["key", "create", "other", "x"], 2)):
        answer = CliRunner().invoke(app, words, env={"ALMONER_DATABASE_URL": dsn})
        assert answer.exit_code == code, answer.output


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize(
    ("product", "scope"), [("raise", "nonsense"), ("raise", "contact:read"), ("crm", "gift:*:*"), ("crm", "")]
)
def test_a_scope_that_grants_nothing_is_refused_with_the_list(dsn: str, product: str, scope: str) -> None:
    words = ["key", "create", product, "site", "--scope", scope]
    answer = CliRunner().invoke(app, words, env={"ALMONER_DATABASE_URL": dsn})
    assert answer.exit_code == 2
    assert ", ".join(SCOPES[product]) in answer.stderr
    assert not [key for key in almoner(dsn, "key", "list") if key["name"] == "site"]


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize("scope", ["*", "gift:*", "gift:read", "project:write"])
def test_every_form_of_a_scope_is_taken(dsn: str, scope: str) -> None:
    almoner(dsn, "key", "create", "crm", "site", "--scope", scope)
    assert [key["scopes"] for key in almoner(dsn, "key", "list") if key["name"] == "site"] == [[scope]]


def test_help_and_document_list_every_scope() -> None:
    help_text = CliRunner().invoke(app, ["key", "create", "--help"], env={"COLUMNS": "400"}).output
    document = (Path(__file__).parents[3] / "docs" / "reference" / "commands.md").read_text()
    for scope in {*SCOPES["raise"], *SCOPES["crm"]}:
        assert scope in help_text
        assert f"`{scope}`" in document


@pytest.mark.anyio
@pytest.mark.parametrize("product", SCOPES)
async def test_the_scopes_are_those_that_the_operations_ask_for(product: str, house: House) -> None:
    document = await house.tenant.raise_.get(f"/{product}/openapi.json")
    asked = {
        operation["x-scope"]
        for operations in document["paths"].values()
        for operation in operations.values()
        if operation["security"]
    }
    assert asked == set(SCOPES[product])

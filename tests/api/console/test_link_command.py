"""`almoner console link` prints a link that the server takes."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from almoner.main import app


@pytest.fixture(autouse=True)
def database(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands work on a fresh database."""
    monkeypatch.setenv("ALMONER_DATABASE_URL", dsn)


def call(*arguments: str) -> tuple[int, str]:
    """Exit code and all that was printed."""
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def test_a_link_names_the_organization_and_the_server() -> None:
    call("org", "create", "Example House")
    code, text = call("console", "link", "--json", "--url", "https://give.example.org/")
    document = json.loads(text)
    assert code == 0 and document["validMinutes"] == 30
    pattern = (
        rf"https://give\.example\.org/console/sign-in\?token=lnk_{document['organizationId']}_[\w-]{{43}}"
    )
    assert re.fullmatch(pattern, document["signInUrl"])


def test_each_call_makes_another_link_on_one_line() -> None:
    call("org", "create", "Example House")
    links = [
        re.search(r"^ +(http://127\.0\.0\.1:8700/\S+)$", call("console", "link")[1], re.MULTILINE)
        for _ in range(2)
    ]
    first, second = (link[1] for link in links if link)
    assert first != second


def test_several_organizations_want_one_named() -> None:
    assert call("console", "link")[0] == 1
    call("org", "create", "One House")
    _, made = call("org", "create", "Another House", "--json")
    assert call("console", "link")[0] in (1, 2)
    other = str(json.loads(made)["organizationId"])
    assert call("console", "link", "--org", other)[0] == 0
    assert call("console", "link", "--org", "999")[0] == 1

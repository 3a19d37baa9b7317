"""Laws of migrations: what ran does the same for ever, and what runs beside those who serve can be repeated and holds up nobody."""

from __future__ import annotations

import ast
import hashlib
import re
import sys

import pytest

from almoner.platform.database.files import PACKAGE, SqlFile, load_migrations
from almoner.platform.database.python_migrations import FROZEN, frozen_text, loaded
from tests.architecture.sources import ROOT

_MADE = re.compile(r"CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?(?:IF NOT EXISTS )?(\w+) ON (\w+)\.")
_DROPPED = re.compile(r"DROP INDEX CONCURRENTLY IF EXISTS (\w+\.\w+)")


_PROVED = re.compile(r"ALTER TABLE \w+\.\w+ VALIDATE CONSTRAINT \w+")
_RULE_SINCE = "20261130"


def breaks(file: SqlFile) -> list[str]:
    """The statements that lock a table for long, or that a second run would fail at."""
    dropped: set[str] = set()
    wrong = []
    for statement in file.statements:
        if made := _MADE.match(statement):
            if not made[1] or f"{made[3]}.{made[2]}" not in dropped:
                wrong.append(statement)
        elif gone := _DROPPED.fullmatch(statement):
            dropped.add(gone[1])
        elif not _PROVED.fullmatch(statement):
            wrong.append(statement)
    return wrong


def holds_up(file: SqlFile) -> list[str]:
    """The statements of a migration among the rest that read a table that was there before, while nobody may write to it."""
    made = set(re.findall(r"CREATE TABLE (\w+\.\w+)", file.text))
    indexes = re.findall(r"CREATE (?:UNIQUE )?INDEX \w+ ON (\w+\.\w+)", file.text)
    checks = re.findall(r"ALTER TABLE (\w+\.\w+) ADD CONSTRAINT [^;]*?CHECK[^;]*;", file.text)
    proved = re.findall(r"ALTER TABLE (\w+\.\w+) ADD CONSTRAINT [^;]*?CHECK[^;]*NOT VALID;", file.text)
    for table in proved:
        checks.remove(table)
    return [table for table in (*indexes, *checks) if table not in made]


def test_what_reads_a_whole_table_runs_after_the_rest() -> None:
    rest = [file for file in load_migrations() if file.path.suffix == ".sql" and not file.runs_after]
    ours = [file for file in rest if file.name.partition("/")[2] >= _RULE_SINCE]
    assert ours
    assert not {file.name: tables for file in ours if (tables := holds_up(file))}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CREATE INDEX a ON toy.first (id);", ["toy.first"]),
        ("CREATE TABLE toy.first (id int);\nCREATE INDEX a ON toy.first (id);", []),
        ("ALTER TABLE toy.first ADD CONSTRAINT c CHECK (id > 0);", ["toy.first"]),
        ("ALTER TABLE toy.first ADD CONSTRAINT c CHECK (id > 0) NOT VALID;", []),
    ],
)
def test_what_holds_up_those_who_write_is_found(text: str, found: list[str]) -> None:
    assert holds_up(SqlFile("toy/x", ROOT, text)) == found


def test_what_runs_after_the_rest_makes_indexes_beside_those_who_write_and_can_be_repeated() -> None:
    after = [file for file in load_migrations() if file.runs_after and file.path.suffix == ".sql"]
    assert not {file.name: wrong for file in after if (wrong := breaks(file))}


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("DROP INDEX CONCURRENTLY IF EXISTS toy.a;\nCREATE INDEX CONCURRENTLY a ON toy.first (id);", True),
        ("CREATE INDEX CONCURRENTLY a ON toy.first (id);", False),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS a ON toy.first (id);", False),
        ("DROP INDEX CONCURRENTLY IF EXISTS toy.a;\nCREATE INDEX a ON toy.first (id);", False),
        ("DROP INDEX toy.a;", False),
        ("ALTER TABLE toy.first VALIDATE CONSTRAINT c;", True),
        ("ALTER TABLE toy.first ADD COLUMN n int;", False),
    ],
)
def test_what_would_lock_a_table_or_fail_when_repeated_is_found(text: str, is_right: bool) -> None:
    assert (breaks(SqlFile("toy/x", ROOT, text)) == []) is is_right


# --- what migrations in Python compute with ----------------------------------------------------------------

BEFORE_THERE_WAS_A_FROZEN_PLACE = {
    "giving/20261127-1104-fold-codes",
    "crm/20261127-1105-fold-codes",
    "giving/20261129-1501-mailboxes",
    "crm/20261129-1502-mailboxes",
}
"""Migrations whose text names living code, which is replaced when they are loaded. May only shrink."""

PLACE = "almoner.platform.frozen."
DIGESTS = {
    "__init__.py": "6b90b87041ec517e1e055f103fa7cd2bf0963b76e542e2eb66ea8b02cf7c5ae8",
    "mailboxes_20261129.py": "32f13b9b12c2b00f39740e31e9e4d594080fc7d7e10d3025b6847f40612bcbae",
    "text_20261127.py": "a3ee4f0e3aa6be14e030d26ddc3b89a1fcc6a055da5bc16dc19ad5eadee08ed8",
}
"""SHA-256 of every frozen file. A file may come; what is here stays as it is: write a new one with another day."""


def imported(text: str) -> set[str]:
    """The modules that a text imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or ".")
    return found


def living(text: str) -> set[str]:
    """What of our code a text imports that may change: all but the connection it is called with, and what is frozen."""
    ours = {name for name in imported(text) if name.partition(".")[0] in ("almoner", "")}
    return {name for name in ours if name != "almoner.platform.database" and not name.startswith(PLACE)}


def test_migrations_in_python_import_no_living_code() -> None:
    files = [file for file in load_migrations() if file.path.suffix == ".py"]
    assert not {file.name: names for file in files if (names := living(frozen_text(file)))}
    assert {file.name for file in files if living(file.text)} == BEFORE_THERE_WAS_A_FROZEN_PLACE
    for file in files:
        assert loaded(file).__name__ == "migrate"


def test_what_is_frozen_is_as_it_was_and_imports_nothing_living() -> None:
    files = {path.name: path.read_bytes() for path in (PACKAGE / "platform" / "frozen").glob("*.py")}
    assert {name: hashlib.sha256(text).hexdigest() for name, text in files.items()} == DIGESTS
    for text in files.values():
        assert not living(text.decode())
    assert {f"{PLACE}{name.removesuffix('.py')}" for name in files} >= set(FROZEN.values())


@pytest.mark.parametrize("module", FROZEN)
def test_a_migration_does_not_see_what_became_of_living_code(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = {"almoner.kernel.text": "fold_code", "almoner.platform.mailboxes": "address_key"}[module]
    files = [file for file in load_migrations() if f"from {module} import" in file.text]
    before = [loaded(file).__globals__[function]("Stra\u00dfe@Example.org") for file in files]
    monkeypatch.setattr(sys.modules[module], function, lambda _: "something else")
    assert [loaded(file).__globals__[function]("Stra\u00dfe@Example.org") for file in files] == before
    assert len(before) == 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("from almoner.platform.mailboxes import address_key", {"almoner.platform.mailboxes"}),
        ("def f():\n    import almoner.kernel.text", {"almoner.kernel.text"}),
        ("from . import service", {"."}),
        ("import json\nfrom almoner.platform.database import Connection", set()),
        ("from almoner.platform.frozen.text_20261127 import fold_code", set()),
    ],
)
def test_an_import_of_living_code_is_found(text: str, names: set[str]) -> None:
    assert living(text) == names

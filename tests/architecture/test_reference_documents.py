"""The reference of errors and of sync states names everything there is, and nothing that is not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import almoner.app.application  # noqa: F401 - brings in every feature with its errors
from almoner.kernel.errors import AlmonerError, Invalid
from almoner.sync.rules import (
    REASON_NAMES,
    SENTENCES,
    STATE_NAMES,
    STATE_OF_REASON,
    WARNINGS,
    Reason,
    State,
    SyncWarning,
)

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "almoner"
CODE = re.compile(r"[A-Z][A-Z_]{4,}")
OF_THE_FRAMEWORK = {"METHOD_NOT_ALLOWED": "405"}
NAMES_FIELDS = {"FieldError", "field", "MoneyError", "_refuse", "_convert"}
"""Calls whose upper-case text is the code of a broken field."""


def table(document: str, heading: str) -> list[tuple[str, ...]]:
    """The cells of the table below `## heading`, without backquotes."""
    text = (ROOT / "docs" / "reference" / document).read_text()
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [tuple(cell.strip().strip("`") for cell in line.strip("|").split(" | ")) for line in lines]


def errors(of: type[AlmonerError] = AlmonerError) -> Iterator[type[AlmonerError]]:
    """Every kind of failure a caller can be told about."""
    yield of
    for below in of.__subclasses__():
        yield from errors(below)


def test_each_error_is_documented_with_its_status() -> None:
    wanted = {
        error.code: "400 or 422" if issubclass(error, Invalid) else str(error.status) for error in errors()
    }
    assert {code: status for code, status, _ in table("errors.md", "Codes")} == wanted | OF_THE_FRAMEWORK


def test_each_code_of_a_field_is_documented() -> None:
    documented = [code for code, _ in table("errors.md", "Codes of fields")]
    assert sorted(documented) == documented
    assert set(documented) == set(codes_in_python()) | set(codes_in_sql())


def codes_in_python() -> Iterator[str]:
    """Codes of fields in the modules behind the API."""
    for path in SOURCE.rglob("*.py"):
        if {"cli", "app", "demo"} & set(path.parts):
            continue
        tree = ast.parse(path.read_text())
        rules = path.name == "field_errors.py"
        for node in ast.walk(tree):
            if rules or (isinstance(node, ast.Call) and name_of(node.func) in NAMES_FIELDS):
                yield from (text for text in texts_of(node) if CODE.fullmatch(text))


def name_of(function: ast.expr) -> str:
    """`field` of `Invalid.field`, `FieldError` of itself."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def texts_of(node: ast.AST) -> Iterator[str]:
    """The texts written in a piece of source."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def codes_in_sql() -> Iterator[str]:
    """Codes of fields that the database finds broken."""
    for path in SOURCE.rglob("*.sql"):
        for line in path.read_text().splitlines():
            if "'code'," in line and ("'field'" in line or "CASE" in line):
                yield from re.findall(r"'([A-Z][A-Z_]{4,})'", line)


def test_each_state_is_documented() -> None:
    assert {name for name, _ in table("sync-states.md", "States")} == {state.value for state in State}


def test_each_reason_is_documented_with_its_state_and_sentence() -> None:
    wanted = [(reason.value, STATE_OF_REASON[reason].value, SENTENCES[reason]) for reason in Reason]
    assert table("sync-states.md", "Reasons") == wanted


def test_each_state_and_reason_has_its_name_in_the_document() -> None:
    wanted = [(state.value, STATE_NAMES[state]) for state in State]
    wanted += [(reason.value, REASON_NAMES[reason]) for reason in Reason]
    assert sorted(table("sync-states.md", "Names")) == sorted(wanted)


def test_every_warning_of_the_sync_is_told() -> None:
    assert {name for name, _ in table("sync-states.md", "Warnings")} == {each.value for each in SyncWarning}
    assert WARNINGS.keys() == set(SyncWarning)

"""Every code of a broken field that the source tells is declared, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from almoner.kernel.errors import FIELD_CODES

SOURCE = Path(__file__).parents[2] / "src" / "almoner"
CODE = re.compile(r"[A-Z][A-Z_]{4,}")
NAMES_FIELDS = {"FieldError", "field", "MoneyError", "_refuse", "_convert"}
"""Calls whose upper-case text is the code of a broken field."""


def test_each_code_of_a_field_is_declared_with_its_meaning() -> None:
    used = set(codes_in_python()) | set(codes_in_sql())
    assert set(FIELD_CODES) == used, (
        "kernel/errors.py has the codes of broken fields, each with when it is told"
    )


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
            if "crm_code.problem(" in line or ("'code'," in line and ("'field'" in line or "CASE" in line)):
                yield from re.findall(r"'([A-Z][A-Z_]{4,})'", line)

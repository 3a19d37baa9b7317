"""Commands that the program prints are made in one place, so that they can be typed as they stand (`platform/program.py`)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import typer

from almoner.main import app
from tests.architecture.sources import Module, modules

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
WRITTEN_OUT = re.compile(rf"\balmoner ({'|'.join(COMMANDS)})\b")
KNOWN = {
    "Code of Almoner, made anew by `almoner migrate`.": "stored in the database, and read wherever it is restored",
    "almoner give": "the name of a key",
    "[bold]almoner demo[/] · ": "a title",
}


def texts(module: Module) -> Iterator[ast.Constant]:
    """Texts that the program may print: not its docstrings."""
    statements = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements:
            yield node


def test_no_printed_command_is_written_out() -> None:
    found = {
        node.value: module.at(node, f"{node.value!r}: say it with `typed`")
        for module in modules()
        for node in texts(module)
        if isinstance(node.value, str) and WRITTEN_OUT.search(node.value)
    }
    assert set(found) == set(KNOWN), "\n".join(found.values())

"""House rules of the source that no linter states."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.sources import Module, functions, modules

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

# Where amounts are handled; elsewhere a float may measure time.
MONEY = {"kernel", "giving", "crm", "sync", "reconcile", "pages"}


def test_everything_public_says_what_it_promises() -> None:
    silent = [
        module.at(node, f"{name} has no docstring")
        for module in modules()
        for node, name in undocumented(module)
    ]
    assert not silent, "\n".join(silent)


def undocumented(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """The module itself, and its public functions, classes and methods, that have no docstring."""
    if module.tree.body and not ast.get_docstring(module.tree):
        yield module.tree, module.name
    for node in public(module.tree.body):
        if not ast.get_docstring(node):
            yield node, node.name


def public(body: list[ast.stmt]) -> Iterator[Definition]:
    """Public definitions, with the methods of public classes."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            yield from public(node.body if isinstance(node, ast.ClassDef) else [])


def test_imports_stand_at_the_top() -> None:
    late = [
        module.at(node, f"an import inside {function.name}")
        for module in modules()
        for function in functions(module)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not late, "\n".join(late)


def test_money_is_never_a_float() -> None:
    floats = [
        module.at(call, "float(): amounts are whole minor units or Decimal")
        for module in modules()
        if module.top in MONEY
        for call in calls(module, "float")
    ]
    assert not floats, "\n".join(floats)


def test_only_commands_print() -> None:
    prints = [
        module.at(call, "print(): log it, or return it to a command")
        for module in modules()
        if module.top != "cli"
        for call in calls(module, "print")
    ]
    assert not prints, "\n".join(prints)


def calls(module: Module, name: str) -> Iterator[ast.Call]:
    """Calls of a builtin by its bare name."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def test_routes_are_gathered_below_the_last_of_them() -> None:
    """What a module declares after `routes_in` would be served to nobody."""
    gathers = [module for module in modules() if "routes_in(__name__)" in module.text]
    early = [
        module.name for module in gathers if not module.text.endswith("\n\nroutes = routes_in(__name__)\n")
    ]
    assert len(gathers) > 8
    assert not early

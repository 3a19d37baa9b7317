"""What modules may see of each other. Their order is checked by import-linter (pyproject.toml)."""

from __future__ import annotations

import sys

import pytest

from tests.architecture.sources import Import, Module, imports, modules, within

FEATURES = {"giving", "crm", "webhooks", "sync", "reconcile"}
EDGES = {"console", "pages", "cli", "app", "demo", "main"}

# Decisions are pure: facts come in as arguments, also the time. The standard library is free but for its doors to
# the outside; msgspec is allowed because its Structs are only values.
IMPURE = {
    "asyncio",
    "http",
    "os",
    "pathlib",
    "random",
    "secrets",
    "socket",
    "sqlite3",
    "subprocess",
    "threading",
    "time",
}
PURE_LIBRARIES = {"msgspec"}


def features_seen(importing: Module) -> list[tuple[Import, str, list[str]]]:
    """Imports from another of our modules: the import, that module, and the path inside it."""
    seen = []
    for found in imports(importing):
        parts = found.target.split(".")
        if parts[0] == "almoner" and len(parts) > 1 and parts[1] != importing.top:
            seen.append((found, parts[1], parts[2:]))
    return seen


def test_features_are_seen_through_their_contract() -> None:
    wrong = [
        module.at(found.node, f"{found.target}: other modules see only almoner.{feature}.contract")
        for module in modules()
        if module.top not in EDGES
        for found, feature, inside in features_seen(module)
        if feature in FEATURES and inside[:1] != ["contract"] and "store" not in inside
    ]
    assert not wrong, "\n".join(wrong)


def test_nobody_reads_the_tables_of_another_module() -> None:
    wrong = [
        module.at(found.node, f"{found.target}: a store is for its own module")
        for module in modules()
        for found, _, inside in features_seen(module)
        if "store" in inside
    ]
    assert not wrong, "\n".join(wrong)


def test_kernel_needs_the_standard_library_only() -> None:
    wrong = [
        module.at(found.node, f"{found.target} is not in the standard library")
        for module in modules()
        if module.top == "kernel"
        for found in imports(module)
        if not within(found.target, "almoner.kernel")
        and found.target.split(".")[0] not in sys.stdlib_module_names
    ]
    assert not wrong, "\n".join(wrong)


def test_rules_are_pure() -> None:
    wrong = [
        module.at(
            found.node, f"{found.target}: rules see values only, no framework, database, clock or platform"
        )
        for module in modules()
        if module.path.name == "rules.py" or "rules" in module.path.parent.parts
        for found in imports(module)
        if not is_pure(found.target)
    ]
    assert not wrong, "\n".join(wrong)


def is_pure(target: str) -> bool:
    """Whether a module of rules may import this name."""
    top = target.split(".", maxsplit=1)[0]
    if any(within(target, f"almoner.platform.{name}") for name in ("wire", "mailboxes")):  # values too
        return True
    if top == "almoner":
        return not any(within(target, f"almoner.{name}") for name in ("platform", "kernel.clock", *EDGES))
    return top in PURE_LIBRARIES or (top in sys.stdlib_module_names and top not in IMPURE)


@pytest.mark.parametrize(
    ("target", "pure"),
    [
        ("almoner.kernel.money.Money", True),
        ("datetime.date", True),
        ("msgspec.Struct", True),
        ("almoner.kernel.clock.Clock", False),
        ("almoner.platform.wire.Body", True),
        ("almoner.platform.mailboxes.mailbox_key", True),
        ("almoner.platform.database.Database", False),
        ("asyncpg", False),
        ("jinja2.Template", False),
        ("time.monotonic", False),
    ],
)
def test_purity_is_judged_by_name(target: str, *, pure: bool) -> None:
    assert is_pure(target) is pure


def test_no_modules_import_each_other_in_a_circle_type_only_imports_included() -> None:
    assert circles({module.name: targets(module) for module in modules()}) == set()


def targets(module: Module) -> set[str]:
    """Our modules that a module imports, also under `if TYPE_CHECKING`."""
    known = {other.name for other in modules()}
    found = {
        target
        for one in imports(module)
        for target in (one.target, one.target.rpartition(".")[0])
        if target in known and target != module.name
    }
    # `from almoner.platform.database import X` names the package and what stands in it: the deeper one is meant.
    return {name for name in found if not any(within(other, name) and other != name for other in found)}


def circles(graph: dict[str, set[str]]) -> set[tuple[str, ...]]:
    """Each set of modules of which every one reaches every other, sorted."""
    reached = {name: reach(graph, name) for name in graph}
    return {
        tuple(sorted(other for other in reached[name] if name in reached[other]))
        for name in graph
        if name in reached[name]
    }


def reach(graph: dict[str, set[str]], start: str) -> set[str]:
    """Every module that `start` comes to import."""
    found: set[str] = set()
    todo = list(graph[start])
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += graph[name]
    return found


def test_circles_are_found_whatever_their_length() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}
    assert circles(graph) == {("a", "b", "c")}

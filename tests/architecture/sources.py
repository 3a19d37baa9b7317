"""What the architecture tests read: every module of the package, parsed once, and the files of the repository."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "almoner"


@dataclass(frozen=True)
class Module:
    """One source file of the package."""

    path: Path
    name: str
    text: str
    tree: ast.Module

    @property
    def top(self) -> str:
        """The module of ARCHITECTURE.md it belongs to (`giving`), or "" for the package's own files."""
        parts = self.path.relative_to(PACKAGE).parts
        return parts[0] if len(parts) > 1 else ""

    def at(self, node: ast.AST, remark: object) -> str:
        """`file:line: remark`, as editors and terminals open it."""
        line = getattr(node, "lineno", 1)
        return f"{self.path.relative_to(ROOT)}:{line}: {remark}"


@dataclass(frozen=True)
class Import:
    """One name brought in: `from almoner.crm import contract` imports `almoner.crm.contract`."""

    node: ast.stmt
    target: str


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the package."""
    return tuple(_read(path) for path in sorted(PACKAGE.rglob("*.py")))


def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    name = ".".join(part for part in parts if part != "__init__")
    return Module(path, name, text, ast.parse(text, filename=str(path)))


def imports(module: Module) -> Iterator[Import]:
    """Every name the module imports, with its full path (relative imports are refused by the linter)."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (Import(node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (Import(node, f"{node.module}.{alias.name}") for alias in node.names)


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    yield from (
        node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, decorators aside."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def within(target: str, package: str) -> bool:
    """Whether a dotted name is the package or something in it."""
    return target == package or target.startswith(package + ".")


@cache
def repository_files() -> tuple[Path, ...]:
    """Files that are in the repository or would be added to it; without git, none."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    names = listing.stdout.decode().split("\0") if listing.returncode == 0 else []
    return tuple(path for path in (ROOT / name for name in names if name) if path.is_file())

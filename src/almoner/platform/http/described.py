"""What the fields of our shapes mean, in the words that stand under them in the source: each written once, where it is declared."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import msgspec


def structs_in(shapes: Iterable[Any]) -> list[type[msgspec.Struct]]:
    """Every struct that the types are made of, each once; one may contain itself."""
    found: dict[type[msgspec.Struct], None] = {}
    open_ = list(shapes)
    while open_:
        for struct in _structs(open_.pop()):
            if struct not in found:
                found[struct] = None
                open_ += get_type_hints(struct, include_extras=True).values()
    return list(found)


def field_words(struct: Any) -> dict[str, str]:
    """What is said of the fields of a struct, by their names on the wire; of one that it inherits where it comes from."""
    said: dict[str, str] = {}
    for base in reversed(struct.__mro__):
        if issubclass(base, msgspec.Struct) and base is not msgspec.Struct:
            said |= _words(base.__module__).get(base.__name__, {})
    return {spec.encode_name: said[spec.name] for spec in msgspec.structs.fields(struct) if spec.name in said}


def _structs(hint: Any) -> Iterator[type[msgspec.Struct]]:
    bare = get_origin(hint) or hint
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
        yield bare
    for inner in get_args(hint):
        yield from _structs(inner)


@cache
def _words(module: str) -> dict[str, dict[str, str]]:
    """The sentence under each annotated name, by class, of a module."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: dict(_sentences(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _sentences(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement, below in zip(node.body, node.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            text = below.value if isinstance(below, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield statement.target.id, " ".join(text.value.split())


_SOURCE = re.compile(r"\s*\([^()]*\.md[^()]*\)")


def without_sources(text: str | None) -> str:
    """A docstring without the places that its rules come from, which mean nothing to who calls."""
    return _SOURCE.sub("", inspect.cleandoc(text or ""))


def first_paragraph(text: str | None) -> str:
    """The first paragraph of a docstring as one line, without sources."""
    return " ".join(without_sources(text).partition("\n\n")[0].split())

"""What all parts are written with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

_DOCUMENT = re.compile(r"\bdocs/([\w-]+)/([\w-]+)\.md")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; a bar in a cell is escaped, a line break is a space."""
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)
        .replace("| --- ", "|---")
        .replace("---|", "---|")
    )


def _cell(value: object) -> str:
    return re.sub(r"\s+", " ", str(value)).strip().replace("|", "\\|")


def linked(text: str) -> str:
    """A text of the code with each document that it names as a link, seen from docs/reference."""
    return _DOCUMENT.sub(r"[\2](../\1/\2.md)", text).replace("(../reference/", "(")


def paragraphs(text: str | None) -> Iterator[str]:
    """The paragraphs of a docstring, each on one line."""
    for part in re.split(r"\n\s*\n", (text or "").strip()):
        if part:
            yield re.sub(r"\s+", " ", part)

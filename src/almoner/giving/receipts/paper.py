"""Prints what receipts and statements say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from almoner.platform.database import Tx, load_queries
from almoner.platform.pdf import Press

_queries = load_queries(__file__)

LAYOUT = Path(__file__).parent / "paper.typ"
PRESS = Press(LAYOUT)
"""Prints with the fonts that come along; a process that has a folder of more makes its own."""


def press_of(folder: str) -> Press:
    """What prints with the fonts of `folder` too (setting `receipt_fonts`)."""
    return Press(LAYOUT, Path(folder)) if folder else PRESS


async def with_logo(tx: Tx, paper: Mapping[str, Any]) -> dict[str, Any]:
    """What a paper says, with the picture that it named then."""
    digest = paper.get("logo")
    content = None if digest is None else await _queries.logo(tx, digest=digest)
    return {**paper, "logo": None if content is None else list(content)}


async def printed(
    press: Press, tx: Tx, paper: Mapping[str, Any], at: datetime, void: str | None = None
) -> bytes:
    """The PDF of what was said `at` then; the same whenever it is asked for. `void` is a line above it all: that it holds no more."""
    mark = None if void is None else f"{paper['voidWord']}: {void}"
    return await press.print({**await with_logo(tx, paper), "void": mark}, at)

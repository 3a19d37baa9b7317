"""Prints what receipts and statements say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from almoner.platform.database import Server, Tx, load_queries
from almoner.platform.pdf import Press

_queries = load_queries(__file__)

LAYOUT = Path(__file__).parent / "paper.typ"
PRESS = Press(LAYOUT)
"""Prints with the fonts that come along; a process that has a folder of more makes its own."""


def press_of(folder: str) -> Press:
    """What prints with the fonts of `folder` too (setting `receipt_fonts`)."""
    return Press(LAYOUT, Path(folder)) if folder else PRESS


async def logo_of(tx: Tx, paper: Mapping[str, Any]) -> bytes | None:
    """The picture that a paper named when it was said; None without one."""
    digest = paper.get("logo")
    return None if digest is None else await _queries.logo(tx, digest=digest)


class Logos:
    """The pictures of a batch of papers: each is read once, and no transaction stays open while one is printed."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, str], bytes | None] = {}

    async def of(self, server: Server, organization_id: int, paper: Mapping[str, Any]) -> bytes | None:
        """The picture of a paper of this organization."""
        digest = paper.get("logo")
        if digest is None:
            return None
        at = (organization_id, digest)
        if at not in self._found:
            async with server.tenant(organization_id) as tx:
                self._found[at] = await logo_of(tx, paper)
        return self._found[at]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a PDF says, all of it: it is read in a transaction and printed after that, for printing takes long.

    `at` is when it was said; `void` is a line above it all: that it holds no more.
    """

    paper: Mapping[str, Any]
    logo: bytes | None
    at: datetime
    void: str | None = None


async def printed(press: Press, sheet: Sheet) -> bytes:
    """The PDF of a sheet; the same whenever it is asked for."""
    mark = None if sheet.void is None else f"{sheet.paper['voidWord']}: {sheet.void}"
    picture = None if sheet.logo is None else list(sheet.logo)
    return await press.print({**sheet.paper, "logo": picture, "void": mark}, sheet.at)

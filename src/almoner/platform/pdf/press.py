"""Prints data through a layout as PDF (docs/decisions/0039-receipts.md).

What a layout prints comes in as JSON text and is set as text: nothing of it is read as markup, so it can neither read a file nor
fetch a package. The folder that a layout may read has nothing but the fonts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import local
from typing import Any

import msgspec
import typst

FONTS = Path(__file__).parent / "fonts"
"""The fonts that come along, with their licences; between them they have the letters of nearly every script that is written today."""


class Press:
    """Prints one layout. Compilers keep what they have read of the fonts, one for each thread; they run beside Python, not in its lock."""

    def __init__(self, layout: Path, further: Path | None = None, *, threads: int = 2) -> None:
        """`further` is a folder of more fonts, for letters that those of ours lack."""
        self._layout = layout.read_bytes()
        self._folders = [str(folder) for folder in (FONTS, further) if folder is not None]
        self._own = local()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="press")

    def print_now(self, data: Mapping[str, Any], at: datetime) -> bytes:
        """The PDF of `data`, which says `at` of itself when it was made; the same of the same.

        Raises `ValueError` when the layout cannot be set with it.
        """
        try:
            printed: Any = self._compiler().compile(
                input=self._layout,
                format="pdf",
                sys_inputs={"data": msgspec.json.encode(data).decode()},
                timestamp=int(at.timestamp()),
            )
        except typst.TypstError as error:
            raise ValueError(f"the document cannot be set: {error}") from error
        return bytes(printed)

    async def print(self, data: Mapping[str, Any], at: datetime) -> bytes:
        """The same in a thread of its own, so that nobody waits for it who does not ask for it."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.print_now, data, at)

    def _compiler(self) -> Any:
        if not hasattr(self._own, "compiler"):
            self._own.compiler = typst.Compiler(
                root=str(FONTS), font_paths=self._folders, ignore_system_fonts=True
            )
        return self._own.compiler

"""How a person calls this program here, so that every command it prints can be typed as it stands."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

NAME = "almoner"
CALLED_AS = "ALMONER_CALLED_AS"
"""The variable in which a script that passes calls on (`./dev`) says how it was called itself."""


@dataclass(slots=True)
class _Call:
    """What was said on this command line that another command needs too."""

    folder: Path | None = None


_call = _Call()


def called_with(folder: Path | None) -> None:
    """Remember the data folder that this call named; commands that are printed name it then."""
    _call.folder = folder


def program() -> str:
    """What a person types to call this program: `./dev`, `almoner`, or the path it was called by."""
    if called_as := os.environ.get(CALLED_AS):
        return quote(called_as)
    script = sys.argv[0]
    if Path(script).name != NAME or script == NAME or shutil.which(NAME) == script:
        return NAME
    return quote(script)


def typed(words: str) -> str:
    """The command `words` (`org list`) as it can be typed here, on the data folder of this call."""
    folder = "" if _call.folder is None else f" -d {quote(str(_call.folder))}"
    return f"{program()} {words}{folder}"

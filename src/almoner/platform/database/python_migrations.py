"""Migrations written in Python: loaded with what they compute with as it was when they were written."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from almoner.platform.database.connection import Connection
from almoner.platform.database.files import SqlFile

FROZEN = {
    "almoner.kernel.text": "almoner.platform.frozen.text_20261127",
    "almoner.platform.mailboxes": "almoner.platform.frozen.mailboxes_20261129",
}
"""What migrations imported before there was a frozen place, and where that stands as it was then: their own text must not change."""

_FROM = re.compile(r"^from (almoner[\w.]*) import", re.MULTILINE)


def frozen_text(file: SqlFile) -> str:
    """The text of a migration that imports nothing living."""
    return _FROM.sub(lambda found: f"from {FROZEN.get(found[1], found[1])} import", file.text)


def loaded(file: SqlFile) -> Callable[[Connection], Awaitable[None]]:
    """The function `migrate` of a migration written in Python."""
    names: dict[str, Any] = {"__name__": file.name, "__file__": str(file.path)}
    exec(compile(frozen_text(file), str(file.path), "exec", dont_inherit=True), names)  # noqa: S102 - a file of the package
    migrate: Callable[[Connection], Awaitable[None]] = names["migrate"]
    return migrate

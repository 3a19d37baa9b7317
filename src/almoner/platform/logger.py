"""Loggers that cost nothing until they log, and what a line may hold of an error."""

from __future__ import annotations

import traceback
from functools import cached_property
from importlib import import_module
from typing import Any

_FRAMES = 12


class Logger:
    """structlog's logger of a name. structlog is imported with the first line: most commands never log one."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        """`info`, `warning` and the other methods of structlog's logger."""
        return getattr(self._logger, method)

    @cached_property
    def _logger(self) -> Any:
        return import_module("structlog").get_logger(self._name)


def error_facts(error: BaseException) -> dict[str, Any]:
    """What a log line may hold of an error: its kind, its SQLSTATE if it has one, and where it arose.

    Never its text: messages of database errors quote values.
    """
    frames = [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    return {
        "kind": f"{type(error).__module__}.{type(error).__qualname__}",
        "sqlstate": getattr(error, "sqlstate", None),
        "where": frames[-_FRAMES:],
    }

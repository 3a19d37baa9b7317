"""Structured logs on standard error: for people in a terminal, as JSON for machines. No personal data goes in."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog

from almoner.platform.settings import Settings

_FRAMES = 12


def configure_logs(settings: Settings) -> None:
    """Send every log line of this process to standard error at `log_level`, in `log_format`."""
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    renderer: structlog.typing.Processor = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    if settings.log_format == "json":
        renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=max(level, logging.WARNING), stream=sys.stderr, force=True)


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

"""Structured logs on standard error: for people in a terminal, as JSON for machines. No personal data goes in."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from time import monotonic
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from almoner.platform.logger import error_facts
from almoner.platform.settings import Settings

REPEAT_SECONDS = 60.0
_REMEMBERED_MAX = 256


def configure_logs(settings: Settings) -> None:
    """Send every log line of this process to standard error at `log_level`, in `log_format`, one line each.

    So go the records of libraries (from WARNING on) and Python's warnings; of an error they hold what `error_facts` tells.
    """
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    renderer: Processor = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    if settings.log_format == "json":
        renderer = structlog.processors.JSONRenderer()
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _error_by_its_facts,
    ]
    structlog.configure(
        processors=[*common, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(OncePerMinute())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_of_a_library, *common],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)


class OncePerMinute(logging.Filter):
    """Lets a library's record through once a minute and place; the next one says how many were left out (`left_out`)."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._now = now
        self._told: dict[tuple[str, str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be told; those of one place and kind of error are alike, whatever they say."""
        kind = record.exc_info[0].__qualname__ if record.exc_info and record.exc_info[0] else ""
        key, now = (record.name, record.pathname, record.lineno, kind), self._now()
        told_at, left_out = self._told.get(key, (now - REPEAT_SECONDS, 0))
        if now - told_at < REPEAT_SECONDS:
            self._told[key] = told_at, left_out + 1
            return False
        if len(self._told) >= _REMEMBERED_MAX:
            self._told.clear()
        self._told[key] = now, 0
        record.left_out = left_out
        return True


def _of_a_library(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Its logger's name, and of what it says the first line: what asyncio appends below quotes the values of errors."""
    record: logging.LogRecord = event["_record"]
    event["event"] = str(event["event"]).partition("\n")[0]
    event["logger"] = record.name
    if left_out := getattr(record, "left_out", 0):
        event["left_out"] = left_out
    event.pop("stack_info", None)
    return event


def _error_by_its_facts(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The error that a line comes with, as one field and without its words."""
    told = event.pop("exc_info", None)
    if isinstance(told, tuple):
        told = told[1]
    elif told and not isinstance(told, BaseException):
        told = sys.exc_info()[1]
    if isinstance(told, BaseException):
        event["error"] = error_facts(told)
    return event

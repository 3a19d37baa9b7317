"""What a log line holds of an error: enough to find the place, nothing that it quotes."""

from __future__ import annotations

import asyncio
import json
import logging
import warnings
from collections.abc import Iterator

import asyncpg
import pytest
import structlog
from structlog.testing import capture_logs

from almoner.platform.http import RAISE
from almoner.platform.http.problems import problem_of
from almoner.platform.logger import error_facts
from almoner.platform.logs import OncePerMinute, configure_logs
from almoner.platform.settings import Settings

SECRET = "Ada Example"


def raised(error: Exception) -> Exception:
    """`error` as it is caught."""
    with pytest.raises(type(error)) as caught:
        fail_with(error)
    return caught.value


def fail_with(error: Exception) -> None:
    """Where errors arise."""
    raise error


def test_an_error_is_told_by_kind_state_and_place_and_not_by_its_words() -> None:
    facts = error_facts(raised(asyncpg.UniqueViolationError(f"Key (name)=({SECRET}) already exists.")))
    assert facts["kind"] == "asyncpg.exceptions.UniqueViolationError"
    assert facts["sqlstate"] == "23505"
    assert [frame.rpartition(" ")[2] for frame in facts["where"]] == ["raised", "fail_with"]
    assert SECRET not in repr(facts)


def test_an_error_without_a_state_or_a_place_is_told_too() -> None:
    assert error_facts(KeyError(SECRET)) == {"kind": "builtins.KeyError", "sqlstate": None, "where": []}


def test_a_deep_error_is_told_by_its_last_frames() -> None:
    def deep(levels: int) -> None:
        if not levels:
            raise ValueError(SECRET)
        deep(levels - 1)

    with pytest.raises(ValueError, match=SECRET) as caught:
        deep(40)
    where = error_facts(caught.value)["where"]
    assert 0 < len(where) < 40
    assert where[-1].endswith(" deep")


def test_workers_and_requests_tell_the_same_of_an_error() -> None:
    error = raised(KeyError(SECRET))
    with capture_logs() as lines:
        problem_of(error, RAISE)
    assert error_facts(error).items() <= lines[0].items()


def a_library_fails() -> None:
    """What libraries write when things go wrong: records with tracebacks, asyncio's reports, Python's warnings."""
    log = logging.getLogger("asyncpg.pool")
    for _ in range(5):
        log.warning("Failed to restore\n%s", SECRET, exc_info=KeyError(SECRET))
    loop = asyncio.new_event_loop()
    loop.call_exception_handler({"message": "never retrieved", "exception": ValueError(SECRET)})
    loop.close()
    warnings.warn(f"{SECRET} is old", ResourceWarning, stacklevel=2)
    structlog.get_logger("ours").error("ours", exc_info=KeyError(SECRET))


@pytest.fixture
def _as_before() -> Iterator[None]:
    """Logging as other tests have it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.mark.usefixtures("_as_before")
@pytest.mark.filterwarnings("default")
def test_what_libraries_log_goes_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(Settings(log_format="json"))
    a_library_fails()
    written = capsys.readouterr().err
    lines = [json.loads(line) for line in written.splitlines()]
    told = {line.get("logger", "ours"): line for line in lines}
    assert [line["event"] for line in lines[:2]] == ["Failed to restore", "never retrieved"], "once a minute"
    assert told["asyncpg.pool"]["error"]["kind"] == "builtins.KeyError"
    assert told["asyncio"]["error"]["kind"] == "builtins.ValueError"
    assert told["ours"]["error"]["kind"] == "builtins.KeyError"
    assert all(line["level"] in {"warning", "error"} and line["timestamp"] for line in lines)
    assert SECRET not in written.replace(f"{SECRET} is old", "")


def test_a_repeated_record_is_told_once_a_minute_with_how_many_there_were() -> None:
    seconds = [0.0]
    once = OncePerMinute(lambda: seconds[0])
    record = logging.LogRecord("pool", logging.WARNING, "pool.py", 1, "no connection %d", (), None)
    elsewhere = logging.LogRecord("pool", logging.WARNING, "pool.py", 2, "another", (), None)
    assert [once.filter(record), once.filter(elsewhere)] == [True, True]
    assert not any(once.filter(record) for _ in range(3))
    seconds[0] = 61.0
    assert once.filter(record)
    assert record.__dict__["left_out"] == 3

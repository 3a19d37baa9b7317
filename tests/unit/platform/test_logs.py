"""What a log line holds of an error: enough to find the place, nothing that it quotes."""

from __future__ import annotations

import asyncpg
import pytest
from structlog.testing import capture_logs

from almoner.platform.http import RAISE
from almoner.platform.http.problems import problem_of
from almoner.platform.logs import error_facts

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

"""What an error is told as."""

from __future__ import annotations

import asyncpg
import pytest

from almoner.platform.http.problems import RAISE, problem_of


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        TimeoutError(),
        asyncpg.InterfaceError("closed"),
        asyncpg.InternalClientError("ended in the middle of an answer"),
        asyncpg.AdminShutdownError("killed"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_database_that_went_away_is_unavailable_and_to_be_tried_again(error: Exception) -> None:
    problem = problem_of(error, RAISE)
    assert (problem.status, problem.headers["Retry-After"]) == (503, "1")


def test_a_value_that_asyncpg_cannot_send_is_a_mistake_of_ours() -> None:
    assert problem_of(asyncpg.DataError("a float for an amount"), RAISE).status == 500


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (asyncpg.DiskFullError("x"), "no room"),
        (asyncpg.OutOfMemoryError("x"), "no room"),
        (asyncpg.TooManyConnectionsError("x"), "no room"),
        (asyncpg.DeadlockDetectedError("x"), "Somebody else holds"),
        (asyncpg.SerializationError("x"), "Somebody else holds"),
        (asyncpg.LockNotAvailableError("x"), "Somebody else holds"),
    ],
)
def test_what_passes_is_unavailable_and_to_be_tried_again(error: Exception, text: str) -> None:
    problem = problem_of(error, RAISE)
    assert (problem.status, problem.headers["Retry-After"]) == (503, "1")
    assert text in problem.message


def test_a_file_of_ours_that_is_missing_is_no_trouble_of_the_database() -> None:
    assert problem_of(FileNotFoundError("template"), RAISE).status == 500

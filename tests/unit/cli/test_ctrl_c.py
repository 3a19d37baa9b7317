"""A command that is interrupted ends as interrupted, whatever became of what it was at."""

from __future__ import annotations

import asyncio
import signal

import asyncpg
import pytest
import typer

from almoner.cli.output import INTERRUPTED, UNAVAILABLE, run


async def _interrupted_in_a_statement() -> None:
    signal.raise_signal(signal.SIGINT)
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        raise asyncpg.QueryCanceledError("canceling statement due to user request") from None


async def _called_back() -> None:
    raise asyncpg.QueryCanceledError("canceling statement due to user request")


def test_a_statement_that_was_called_back_for_it_is_no_trouble_of_the_database() -> None:
    with pytest.raises(typer.Exit) as ended:
        run(_interrupted_in_a_statement())
    assert ended.value.exit_code == INTERRUPTED


def test_one_that_somebody_else_called_back_is() -> None:
    with pytest.raises(typer.Exit) as ended:
        run(_called_back())
    assert ended.value.exit_code == UNAVAILABLE

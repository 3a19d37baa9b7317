"""`almoner gift refund`: what went back, and what a processor that refuses says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from typer.testing import CliRunner

from almoner.main import app
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def refund(dsn: str, *words: str) -> Any:
    """The command on this database."""
    env = {"ALMONER_DATABASE_URL": dsn, "COLUMNS": "140"}
    return await asyncio.to_thread(CliRunner().invoke, app, ["gift", "refund", *words], env=env)


async def test_a_part_goes_back(own_house: House, dsn: str) -> None:
    gift = await own_house.tenant.give(10)
    answer = await refund(dsn, str(gift["id"]), "--amount", "4")
    assert answer.exit_code == 0 and "done, $4.00. The money went back to the donor." in answer.stdout


async def test_a_refusal_says_whose_it_is_and_that_nothing_went(own_house: House, dsn: str) -> None:
    gift = await own_house.tenant.give(10, paymentMethodId="tok_refund_refused")
    answer = await refund(dsn, str(gift["id"]))
    assert answer.exit_code == 1
    assert (
        "The processor refused the refund, and nothing went back. It says: The card was closed."
        in answer.stderr
    )

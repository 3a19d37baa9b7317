"""`almoner payments list`: what became of each payment, for people and for scripts."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from typer.testing import CliRunner

from almoner.main import app
from tests.support.house import House, give_body

pytestmark = pytest.mark.anyio


def almoner(dsn: str, *words: str) -> Any:
    """A command on this database."""
    return CliRunner().invoke(
        app, ["payments", "list", *words], env={"ALMONER_DATABASE_URL": dsn, "COLUMNS": "140"}
    )


async def test_payments_are_told_with_their_gifts_and_reasons(own_house: House, dsn: str) -> None:
    gift = await own_house.tenant.give(12.5)
    declined = {**give_body(7), "paymentMethodId": "tok_declined"}
    await own_house.tenant.raise_.call("POST", "/raise/api/Raise/give", json=declined)
    told = await asyncio.to_thread(almoner, dsn, "--json")
    document = json.loads(told.stdout)
    assert [(one["state"], one["giftId"], one["amount"]) for one in document["items"]] == [
        ("declined", None, 7.0),
        ("stored", gift["id"], 12.5),
    ]
    assert document["items"][0]["detail"] == "Card declined"
    assert document["items"][1]["transactionId"] == gift["transactionId"]
    assert {(one["state"], one["payments"], one["amount"]) for one in document["totals"]} == {
        ("declined", 1, 7.0),
        ("stored", 1, 12.5),
    }
    text = (await asyncio.to_thread(almoner, dsn, "--state", "declined")).stdout
    assert "Card declined" in text, text
    assert "1 of 1." in text and gift["transactionId"] not in text


async def test_a_state_that_is_none_is_refused_with_the_choices(own_house: House, dsn: str) -> None:
    answer = await asyncio.to_thread(almoner, dsn, "--state", "paid")
    assert answer.exit_code == 2
    assert "'paid' is none of asked, stored" in answer.output
    assert "No gateway was asked" in (await asyncio.to_thread(almoner, dsn)).stdout

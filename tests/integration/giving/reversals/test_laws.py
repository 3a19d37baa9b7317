"""Whatever goes back of gifts in whatever order: never more than was given, parts sum, the status follows, figures are what a count gives."""

from __future__ import annotations

import os
import random
from contextlib import suppress
from typing import Any

import pytest

from almoner.kernel.errors import Conflict, Invalid
from tests.integration.giving.reversals.test_refunds import SPLIT, wells
from tests.integration.giving.reversals.world import Returns

pytestmark = pytest.mark.anyio

SEED = int(os.environ.get("ALMONER_SEED", "1"))
STEPS = 60
STATES = {"refund": ("pending", "done", "failed"), "dispute": ("open", "won", "lost"), "failure": ("done",)}


def status_of(gift: Any, reversals: list[Any]) -> str:
    """The status that a gift has by what went back of it."""
    gone = [one for one in reversals if one["state"] in ("done", "open", "lost")]
    if any(one["kind"] == "failure" for one in gone):
        return "Failed"
    for state, text in (("open", "Disputed"), ("lost", "ChargeBack")):
        if any(one["state"] == state for one in gone):
            return text
    whole = sum(one["amount"] for one in gone)
    return "Refunded" if whole == gift["amount"] else "PartiallyRefunded" if whole else "Approved"


async def step(returns: Returns, gift: Any, chance: random.Random) -> None:
    """Something goes back of a gift, or is said to: of now and then more than there is."""
    if chance.random() < 0.5:
        body: dict[str, Any] = {"amount": chance.choice([0.01, 0.5, 1, 2.33, 11])}
        if chance.random() < 0.4:
            body = {"projects": [{"code": chance.choice(["GENERAL", "WELLS"]), **body}]}
        with suppress(Invalid, Conflict):
            await returns.refund(gift.id, **body)
        return
    kind = chance.choices(list(STATES), (8, 8, 1))[0]
    named = gift.transaction_id if kind == "failure" else f"{kind} {chance.randint(1, 3)} of {gift.id}"
    state = chance.choice(STATES[kind])
    await returns.say(kind, state, gift, chance.choice([1, 150, 1000]), named=named)


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
async def test_no_sequence_takes_back_more_than_was_given(returns: Returns, seed: int) -> None:
    chance = random.Random(seed)
    await wells(returns)
    gifts = [(await returns.give(None, projects=SPLIT)).gift for _ in range(6)]
    for _ in range(STEPS):
        await step(returns, chance.choice(gifts), chance)
    for gift in gifts:
        told, reversals = await returns.gift(gift.id), await returns.reversals(gift.id)
        assert 0 <= told["reversedAmount"] <= told["amount"]
        assert told["statusText"] == status_of(told, reversals), seed
        taken = [one for one in reversals if one["state"] in ("asked", "done", "open", "lost")]
        if any(one["processorAmount"] for one in taken):
            # Who took more than was left has it all by now.
            assert sum(one["amount"] for one in taken) == pytest.approx(told["amount"])
        assert told["reversedAmount"] == pytest.approx(
            sum(one["amount"] for one in reversals if one["state"] in ("done", "open", "lost"))
        )
        for one in reversals:
            parts = [float(part["amount"].strip("$")) for part in one["projects"]]
            assert sum(parts) == pytest.approx(one["amount"])
    assert len({(await returns.gift(gift.id))["statusText"] for gift in gifts}) > 1
    await returns.exact()

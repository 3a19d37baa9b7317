"""Merges, partings, transfers, corrections, refunds, erasures and gifts of three donors at once: nobody waits in a ring, and figures are exact."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from tests.support.figures import wrong_figures
from tests.support.house import House, give_body

pytestmark = pytest.mark.anyio

HANDS = 40

Call = tuple[str, str, dict[str, Any]]


def call_of(chance: random.Random, gifts: list[int], donors: list[int], seed: int) -> Call:
    """One of what hands do to these gifts and donors."""
    gift, (donor, other) = chance.choice(gifts), chance.sample(donors, 2)
    calls: list[Call] = [
        ("POST", f"Gift/{gift}/transfer", {"donorId": donor}),
        ("POST", f"Gift/{gift}/refund", {"amount": chance.randint(10, 60)}),
        ("PATCH", f"Gift/{gift}", {"amount": chance.randint(60, 200)}),
        ("POST", f"Donor/{donor}/merge", {"duplicateId": other}),
        ("POST", f"Donor/{donor}/unmerge", {}),
        ("POST", "Raise/give", give_body(5, f"{seed}.{chance.randrange(3)}@example.org")),
    ]
    if chance.random() < 0.05:
        return "POST", f"Donor/{donor}/erasure", {"confirmedDonorId": donor}
    return chance.choice(calls)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_to_donors_at_once_is_answered(house: House, seed: int) -> None:
    tenant, chance = house.tenant, random.Random(seed)
    given = [await tenant.give(100, f"{seed}.{n}@example.org") for n in range(3)]
    gifts, donors = [gift["id"] for gift in given], [gift["donorId"] for gift in given]
    calls = [call_of(chance, gifts, donors, seed) for _ in range(HANDS)]
    answers = await asyncio.gather(
        *(tenant.raise_.call(method, f"/raise/api/{path}", json=body) for method, path, body in calls)
    )
    wrong = [
        (path, answer.status_code, answer.text)
        for (_, path, _), answer in zip(calls, answers, strict=True)
        if answer.status_code >= 500
    ]
    assert wrong == []
    await house.settle()
    assert await wrong_figures(house.app.db, tenant.id) == []

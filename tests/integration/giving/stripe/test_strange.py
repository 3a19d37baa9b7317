"""Notices that no Stripe would send, signed as if it had: refused, and nothing else stops for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.giving.stripe.world import StripeWorld

pytestmark = pytest.mark.anyio

EVENT: dict[str, Any] = {
    "id": "evt_1",
    "type": "charge.refunded",
    "created": 1_790_000_000,
    "livemode": True,
    "data": {"object": {"object": "charge", "id": "ch_1", "payment_intent": "pi_x"}},
}


def about(**more: Any) -> dict[str, Any]:
    """The event with another object."""
    return {"data": {"object": {"object": "charge", "id": "ch_1", **more}}}


STRANGE: list[Any] = [
    [],
    "x",
    None,
    {},
    EVENT | {"data": None},
    EVENT | {"data": {"object": "x"}},
    EVENT | {"data": {"object": []}},
    EVENT | {"created": -(10**18)},
    EVENT | {"created": 10**30},
    EVENT | {"created": 1e308},
    EVENT | {"created": "x"},
    EVENT | {"id": "evt_\0"},
    EVENT | {"id": "evt_" + "x" * 100_000},
    EVENT | about(id="ch_\0"),
    EVENT | about(payment_intent=["pi"]),
    EVENT | about(payment_intent={"no": 1}),
    EVENT | about(payment_intent=5),
    EVENT | {"data": {"object": {"object": "payment_intent"}}},
]


@pytest.mark.parametrize("n", range(len(STRANGE)))
async def test_what_is_no_event_is_refused(world: StripeWorld, n: int) -> None:
    body = json.dumps(STRANGE[n]).encode()
    assert await world.notice(body, world.fake.sign(body)) == 400
    assert await world.rows("SELECT id FROM giving.stripe_event") == []


@pytest.mark.parametrize("body", [b"{", b"", b"[" * 100_000, b'"\\ud800"'])
async def test_what_is_no_json_is_refused(world: StripeWorld, body: bytes) -> None:
    assert await world.notice(body, world.fake.sign(body)) == 400


@pytest.mark.parametrize(
    "header", ["", "t=,v1=", "t=x,v1=x", "v1=a", "t=" + "9" * 400 + ",v1=a", "t=1" * 5000, "t=-1,v1=a"]
)
async def test_a_signature_that_is_none_is_refused(world: StripeWorld, header: str) -> None:
    assert 400 <= await world.notice(json.dumps(EVENT).encode(), header) < 500


async def test_a_signature_of_long_before_time_is_refused(world: StripeWorld) -> None:
    body = json.dumps(EVENT).encode()
    assert 400 <= await world.notice(body, world.fake.sign(body, at=-(10**18))) < 500


async def test_an_event_that_cannot_be_read_keeps_no_other_from_being_caught_up_with(
    world: StripeWorld,
) -> None:
    given = await world.give()
    world.fake.books.open_dispute(given.gift.transaction_id)
    world.fake.books.outbox.clear()  # no notice comes
    strange = world.fake.books.events[-1] | {"id": "evt_strange\0"}
    world.fake.books.events.insert(len(world.fake.books.events) - 1, strange)
    await world.now("stripe_account")
    assert await world.stripe.catch_up(world.tenant.id, seconds=600)
    await world.act()
    assert await world.reversals(given.gift.id) == ["dispute open 10"]

"""What Stripe tells on many pages is stored page by page, and read on where it was left."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from almoner.giving.stripe import events
from almoner.giving.stripe.rules import KINDS
from tests.integration.giving.stripe.world import StripeWorld

pytestmark = pytest.mark.anyio


@pytest.fixture
async def pages(world: StripeWorld, monkeypatch: pytest.MonkeyPatch) -> StripeWorld:
    """Two things are told on a page."""
    monkeypatch.setattr(events, "PAGE", 2)
    return world


class Cut:
    """The way to Stripe ends after so many pages of a list; what was asked for is kept."""

    def __init__(self, world: StripeWorld, path: str, pages: int) -> None:
        self.asked: list[str | None] = []
        self.pages, self._path, self._answer = pages, path, world.fake.answer
        world.accounts._http._client = httpx.AsyncClient(transport=httpx.MockTransport(self))

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(self._path):
            self.asked.append(request.url.params.get("starting_after"))
            if len(self.asked) > self.pages:
                return httpx.Response(402, json={"error": {"type": "card_error", "message": "cut"}})
        return await self._answer(request)


async def paid_out(world: StripeWorld) -> dict[str, Any]:
    """Three gifts went to the bank."""
    for n in range(3):
        await world.give(key=f"gift {n}")
    return world.fake.books.pay_out()


async def test_a_payout_is_read_on_where_it_was_left(pages: StripeWorld) -> None:
    payout = await paid_out(pages)
    only(pages, "payout.paid")
    cut = Cut(pages, "/balance_transactions", 1)
    await pages.hear()
    stored = await pages.rows("SELECT transaction_id FROM giving.stripe_entry")
    (event,) = await pages.rows("SELECT state, looks, read_upto FROM giving.stripe_event")
    assert len(stored) == 2 and event["state"] == "waiting"
    assert event["read_upto"] in {row["transaction_id"] for row in stored}
    cut.pages = 9
    await pages.act()
    assert cut.asked == [None, event["read_upto"], event["read_upto"]], "no page is read twice"
    async with pages.house.app.db.tenant(pages.tenant.id) as tx:
        (told,) = await events.list_payouts(tx, 10)
    assert (told["entries"], told["net_minor"]) == (4, payout["amount"])


async def test_a_long_payout_lets_others_have_their_turn(
    pages: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PAGES_AT_ONCE", 1)
    monkeypatch.setattr(events, "LOOKS_MAX", 1)
    await paid_out(pages)
    only(pages, "payout.paid")
    await pages.hear()
    assert len(await pages.rows("SELECT 1 FROM giving.stripe_entry")) == 2
    await pages.act()
    (event,) = await pages.rows("SELECT state FROM giving.stripe_event")
    assert (event["state"], len(await pages.rows("SELECT 1 FROM giving.stripe_entry"))) == ("acted", 4)


@pytest.mark.parametrize("end", ["created", "updated", "failed", "canceled"])
async def test_lines_are_read_once_stripe_knows_them_all(pages: StripeWorld, end: str) -> None:
    payout = await paid_out(pages)
    pages.fake.books.tell(f"payout.{end}", payout)
    only(pages, f"payout.{end}")
    before = pages.fake.calls["GET balance_transactions"]
    await pages.hear()
    assert len(await pages.rows("SELECT 1 FROM giving.stripe_payout")) == 1
    assert pages.fake.calls["GET balance_transactions"] == before


async def test_events_that_were_lost_are_read_on_where_they_were_left(pages: StripeWorld) -> None:
    await paid_out(pages)
    await pages.hear(lost=1)
    await pages.now("stripe_account")
    cut = Cut(pages, "/events", 1)
    with pytest.raises(Exception, match="cut"):
        await pages.stripe.catch_up(pages.tenant.id, seconds=600)
    stored = await pages.rows("SELECT event_id FROM giving.stripe_event ORDER BY id")
    assert len(stored) == 2
    cut.pages = 99
    await pages.now("stripe_account")
    assert await pages.stripe.catch_up(pages.tenant.id, seconds=600)
    assert cut.asked[:2] == [None, cut.asked[2]] and cut.asked[2] in {row["event_id"] for row in stored}
    wanted = {one["id"] for one in pages.fake.books.events if one["type"] in KINDS}
    assert {row["event_id"] for row in await pages.rows("SELECT event_id FROM giving.stripe_event")} == wanted
    assert await pages.stripe.catch_up(pages.tenant.id, seconds=600), "time went on since it was asked"
    assert not await pages.stripe.catch_up(pages.tenant.id, seconds=600), "it is not due again"


async def test_a_place_that_stripe_knows_no_more_is_forgotten(pages: StripeWorld) -> None:
    await paid_out(pages)
    await pages.hear(lost=1)
    async with pages.house.app.db.tenant(pages.tenant.id) as tx:
        await tx.conn.execute(
            "UPDATE giving.stripe_account SET asked_upto = now(), read_upto = 'evt_of_before'"
        )
    await pages.now("stripe_account")
    with pytest.raises(Exception, match="No such event"):
        await pages.stripe.catch_up(pages.tenant.id, seconds=600)
    await pages.now("stripe_account")
    assert await pages.stripe.catch_up(pages.tenant.id, seconds=600)
    assert len(await pages.rows("SELECT 1 FROM giving.stripe_event")) > 2


def only(world: StripeWorld, kind: str) -> None:
    """Stripe tells of nothing else."""
    world.fake.books.outbox = [one for one in world.fake.books.outbox if one["type"] == kind]

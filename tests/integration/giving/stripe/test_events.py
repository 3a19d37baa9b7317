"""What Stripe says happened: signed, stored once, acted on as things stand, in whatever order it comes."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe

from almoner.giving.stripe import events
from almoner.giving.stripe.errors import NotSigned
from almoner.kernel.errors import BadRequest, NotFound
from tests.integration.giving.stripe.world import ASKS, DEBIT, VISA, StripeWorld

pytestmark = pytest.mark.anyio


async def kept(world: StripeWorld) -> dict[str, str]:
    """The state of each event by its kind."""
    rows = await world.rows("SELECT kind, state FROM giving.stripe_event ORDER BY id")
    return {row["kind"]: row["state"] for row in rows}


def event(world: StripeWorld, kind: str = "customer.updated", **more: Any) -> bytes:
    """An event about a customer, unless `more` says otherwise."""
    about = {"id": "cus_1", "object": "customer", "email": "ada@example.org"}
    told = {"id": "evt_x", "object": "event", "type": kind, "created": world.fake.now(), "livemode": True}
    return json.dumps({**told, "data": {"object": about}, **more}).encode()


async def test_a_notice_comes_by_http_and_is_acted_on_once(world: StripeWorld) -> None:
    given = await world.give()
    world.fake.books.open_dispute(given.gift.transaction_id)
    (notice,) = [one for one in world.fake.books.outbox if one["type"] == "charge.dispute.created"]
    body = json.dumps(notice).encode()
    assert [await world.notice(body, world.fake.sign(body)) for _ in range(3)] == [200, 200, 200]
    await world.act()
    assert await world.reversals(given.gift.id) == ["dispute open 10"]
    assert await kept(world) == {"charge.dispute.created": "acted"}


async def test_an_unsigned_old_or_foreign_notice_is_refused(world: StripeWorld) -> None:
    body, now = event(world), world.fake.now()
    foreign = stripe.WebhookSignature.generate_signature_header(body.decode(), "whsec_other", now)
    for signature in (
        "",
        "nonsense",
        "t=1",
        foreign,
        world.fake.sign(body, now - 400),
        world.fake.sign(body, now + 400),
    ):
        assert await world.notice(body, signature) == 400
    assert await world.notice(body + b" ", world.fake.sign(body)) == 400
    assert await world.notice(b"\xff", world.fake.sign(body)) == 400
    assert await kept(world) == {}
    assert await world.notice(body, world.fake.sign(body, now - 200)) == 200


async def test_another_organization_cannot_be_spoken_for(world: StripeWorld) -> None:
    body = event(world)
    other = await world.house.another_tenant()
    for id_ in (other.id, 1 << 40):
        with pytest.raises(NotSigned):
            await world.stripe.receive(id_, body, world.fake.sign(body))


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"no",
        b'{"data":{"object":{}}}',
        b'{"id":1,"type":2,"created":3,"livemode":true,"data":{"object":{"object":"x"}}}',
    ],
)
async def test_a_signed_body_that_is_no_event_is_refused(world: StripeWorld, body: bytes) -> None:
    with pytest.raises(BadRequest):
        await world.stripe.receive(world.tenant.id, body, world.fake.sign(body))


async def test_what_nothing_is_done_about_is_counted_and_nothing_personal_is_kept(world: StripeWorld) -> None:
    body, test = event(world), event(world, "refund.created", id="evt_y", livemode=False)
    for one in (body, test):
        await world.stripe.receive(world.tenant.id, one, world.fake.sign(one))
    assert await kept(world) == {"customer.updated": "ignored", "refund.created": "ignored"}
    (row,) = await world.rows(
        "SELECT e.*::text AS row FROM giving.stripe_event e WHERE kind = 'customer.updated'"
    )
    assert "ada" not in row["row"]


async def test_a_dispute_won_whatever_comes_first(world: StripeWorld) -> None:
    given = await world.give()
    dispute = world.fake.books.open_dispute(given.gift.transaction_id)
    assert dispute is not None
    world.fake.books.end_dispute(dispute["id"], wins=True)
    await world.hear()
    assert await world.reversals(given.gift.id) == ["dispute won 10"]
    assert (await world.tenant.raise_.get(f"/raise/api/Gift/{given.gift.id}"))["amount"] == 10


@pytest.mark.parametrize("wins", [True, False])
async def test_a_dispute_is_opened_then_decided(world: StripeWorld, wins: bool) -> None:
    given = await world.give()
    dispute = world.fake.books.open_dispute(given.gift.transaction_id)
    assert dispute is not None
    await world.hear()
    assert await world.reversals(given.gift.id) == ["dispute open 10"]
    world.fake.books.end_dispute(dispute["id"], wins=wins)
    await world.hear()
    assert await world.reversals(given.gift.id) == [f"dispute {'won' if wins else 'lost'} 10"]


async def test_a_refund_made_at_stripe_comes_here(world: StripeWorld) -> None:
    given = await world.give()
    world.fake.books.create_refund({"payment_intent": given.gift.transaction_id, "amount": "400"})
    await world.hear()
    assert await world.reversals(given.gift.id) == ["refund done 4"]


async def test_a_refund_that_pends_arrives_or_fails_later(world: StripeWorld) -> None:
    given = await world.give()
    world.fake.refunds_pend = True
    await world.refund(given.gift.id, 3, "a")
    await world.refund(given.gift.id, 4, "b")
    await world.hear()
    assert await world.reversals(given.gift.id) == ["refund asked 3", "refund asked 4"]
    latest, first = world.fake.books.all("re_")
    world.fake.books.end_refund(first["id"], fails=False)
    world.fake.books.end_refund(latest["id"], fails=True)
    await world.hear()
    assert await world.reversals(given.gift.id) == ["refund done 3", "refund failed 4"]
    assert world.fake.books.kept_of(given.gift.transaction_id) == 700


async def test_a_bank_debit_fails_days_later(world: StripeWorld) -> None:
    given = await world.give(DEBIT)
    assert given.gift.payment_type == "EFT"
    await world.hear()
    world.fake.books.end_debit(given.gift.transaction_id, fails=True)
    await world.hear()
    assert await world.reversals(given.gift.id) == ["failure done 10"]


async def test_a_bank_debit_that_is_paid_stays(world: StripeWorld) -> None:
    given = await world.give(DEBIT)
    world.fake.books.end_debit(given.gift.transaction_id, fails=False)
    await world.hear()
    assert await world.reversals(given.gift.id) == []
    (entry,) = await world.rows(
        "SELECT payment_id, amount_minor, fee_minor, net_minor FROM giving.stripe_entry"
    )
    assert entry == {
        "payment_id": given.gift.transaction_id,
        "amount_minor": 1000,
        "fee_minor": 59,
        "net_minor": 941,
    }


async def test_a_decline_or_what_was_called_off_makes_no_word(world: StripeWorld) -> None:
    with pytest.raises(Exception, match="declined"):
        await world.give("pm_card_visa_chargeDeclined")
    with pytest.raises(Exception, match="confirm"):
        await world.give(ASKS, "two")
    (waiting, _) = world.fake.books.all("pi_")
    world.fake.books.answer_bank(waiting["id"], confirms=True)
    await world.sweep()
    await world.hear()
    assert await world.rows("SELECT 1 FROM giving.processor_word") == []
    assert set((await kept(world)).values()) == {"acted", "ignored"}


async def test_an_event_of_a_payment_whose_gift_is_being_stored_waits_for_it(world: StripeWorld) -> None:
    with pytest.raises(Exception, match="confirm"):
        await world.give(ASKS)
    (intent,) = world.fake.books.all("pi_")
    world.fake.books.answer_bank(intent["id"], confirms=True)
    world.fake.books.open_dispute(intent["id"])
    await world.hear()
    assert (await kept(world))["charge.dispute.created"] == "waiting"
    given = await world.give(ASKS)
    await world.act()
    assert await world.reversals(given.gift.id) == ["dispute open 10"]


async def test_what_was_paid_at_stripe_by_somebody_else_is_none_of_ours(world: StripeWorld) -> None:
    intent = world.fake.books.create_intent(
        {"payment_method": "pm_card_visa", "amount": "1000", "currency": "usd"}
    )
    world.fake.books.open_dispute(intent["id"])
    await world.hear()
    assert (await kept(world))["charge.dispute.created"] == "ignored"


async def test_notices_that_never_came_are_asked_for(world: StripeWorld) -> None:
    given = await world.give()
    world.fake.books.open_dispute(given.gift.transaction_id)
    await world.hear(lost=1)
    assert await world.reversals(given.gift.id) == []
    await world.now("stripe_account")
    assert await world.stripe.catch_up(world.tenant.id, seconds=600)
    await world.act()
    assert await world.reversals(given.gift.id) == ["dispute open 10"]
    assert not await world.stripe.catch_up(world.tenant.id, seconds=600), "it is not due again"


async def test_a_payout_is_kept_with_its_lines_and_fees(world: StripeWorld) -> None:
    given, other = await world.give(), await world.give(key="two", amount=25)
    await world.refund(given.gift.id, 4)
    payout = world.fake.books.pay_out()
    await world.hear()
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        (kept_payout,) = await events.list_payouts(tx, 10)
    assert (
        kept_payout["amount_minor"]
        == kept_payout["net_minor"]
        == payout["amount"]
        == 1000 - 59 - 400 + 2500 - 103
    )
    assert (kept_payout["fee_minor"], kept_payout["entries"], kept_payout["state"]) == (162, 4, "paid")
    lines = await world.rows(
        "SELECT kind, payment_id, net_minor FROM giving.stripe_entry WHERE kind <> 'payout' ORDER BY net_minor"
    )
    ours = given.gift.transaction_id, given.gift.transaction_id, other.gift.transaction_id
    assert [line["payment_id"] for line in lines] == [*ours]


async def test_an_event_that_stripe_does_not_explain_is_seen_and_can_be_replayed(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = await world.give()
    world.fake.books.open_dispute(given.gift.transaction_id)
    monkeypatch.setattr(events, "LOOKS_MAX", 2)
    monkeypatch.setattr(world.fake, "secret_key", "sk_live_changed")
    world.fake.books.outbox = [
        one for one in world.fake.books.outbox if one["type"] == "charge.dispute.created"
    ]
    await world.hear()
    await world.act()
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        (failed,) = await events.list_events(tx, ["failed"], 10)
        assert "AuthenticationError" in failed["detail"]
        with pytest.raises(NotFound):
            await events.replay(tx, "evt_nobody")
        assert await events.replay(tx, None) == 1
    monkeypatch.undo()
    await world.act()
    assert await world.reversals(given.gift.id) == ["dispute open 10"]
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        assert await events.replay(tx, failed["event_id"]) == 1
    await world.act()
    assert await world.reversals(given.gift.id) == ["dispute open 10"]


async def test_an_event_that_breaks_the_look_is_counted_and_fails_in_the_end(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = await world.give()
    world.fake.books.open_dispute(given.gift.transaction_id)
    (dispute,) = world.fake.books.all("dp_")
    amount = dispute.pop("amount")
    monkeypatch.setattr(events, "LOOKS_MAX", 2)
    await world.hear()
    assert (await kept(world))["charge.dispute.created"] == "waiting"
    await world.act()
    rows = await world.rows("SELECT state, detail FROM giving.stripe_event WHERE kind LIKE 'charge.dispute%'")
    assert {(row["state"], row["detail"]) for row in rows} == {
        ("failed", "It could not be acted on: KeyError.")
    }
    dispute["amount"] = amount
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        await events.replay(tx, None)
    await world.act()
    assert await world.reversals(given.gift.id) == ["dispute open 10"]


async def test_a_stripe_that_does_not_end_its_answer_is_a_look_that_counts(world: StripeWorld) -> None:
    given = await world.give()
    world.fake.books.open_dispute(given.gift.transaction_id)
    await world.fake.send_notices(lambda body, signature: take(world, body, signature))
    (row,) = await world.rows("SELECT id FROM giving.stripe_event WHERE kind = 'charge.dispute.created'")
    world.fake.slow_seconds = 1e6
    assert await world.stripe.settle(world.tenant.id, row["id"], lease_seconds=0.2)
    (row,) = await world.rows(f"SELECT state, detail, looks FROM giving.stripe_event WHERE id = {row['id']}")
    assert row == {"state": "waiting", "detail": "It could not be acted on: TimeoutError.", "looks": 1}


async def take(world: StripeWorld, body: bytes, signature: str) -> int:
    """A notice is stored."""
    await world.stripe.receive(world.tenant.id, body, signature)
    return 200


async def test_a_database_that_is_away_says_nothing_of_an_event(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = await world.give()
    world.fake.books.open_dispute(given.gift.transaction_id)
    await world.fake.send_notices(lambda body, signature: take(world, body, signature))
    (row,) = await world.rows("SELECT id FROM giving.stripe_event WHERE kind = 'charge.dispute.created'")

    async def away(*_: Any) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(events, "processor_said", away)
    with pytest.raises(ConnectionResetError):
        await world.stripe.settle(world.tenant.id, row["id"], lease_seconds=60)
    (row,) = await world.rows(f"SELECT state, detail FROM giving.stripe_event WHERE id = {row['id']}")
    assert row == {"state": "waiting", "detail": None}


async def test_metadata_of_another_program_is_none_of_ours(world: StripeWorld) -> None:
    params = {
        "payment_method": "pm_card_visa",
        "amount": "1000",
        "currency": "usd",
        "metadata[almoner_key]": "theirs",
    }
    intent = world.fake.books.create_intent(params)
    world.fake.books.open_dispute(intent["id"])
    await world.hear()
    assert (await kept(world))["charge.dispute.created"] == "ignored"


async def test_a_debit_that_failed_cannot_be_paid_once_more(world: StripeWorld) -> None:
    await world.give(DEBIT)
    (intent,) = world.fake.books.all("pi_")
    world.fake.books.end_debit(intent["id"], fails=True)
    await world.hear()
    await world.sweep()
    assert intent["status"] == "canceled"
    assert await world.rows("SELECT state, given_back FROM giving.payment_intent") == [
        {"state": "stored", "given_back": [intent["id"]]}
    ]


@pytest.mark.parametrize("comes_back", [False, True])
async def test_what_is_paid_after_a_debit_failed_is_given_back(world: StripeWorld, comes_back: bool) -> None:
    """The page confirms the same intent with a card before it was called off: its gift is given no more."""
    given = await world.give(DEBIT)
    (intent,) = world.fake.books.all("pi_")
    world.fake.books.end_debit(intent["id"], fails=True)
    await world.hear()
    world.fake.books.pay_again(intent["id"], VISA)
    await world.hear()
    await world.sweep()
    if comes_back:
        (refund,) = world.fake.books.all("re_")
        world.fake.books.end_refund(refund["id"], fails=True)
        assert world.fake.books.kept_of(intent["id"]) == 1000
        await world.hear()
        await world.sweep()
    assert await world.reversals(given.gift.id) == ["failure done 10"]
    assert world.fake.books.kept_of(intent["id"]) == 0


async def test_a_card_that_was_declined_before_another_paid_keeps_its_gift(world: StripeWorld) -> None:
    """A debit failed, and the page paid the same intent by a card before anybody heard: the gift is paid."""
    given = await world.give(DEBIT)
    (intent,) = world.fake.books.all("pi_")
    world.fake.books.end_debit(intent["id"], fails=True)
    world.fake.books.pay_again(intent["id"], VISA)
    await world.hear()
    await world.sweep()
    assert await world.reversals(given.gift.id) == []
    assert world.fake.books.kept_of(intent["id"]) == 1000

"""Payments through Stripe: taken, declined, confirmed by the donor, called off, and by the right account."""

from __future__ import annotations

import asyncio

import httpx
import pytest
import stripe

from almoner.giving.give.errors import Unconfirmed
from almoner.giving.give.service import Given
from almoner.giving.payments.errors import ConfirmationNeeded, PaymentDeclined
from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.sandbox import SandboxGateway
from almoner.giving.reversals.refund import RefundDesk
from almoner.giving.reversals.requests import RefundBody
from almoner.giving.stripe.accounts import StripeAccounts, remove_account
from almoner.giving.stripe.client import StripeHttp
from almoner.kernel.errors import Invalid
from almoner.platform.database import open_server
from almoner.platform.http.bodies import decode_body
from tests.integration.giving.stripe.world import ASKS, DEBIT, VISA, StripeWorld
from tests.support.stripe_fake import FakeStripe

pytestmark = pytest.mark.anyio


def statuses(world: StripeWorld) -> list[str]:
    """The states of all payments at Stripe, the first first."""
    return [intent["status"] for intent in reversed(world.fake.books.all("pi_"))]


async def states(world: StripeWorld) -> list[str]:
    """The states of our intents."""
    return [row["state"] for row in await world.rows("SELECT state FROM giving.payment_intent ORDER BY id")]


async def test_a_card_is_charged_once_under_the_key_of_its_intent(world: StripeWorld) -> None:
    given, again = await world.give(), await world.give()
    assert (given.is_replay, again.is_replay, again.gift.id) == (False, True, given.gift.id)
    (intent,) = world.fake.books.all("pi_")
    (ours,) = await world.rows("SELECT gateway, gateway_key::text, transaction_id FROM giving.payment_intent")
    assert ours == {
        "gateway": "Stripe",
        "gateway_key": intent["metadata"]["almoner_key"],
        "transaction_id": intent["id"],
    }
    assert (intent["amount"], intent["currency"], intent["statement_descriptor_suffix"]) == (
        1000,
        "usd",
        "GIFT",
    )
    gift = given.gift
    assert (gift.transaction_id, gift.payment_info, gift.payment_type) == (
        intent["id"],
        "Visa x4242",
        "Credit",
    )


@pytest.mark.parametrize(
    ("token", "text"),
    [
        ("pm_card_visa_chargeDeclined", "Card declined"),
        ("pm_card_chargeDeclinedExpiredCard", "Card expired"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "Insufficient funds"),
        ("pm_card_chargeDeclinedProcessingError", "Issuer unavailable"),
    ],
)
async def test_a_decline_is_told_in_the_words_of_the_reference(
    world: StripeWorld, token: str, text: str
) -> None:
    with pytest.raises(PaymentDeclined, match=text):
        await world.give(token)
    assert await states(world) == ["declined"]
    assert not (await world.give(VISA, "two")).is_replay


@pytest.mark.parametrize(
    ("token", "field", "more"),
    [
        ("pm_nobody", "paymentMethodId", {}),
        (VISA, "amount", {"amount": 0.3}),
        (DEBIT, "paymentMethodType", {"paymentMethodType": 0}),
    ],
)
async def test_what_stripe_refuses_is_told_of_the_field(
    world: StripeWorld, token: str, field: str, more: dict[str, float]
) -> None:
    with pytest.raises(Invalid) as refused:
        await world.give(token, **more)  # type: ignore[arg-type]
    assert [broken.field for broken in refused.value.fields] == [field]
    assert await states(world) == ["declined"]


async def asked(world: StripeWorld) -> str:
    """A give that the bank wants the donor to confirm: Stripe's id of the payment."""
    with pytest.raises(ConfirmationNeeded) as needed:
        await world.give(ASKS)
    confirmation = needed.value.more["confirmation"]
    assert confirmation["clientSecret"] == f"{confirmation['transactionId']}_secret"
    return confirmation["transactionId"]


async def test_a_donor_confirms_and_the_same_call_stores_the_gift(world: StripeWorld) -> None:
    payment = await asked(world)
    with pytest.raises(ConfirmationNeeded):  # too soon
        await world.give(ASKS)
    world.fake.books.answer_bank(payment, confirms=True)
    given: Given = await world.give(ASKS)
    assert (given.gift.transaction_id, statuses(world)) == (payment, ["succeeded"])
    await world.sweep()
    assert (await states(world), statuses(world)) == (["stored"], ["succeeded"])


async def test_a_donor_who_fails_to_confirm_is_declined_and_nothing_can_come_of_it(
    world: StripeWorld,
) -> None:
    world.fake.books.answer_bank(await asked(world), confirms=False)
    with pytest.raises(PaymentDeclined, match="Card declined"):
        await world.give(ASKS)
    assert statuses(world) == ["canceled"]
    await world.sweep()
    assert await states(world) == ["cancelled"]


@pytest.mark.parametrize("confirms_late", [False, True])
async def test_a_payment_that_nobody_comes_back_for_is_called_off(
    world: StripeWorld, confirms_late: bool
) -> None:
    payment = await asked(world)
    if confirms_late:
        world.fake.books.answer_bank(payment, confirms=True)
    await world.sweep()
    assert await states(world) == ["cancelled"]
    assert (statuses(world), world.fake.books.kept_of(payment)) == (
        ["succeeded" if confirms_late else "canceled"],
        0,
    )


async def test_a_donor_has_longer_to_confirm_than_a_gateway_to_answer(world: StripeWorld) -> None:
    await asked(world)
    (row,) = await world.rows(
        "SELECT look_at > clock_timestamp() + interval '800 s' AS later FROM giving.payment_intent"
    )
    assert row["later"]


async def test_without_a_key_nobody_could_come_back_so_it_is_refused_and_called_off(
    world: StripeWorld,
) -> None:
    with pytest.raises(PaymentDeclined, match="Idempotency-Key"):
        await world.give(ASKS, key=None)
    assert (statuses(world), await states(world)) == (["canceled"], ["cancelled"])


async def test_a_call_that_breaks_is_repeated_under_its_key(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    answer, breaks = world.fake.answer, [True, True]

    async def broken(request: httpx.Request) -> httpx.Response:
        response = await answer(request)
        if breaks and request.method == "POST":
            breaks.pop()
            raise httpx.ReadError("gone", request=request)
        return response

    monkeypatch.setattr(world.fake, "answer", broken)
    world.accounts._http._client._transport = world.fake.transport
    assert not (await world.give()).is_replay
    assert (breaks, statuses(world)) == ([], ["succeeded"])


async def test_a_payment_that_was_taken_and_not_told_is_found_and_given_back(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    answer = world.fake.answer

    async def silent(request: httpx.Request) -> httpx.Response:
        await answer(request)
        raise httpx.ReadError("gone", request=request)

    monkeypatch.setattr(world.fake, "answer", silent)
    world.accounts._http._client._transport = world.fake.transport
    with pytest.raises(Unconfirmed):
        await world.give()
    monkeypatch.setattr(world.fake, "answer", answer)
    world.accounts._http._client._transport = world.fake.transport
    world.fake.search_lag = 3600
    await world.sweep()
    (payment,) = world.fake.books.all("pi_")
    assert (await states(world), world.fake.books.kept_of(payment["id"])) == (["cancelled"], 0)


async def test_two_organizations_never_share_an_account(world: StripeWorld) -> None:
    other = StripeWorld(world.house, FakeStripe(secret_key="sk_live_other", webhook_secret="whsec_other"))
    other.tenant = await world.house.another_tenant()
    given = await other.give("tok_visa")
    assert given.gift.transaction_id.startswith("sbx_"), (
        "it has no account yet, and takes nothing with another's"
    )
    await other.set_up(other.tenant)
    await other.give(key="two")
    await world.give()
    assert [len(one.fake.books.all("pi_")) for one in (world, other)] == [1, 1]


async def test_a_test_gift_never_reaches_a_live_account(world: StripeWorld) -> None:
    given = await world.give("tok_visa", isTestMode=True)
    assert given.gift.transaction_id.startswith("sbx_") and not world.fake.books.objects


async def test_what_a_test_account_takes_is_a_test_gift(world: StripeWorld) -> None:
    world.fake.secret_key = "sk_test_fake"
    await world.set_up()
    given = await world.give()
    assert given.gift.is_test_mode and given.gift.transaction_id.startswith("pi_")


@pytest.mark.parametrize("connections", [1, 2])
async def test_refunds_at_once_never_hold_a_connection_while_they_read_the_account(
    world: StripeWorld, connections: int
) -> None:
    gifts = [(await world.give(key=f"gift {n}")).gift for n in range(4)]
    app, id_ = world.house.app, world.tenant.id
    server = await open_server((await app.db.home(id_)).dsn, pool_size=connections, wait_seconds=4)
    try:
        accounts = StripeAccounts(server, world.vault, StripeHttp(world.fake.transport), 0.0)
        desk = RefundDesk(server, Gateways(SandboxGateway(app.clock), accounts), app.clock)
        body = decode_body(b"{}", RefundBody)
        done = await asyncio.gather(*(desk.refund(id_, gift.id, body, by="Ann") for gift in gifts))
    finally:
        await server.close()
    assert {one.gift.status_text for one in done} == {"Refunded"}


async def test_a_refund_whose_account_was_taken_away_says_so_and_goes_on_with_the_next(
    world: StripeWorld,
) -> None:
    gift = (await world.give()).gift
    world.fake.refunds_pend = True
    await world.refund(gift.id, 4)
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        await remove_account(tx, leaves_open=True)
    (row,) = await world.rows("SELECT id FROM giving.reversal")
    for _ in range(2):
        await world.now("reversal")
        assert await world.refunds.settle(world.tenant.id, row["id"])
    (told,) = (await world.tenant.raise_.get(f"/raise/api/Gift/{gift.id}/reversals"))["items"]
    assert told["state"] == "asked" and "no account at Stripe any more" in told["detail"]
    await world.set_up()
    (refund,) = world.fake.books.all("re_")
    world.fake.books.end_refund(refund["id"], fails=False)
    await world.now("reversal")
    assert await world.refunds.settle(world.tenant.id, row["id"])
    (told,) = (await world.tenant.raise_.get(f"/raise/api/Gift/{gift.id}/reversals"))["items"]
    assert (told["state"], told["detail"]) == ("done", None)

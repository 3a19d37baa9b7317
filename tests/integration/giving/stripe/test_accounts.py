"""Another account in the place of the first knows nothing of its payments: they wait for the first, and nobody asks the other about them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from almoner.giving.give.errors import Unconfirmed
from almoner.giving.payments import service as payments
from almoner.giving.payments.service import overdue, stranded
from almoner.giving.reversals.errors import RefundUnconfirmed
from almoner.giving.reversals.service import stuck_refunds
from almoner.giving.stripe import accounts, events
from almoner.giving.stripe.accounts import remove_account
from almoner.giving.stripe.client import StripeHttp
from almoner.giving.stripe.errors import NOT_TOLD, OTHER_ACCOUNT
from almoner.giving.stripe.events import LOOKS_MAX
from almoner.giving.stripe.gateway import StripeGateway
from almoner.kernel.errors import Conflict
from tests.integration.giving.stripe.world import DEBIT, VISA, StripeWorld
from tests.support.stripe_fake import FakeStripe

pytestmark = pytest.mark.anyio


async def charge_and_die(world: StripeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment is taken, and whoever took it dies before its gift is stored."""

    async def die(*_: Any, **__: Any) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(world.desk.writer, "write", die)
        with pytest.raises(asyncio.CancelledError):
            await world.give()


def beside(world: StripeWorld) -> FakeStripe:
    """A further account at the same Stripe, told apart by its key."""
    other = FakeStripe(secret_key="sk_live_other", webhook_secret="whsec_other", account_id="acct_other")
    other.clock = world.fake.clock

    async def route(request: httpx.Request) -> httpx.Response:
        is_other = other.secret_key in request.headers["authorization"]
        return await (other if is_other else world.fake).answer(request)

    world.accounts._http = StripeHttp(httpx.MockTransport(route))
    return other


def secrets(fake: FakeStripe) -> dict[str, Any]:
    """What sets its account up."""
    return {"secret_key": fake.secret_key, "webhook_secret": fake.webhook_secret, "name": fake.account_id}


async def test_a_payment_of_another_account_waits_until_that_is_set_up_again(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await charge_and_die(world, monkeypatch)
    other = beside(world)
    with pytest.raises(Conflict, match=r"payments \(1\), refunds \(0\) or events \(0\)"):
        await world.set_up(**secrets(other))
    await world.set_up(leaves_open=True, **secrets(other))
    for _ in range(6):
        await world.sweep()
    (intent,) = world.fake.books.all("pi_")
    assert world.fake.books.kept_of(intent["id"]) == 1000
    rows = await world.rows("SELECT state, account, given_back FROM giving.payment_intent")
    assert rows == [{"state": "cancelling", "account": "acct_fake", "given_back": []}]
    await world.set_up(leaves_open=True, **secrets(world.fake))
    await world.sweep()
    assert world.fake.books.kept_of(intent["id"]) == 0
    rows = await world.rows("SELECT state, given_back FROM giving.payment_intent")
    assert rows == [{"state": "cancelled", "given_back": [intent["id"]]}]


@pytest.mark.parametrize("name", ["acct_other", None])
async def test_a_repeat_is_not_paid_through_the_other_account(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    await charge_and_die(world, monkeypatch)
    other = beside(world)
    await world.set_up(leaves_open=True, **secrets(other) | {"name": name})
    with pytest.raises((Unconfirmed, Conflict)):
        await world.give()
    assert not other.books.all("pi_")


async def test_a_gift_of_another_account_is_not_refunded_through_this_one(world: StripeWorld) -> None:
    given = await world.give()
    await world.hear()
    other = beside(world)
    await world.set_up(**secrets(other))  # nothing is open
    with pytest.raises(Conflict, match="does not reach"):
        await world.refund(given.gift.id, 4)
    assert await world.reversals(given.gift.id) == []
    assert not other.calls["POST refunds"]


async def test_another_key_of_the_same_account_takes_over_what_is_open(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await charge_and_die(world, monkeypatch)
    world.fake.secret_key = "sk_live_rolled"
    await world.set_up()
    await world.sweep()
    (intent,) = world.fake.books.all("pi_")
    assert world.fake.books.kept_of(intent["id"]) == 0


async def test_an_account_of_which_something_is_open_is_not_taken_away_unsaid(world: StripeWorld) -> None:
    given = await world.give()
    await world.hear()
    world.fake.refunds_pend = True
    await world.refund(given.gift.id, 4)
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        with pytest.raises(Conflict, match=r"payments \(0\), refunds \(1\)"):
            await remove_account(tx)
        assert await remove_account(tx, leaves_open=True)


async def test_a_payment_that_does_not_say_its_account_waits_for_the_one_that_was_there(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As those of before accounts were told apart: which one it is comes out when its events are asked for."""
    own = f"acct_{world.tenant.id}_own"
    world.fake.account_id = own
    await world.set_up(name=None)
    await charge_and_die(world, monkeypatch)
    await world.stripe.catch_up(world.tenant.id, seconds=600)
    other = beside(world)
    await world.set_up(leaves_open=True, **secrets(other))
    for _ in range(6):
        await world.sweep()
    (intent,) = world.fake.books.all("pi_")
    rows = await world.rows("SELECT state, account, given_back FROM giving.payment_intent")
    assert rows == [{"state": "cancelling", "account": own, "given_back": []}]
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        assert await remove_account(tx, leaves_open=True)
    await world.set_up(**secrets(world.fake))
    await world.sweep()
    assert world.fake.books.kept_of(intent["id"]) == 0


async def catch_up(world: StripeWorld) -> None:
    """Ask for all events that are due."""
    await world.now("stripe_account")
    while await world.stripe.catch_up(world.tenant.id, seconds=600):
        pass


@pytest.mark.parametrize("is_replaced", [False, True], ids=["taken-away", "replaced"])
async def test_what_happened_while_an_account_was_away_is_found_out_when_it_is_back(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch, is_replaced: bool
) -> None:
    monkeypatch.setattr(accounts, "TOLD_FOR", timedelta(hours=8), raising=False)
    given = await world.give()
    await world.hear()
    other = beside(world)
    if is_replaced:
        await world.set_up(**secrets(other))
        await catch_up(world)
    else:
        async with world.house.app.db.tenant(world.tenant.id) as tx:
            assert await remove_account(tx)
    world.fake.books.open_dispute(given.gift.transaction_id)
    for event in world.fake.books.events:
        event["created"] -= 5 * 3600
    world.fake.books.outbox.clear()
    await world.set_up(**secrets(world.fake))
    await catch_up(world)
    await world.act()
    assert await world.reversals(given.gift.id) == ["dispute open 10"]


async def test_an_account_that_nobody_gave_through_is_asked_from_now_on(world: StripeWorld) -> None:
    (row,) = await world.rows("SELECT caught_up_at FROM giving.stripe_account")
    assert world.house.app.clock.now() - row["caught_up_at"] < timedelta(hours=1)


async def test_what_was_paid_after_a_debit_failed_is_open_until_it_is_given_back(world: StripeWorld) -> None:
    """No gift has it: without the account nobody would give it back, nor tell of it."""
    await world.give(DEBIT)
    (intent,) = world.fake.books.all("pi_")
    world.fake.books.end_debit(intent["id"], fails=True)
    await world.hear()
    world.fake.books.pay_again(intent["id"], VISA)
    await world.hear()
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        with pytest.raises(Conflict, match=r"payments \(1\)"):
            await remove_account(tx)
        assert [row["payments"] for row in await stranded(tx, {})] == [1]
    await world.sweep()
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        assert await remove_account(tx)
    assert world.fake.books.kept_of(intent["id"]) == 0


async def test_a_second_payment_of_a_gift_is_open_until_it_is_given_back(world: StripeWorld) -> None:
    """Its gift has the first: without the account nobody would give the second back, nor tell of it."""
    await world.give()
    (row,) = await world.rows("SELECT id FROM giving.payment_intent")
    await payments.give_up(
        world.house.app.db, world.tenant.id, row["id"], "pi_second", "It is there already."
    )
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        with pytest.raises(Conflict, match=r"payments \(1\)"):
            await remove_account(tx)
        assert [row["payments"] for row in await stranded(tx, {})] == [1]
    await world.sweep()
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        assert await stranded(tx, {}) == []
        assert await remove_account(tx, leaves_open=False)


async def test_a_refund_of_a_gift_that_does_not_say_its_account_waits_for_the_one_that_was_there(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It went, and nobody knows yet: the other account, which was never asked for it, is not asked about it."""
    world.fake.account_id = f"acct_{world.tenant.id}_own"
    await world.set_up(name=None)
    given = await world.give()
    await world.hear()
    refund = StripeGateway.refund

    async def unanswered(gateway: StripeGateway, request: Any) -> None:
        await refund(gateway, request)
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(StripeGateway, "refund", unanswered)
        with pytest.raises(RefundUnconfirmed):
            await world.refund(given.gift.id, 4)
    await world.stripe.catch_up(world.tenant.id, seconds=600)
    other = beside(world)
    await world.set_up(leaves_open=True, **secrets(other))
    for _ in range(4):
        await look_for_refunds(world)
    assert await world.reversals(given.gift.id) == ["refund asked 4"]
    before = world.house.app.clock.now() - timedelta(days=1)
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        (told,) = await stuck_refunds(tx, {"Stripe": other.account_id}, before, before)
    assert not told["is_reached"]
    await world.set_up(**secrets(world.fake), leaves_open=True)
    await look_for_refunds(world)
    assert await world.reversals(given.gift.id) == ["refund done 4"]


async def look_for_refunds(world: StripeWorld) -> None:
    """Look for every refund that is asked for."""
    await world.now("reversal")
    for row in await world.rows("SELECT id FROM giving.reversal WHERE look_at IS NOT NULL"):
        await world.refunds.settle(world.tenant.id, row["id"])


async def test_what_was_paid_after_a_debit_failed_is_told_until_it_is_given_back(world: StripeWorld) -> None:
    await world.give(DEBIT)
    (intent,) = world.fake.books.all("pi_")
    world.fake.books.end_debit(intent["id"], fails=True)
    await world.hear()
    world.fake.books.pay_again(intent["id"], VISA)
    await world.hear()
    later = world.house.app.clock.now() + timedelta(hours=1)
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        assert (await overdue(tx, later, later))[0] == 1
    await world.sweep()
    async with world.house.app.db.tenant(world.tenant.id) as tx:
        assert (await overdue(tx, later, later))[0] == 0


@pytest.mark.parametrize("is_named", [True, False])
async def test_what_was_not_acted_on_when_another_took_its_place_waits_for_the_account(
    world: StripeWorld, is_named: bool
) -> None:
    """The other account knows of no dispute of the payment. What failed meanwhile is acted on when the account is back."""
    given = await world.give()
    await world.hear()
    if not is_named:
        await world.rows("UPDATE giving.gift SET account = NULL RETURNING id")
    world.fake.books.open_dispute(given.gift.transaction_id)

    async def take(body: bytes, signature: str) -> int:
        await world.stripe.receive(world.tenant.id, body, signature)
        return 200

    await world.fake.send_notices(take)
    await world.set_up(leaves_open=True, **secrets(beside(world)))
    for _ in range(LOOKS_MAX + 1):
        await world.act()
    (failed,) = await world.rows("SELECT DISTINCT detail FROM giving.stripe_event WHERE state = 'failed'")
    assert failed["detail"] == OTHER_ACCOUNT
    await world.set_up(leaves_open=True, **secrets(world.fake))
    await world.act()
    assert await world.reversals(given.gift.id) == ["dispute open 10"]


async def test_what_an_account_that_does_not_say_its_name_tells_nothing_of_waits(world: StripeWorld) -> None:
    """It may be another one than the payment's: that nothing happened there is no word of what happened here."""
    given = await world.give()
    await world.hear()
    world.fake.books.open_dispute(given.gift.transaction_id)

    async def take(body: bytes, signature: str) -> int:
        await world.stripe.receive(world.tenant.id, body, signature)
        return 200

    await world.fake.send_notices(take)
    await world.set_up(leaves_open=True, **secrets(beside(world)) | {"name": None})
    await world.act()
    rows = await world.rows("SELECT DISTINCT detail FROM giving.stripe_event WHERE state = 'waiting'")
    assert rows == [{"detail": NOT_TOLD}]
    await world.set_up(leaves_open=True, **secrets(world.fake))
    await world.act()
    assert await world.reversals(given.gift.id) == ["dispute open 10"]


async def test_a_payment_of_which_an_account_without_a_name_finds_nothing_waits_for_its_own(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await charge_and_die(world, monkeypatch)
    await world.set_up(leaves_open=True, **secrets(beside(world)) | {"name": None})
    for _ in range(6):
        await world.sweep()
    assert await world.rows("SELECT state FROM giving.payment_intent") == [{"state": "cancelling"}]
    await world.set_up(leaves_open=True, **secrets(world.fake))
    await world.sweep()
    (intent,) = world.fake.books.all("pi_")
    assert world.fake.books.kept_of(intent["id"]) == 0


async def test_a_refund_of_which_an_account_without_a_name_finds_nothing_waits_for_its_own(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = await world.give()
    await world.hear()
    refund = StripeGateway.refund

    async def unanswered(gateway: StripeGateway, request: Any) -> None:
        await refund(gateway, request)
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(StripeGateway, "refund", unanswered)
        with pytest.raises(RefundUnconfirmed):
            await world.refund(given.gift.id, 4)
    await world.set_up(leaves_open=True, **secrets(beside(world)) | {"name": None})
    for _ in range(6):
        await look_for_refunds(world)
    assert await world.reversals(given.gift.id) == ["refund asked 4"]
    await world.set_up(leaves_open=True, **secrets(world.fake))
    await look_for_refunds(world)
    assert await world.reversals(given.gift.id) == ["refund done 4"]


async def test_a_process_that_remembers_the_other_account_asks_the_one_that_is_back(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "TOLD_FOR", timedelta(hours=8))
    given = await world.give()
    await world.hear()
    await world.set_up(**secrets(beside(world)))
    await catch_up(world)
    world.fake.books.open_dispute(given.gift.transaction_id)
    for event in world.fake.books.events:
        event["created"] -= 5 * 3600
    world.fake.books.outbox.clear()
    world.accounts._cache_seconds = 60.0
    await world.gateway()
    await world.set_up(**secrets(world.fake))
    await catch_up(world)
    await world.act()
    assert await world.reversals(given.gift.id) == ["dispute open 10"]


async def test_who_was_asking_the_other_account_leaves_to_the_one_that_is_back_what_it_is_asked_for(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "TOLD_FOR", timedelta(hours=8))
    await world.give()
    await world.hear()
    await world.set_up(**secrets(beside(world)))
    await catch_up(world)
    page = events._page

    async def replaced_meanwhile(listed: Any, after: str | None, **params: Any) -> Any:
        await world.set_up(**secrets(world.fake))
        return await page(listed, after, **params)

    await world.now("stripe_account")
    with monkeypatch.context() as patch:
        patch.setattr(events, "_page", replaced_meanwhile)
        await world.stripe.catch_up(world.tenant.id, seconds=600)
    (row,) = await world.rows("SELECT caught_up_at FROM giving.stripe_account")
    assert world.house.app.clock.now() - row["caught_up_at"] > timedelta(hours=7)

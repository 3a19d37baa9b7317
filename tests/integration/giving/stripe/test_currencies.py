"""Stripe counts some currencies otherwise than we do: what a donor gave is what is charged, refunded, disputed and booked."""

from __future__ import annotations

import pytest

from almoner.kernel.errors import Invalid
from tests.integration.giving.stripe.world import StripeWorld

pytestmark = pytest.mark.anyio

COUNTED = [
    ("MGA", 5000, 5000),
    ("ISK", 5000, 500000),
    ("UGX", 5000, 500000),
    ("JPY", 5000, 5000),
    ("KWD", 5.12, 5120),
]


@pytest.mark.parametrize(("currency", "amount", "told"), COUNTED)
async def test_stripe_is_asked_for_what_the_donor_gave(
    world: StripeWorld, currency: str, amount: float, told: int
) -> None:
    given = await world.give(amount=amount, currencyCode=currency)
    (intent,) = world.fake.books.all("pi_")
    assert (intent["currency"], intent["amount"]) == (currency.lower(), told)
    half = amount / 2
    await world.refund(given.gift.id, half)
    assert [one["amount"] for one in world.fake.books.all("re_")] == [told // 2]
    world.fake.books.open_dispute(intent["id"])
    await world.hear()
    assert await world.reversals(given.gift.id) == [f"refund done {half:g}", f"dispute open {half:g}"]
    gift = await world.tenant.raise_.get(f"/raise/api/Gift/{given.gift.id}")
    assert gift["reversedAmount"] == amount
    (line,) = await world.rows("SELECT amount_minor FROM giving.stripe_entry WHERE kind = 'charge'")
    (ours,) = await world.rows("SELECT amount_minor FROM giving.gift")
    assert line == ours


async def test_a_debit_that_fails_takes_all_of_a_gift_in_hundredths(world: StripeWorld) -> None:
    given = await world.give("pm_usBankAccount_success", amount=5000, currencyCode="ISK")
    (intent,) = world.fake.books.all("pi_")
    world.fake.books.end_debit(intent["id"], fails=True)
    await world.hear()
    assert await world.reversals(given.gift.id) == ["failure done 5000"]
    (said,) = await world.rows("SELECT amount_minor, currency FROM giving.processor_word")
    assert said == {"amount_minor": 5000, "currency": "ISK"}


@pytest.mark.parametrize(("currency", "amount"), [("KWD", 5.124), ("MGA", 50.5), ("TND", 0.001)])
async def test_what_stripe_cannot_take_is_refused_on_its_field_before_it_is_asked(
    world: StripeWorld, currency: str, amount: float
) -> None:
    with pytest.raises(Invalid) as refused:
        await world.give(amount=amount, currencyCode=currency)
    assert [(one.field, one.code) for one in refused.value.fields] == [("amount", "TOO_PRECISE")]
    assert "multiples of" in refused.value.fields[0].message
    assert not world.fake.books.all("pi_")
    assert await world.rows("SELECT id FROM giving.gift") == []


async def test_a_currency_that_stripe_does_not_take_is_refused(world: StripeWorld) -> None:
    with pytest.raises(Invalid) as refused:
        await world.give(amount=5, currencyCode="IQD")
    assert [(one.field, one.code) for one in refused.value.fields] == [("currencyCode", "UNSUPPORTED")]


@pytest.mark.parametrize(
    "body",
    [
        {"amount": 1.001},
        {"projects": [{"code": "GENERAL", "amount": 1.005}]},
        {"amount": 1.015, "projects": [{"code": "GENERAL"}]},
    ],
)
async def test_a_refund_that_stripe_cannot_give_is_refused_and_reserves_nothing(
    world: StripeWorld, body: dict[str, object]
) -> None:
    given = await world.give(amount=5, currencyCode="KWD")
    with pytest.raises(Invalid) as refused:
        await world.refund(given.gift.id, **body)  # type: ignore[arg-type]
    assert [(one.field, one.code) for one in refused.value.fields] == [("amount", "TOO_PRECISE")]
    assert not world.fake.books.all("re_")
    assert await world.rows("SELECT id FROM giving.reversal") == []


async def test_a_part_in_proportion_sums_to_what_stripe_gives(world: StripeWorld) -> None:
    await world.tenant.raise_.post("/raise/api/Project", {"name": "Wells", "code": "WELLS"})
    split = [{"code": "GENERAL", "amount": 1.667}, {"code": "WELLS", "amount": 3.333}]
    given = await world.give(amount=5, currencyCode="KWD", projects=split)
    await world.refund(given.gift.id, 1)
    assert [one["amount"] for one in world.fake.books.all("re_")] == [1000]
    (back,) = await world.rows("SELECT project_minor FROM giving.reversal")
    assert sum(back["project_minor"]) == 1000
    await world.refund(given.gift.id, key="rest")
    assert world.fake.books.kept_of(given.gift.transaction_id) == 0

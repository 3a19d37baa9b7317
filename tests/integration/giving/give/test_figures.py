"""Kept figures of giving: each gift moves what it must and nothing else, and a count over the gifts says the same."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.sync.reasons import campaign
from tests.support.batches import give_batch, new_gift
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

_TALLY = """
SELECT campaign_id, currency, sum(gift_count)::int AS gifts, sum(given_minor)::int AS given, sum(raised_count)::int AS raised,
    sum(raised_minor)::int AS raised_minor, sum(giver_count)::int AS givers
FROM giving.tally WHERE organization_id = $1 GROUP BY campaign_id, currency HAVING sum(gift_count) <> 0
"""


async def tally(rows: OwnRows) -> dict[tuple[int, str], tuple[int, ...]]:
    """By campaign (0: none) and currency: gifts, their sum, those not in test mode, their sum, their givers."""
    return {
        (row["campaign_id"], row["currency"]): tuple(row.values())[2:] for row in await rows.fetch(_TALLY)
    }


async def counts(rows: OwnRows) -> tuple[int, list[int]]:
    """How many donors are kept, and how many gifts of each, in the order of their ids."""
    (all_,) = await rows.fetch(
        "SELECT sum(donor_count)::int AS n FROM giving.tally WHERE organization_id = $1"
    )
    each = await rows.fetch("SELECT gift_count FROM giving.donor WHERE organization_id = $1 ORDER BY id")
    return all_["n"], [row["gift_count"] for row in each]


@pytest.fixture(autouse=True)
async def _exact_at_the_end(house: House) -> AsyncIterator[None]:
    """Whatever a test did, a recomputation finds no difference after it."""
    yield
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_the_first_gift_of_a_donor(house: House, rows: OwnRows) -> None:
    await house.tenant.give(10)
    assert await tally(rows) == {(0, "USD"): (1, 1000, 1, 1000, 0)}
    assert await counts(rows) == (1, [1])


async def test_a_second_gift_counts_no_second_donor_and_no_second_giver(house: House, rows: OwnRows) -> None:
    spring = await campaign(house.tenant)
    for amount in (10, 20):
        await house.tenant.give(amount, campaignId=spring)
    assert await tally(rows) == {(spring, "USD"): (2, 3000, 2, 3000, 1)}
    assert await counts(rows) == (1, [2])


async def test_a_donor_is_a_giver_of_each_campaign_once(house: House, rows: OwnRows) -> None:
    spring, autumn = await campaign(house.tenant), await campaign(house.tenant, "Autumn")
    for one in (spring, autumn, spring, autumn):
        await house.tenant.give(10, campaignId=one)
    await house.tenant.give(10, email="bo@example.org", campaignId=autumn)
    found = await tally(rows)
    assert found[spring, "USD"] == (2, 2000, 2, 2000, 1)
    assert found[autumn, "USD"] == (3, 3000, 3, 3000, 2)


async def test_who_gave_without_a_campaign_is_new_to_one(house: House, rows: OwnRows) -> None:
    spring = await campaign(house.tenant)
    await house.tenant.give(10)
    await house.tenant.give(10, campaignId=spring)
    assert (await tally(rows))[spring, "USD"] == (1, 1000, 1, 1000, 1)


async def test_a_test_gift_is_given_and_not_raised_and_makes_no_giver(house: House, rows: OwnRows) -> None:
    spring = await campaign(house.tenant)
    await house.tenant.give(10, campaignId=spring, isTestMode=True)
    assert await tally(rows) == {(spring, "USD"): (1, 1000, 0, 0, 0)}
    await house.tenant.give(20, campaignId=spring)
    assert await tally(rows) == {(spring, "USD"): (2, 3000, 1, 2000, 1)}


async def test_two_currencies_are_two_tallies_each_with_its_givers(house: House, rows: OwnRows) -> None:
    spring = await campaign(house.tenant)
    for currency in ("USD", "EUR", "EUR"):
        await house.tenant.give(10, campaignId=spring, currencyCode=currency)
    assert await tally(rows) == {
        (spring, "USD"): (1, 1000, 1, 1000, 1),
        (spring, "EUR"): (2, 2000, 2, 2000, 1),
    }
    assert await counts(rows) == (1, [3])


async def test_a_gift_that_is_sent_again_counts_once(house: House, rows: OwnRows) -> None:
    for _ in range(2):
        await house.tenant.give(10, transactionSource="ledger", transactionId="1")
    assert await tally(rows) == {(0, "USD"): (1, 1000, 1, 1000, 0)}
    assert await counts(rows) == (1, [1])


async def test_a_donor_that_returns_by_source_key_and_by_email_in_one_batch_is_one(
    house: House, rows: OwnRows
) -> None:
    spring = await campaign(house.tenant)
    async with house.app.db.tenant(house.tenant.id) as tx:
        await give_batch(tx, new_gift(100, email="ada@example.org", key="A-1"))
        written = await give_batch(
            tx,
            new_gift(10, key="A-1", campaign_id=spring),
            new_gift(20, email="Ada@Example.org", campaign_id=spring),
        )
    assert len({row["donor_id"] for row in written}) == 1
    assert (await tally(rows))[spring, "USD"] == (2, 30, 2, 30, 1)
    assert await counts(rows) == (1, [3])


async def test_a_new_donor_with_several_gifts_in_one_batch_is_one(house: House, rows: OwnRows) -> None:
    spring = await campaign(house.tenant)
    async with house.app.db.tenant(house.tenant.id) as tx:
        gifts = [new_gift(n, email="new@example.org", campaign_id=spring) for n in (1, 2, 3)]
        await give_batch(tx, *gifts, new_gift(4, email="bo@example.org"))
    assert await tally(rows) == {(spring, "USD"): (3, 6, 3, 6, 1), (0, "USD"): (1, 4, 1, 4, 0)}
    donors, each = await counts(rows)
    assert (donors, sorted(each)) == (2, [1, 3])

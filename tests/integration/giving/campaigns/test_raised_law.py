"""Whatever is given by however many at once: what campaigns and funds tell by currency is what the gifts add up to."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from almoner.kernel.money import MINOR_MAX, format_amount, to_decimal
from tests.integration.sync.reasons import campaign
from tests.support.batches import give_batch, new_gift
from tests.support.house import Api, House

pytestmark = pytest.mark.anyio

BASE, GOAL = "USD", 1_000_000
WRITERS = 4
ATTEMPTS = 20
gifts = st.fixed_dictionaries(
    {
        "minor": st.integers(1, 99_999) | st.just(MINOR_MAX),
        "email": st.sampled_from(["ada@example.org", "bo@example.org", "cy@example.org"]),
        "currency": st.sampled_from([BASE, BASE, "JPY", "KWD"]),
        "campaign": st.sampled_from([0, 0, 1, None]),
        "is_test_mode": st.sampled_from([False, False, True]),
    }
)
batches = st.lists(gifts, min_size=1, max_size=5)
plans = st.lists(st.lists(batches, max_size=3), min_size=WRITERS, max_size=WRITERS)


@settings(max_examples=20, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(plans=plans)
async def test_each_currency_is_what_its_gifts_add_up_to(shared_house: House, plans: list[Any]) -> None:
    house = await shared_house.with_new_tenant()
    ids = [await campaign(house.tenant, name, givingGoal=GOAL // 100) for name in ("Spring", "Autumn")]
    await asyncio.gather(*(_writer(house, ids, plan) for plan in plans))
    given = [one for plan in plans for batch in plan for one in batch]
    for n, id_ in enumerate(ids):
        told = await _read(house.tenant.raise_, f"/raise/api/Campaign/{id_}")
        expected = campaign_of([one for one in given if one["campaign"] == n])
        assert {name: told[name] for name in expected} == expected
    await house.settle()
    fund = await _read(house.tenant.crm, "/crm/api/Project/Code/GENERAL")
    assert [tuple(each.values())[:4] for each in fund["givingByCurrency"]] == fund_of(given)


async def _read(api: Api, path: str) -> Any:
    """The answer with its numbers exact."""
    return json.loads((await api.call("GET", path)).text, parse_float=Decimal)


async def _writer(house: House, ids: list[int], plan: list[Any]) -> None:
    for batch in plan:
        elements = [
            new_gift(
                one["minor"],
                email=one["email"],
                currency=one["currency"],
                campaign_id=None if one["campaign"] is None else ids[one["campaign"]],
                is_test_mode=one["is_test_mode"],
            )
            for one in batch
        ]
        await _give(house, elements)


async def _give(house: House, batch: list[dict[str, Any]]) -> None:
    """Until it is taken: who makes the same donor at the same moment may exclude each other."""
    for _ in range(ATTEMPTS):
        with suppress(asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
            async with house.app.db.tenant(house.tenant.id) as tx:
                await give_batch(tx, *batch)
            return
    raise AssertionError(f"a batch is refused {ATTEMPTS} times")


def campaign_of(given: list[Any]) -> dict[str, Any]:
    """What a campaign must tell of the gifts to it, from a plain sum over them."""
    real = [one for one in given if not one["is_test_mode"]]
    raised, count, donors = _sums(real, BASE)
    return {
        "raisedAmount": format_amount(raised, BASE),
        "raisedPercentage": min(100, raised * 100 // GOAL),
        "totalGifts": count,
        "totalDonors": donors,
        "averageGiftAmount": format_amount(raised // count if count else 0, BASE),
        "testGifts": len(given) - len(real),
        "raisedByCurrency": [
            {
                "currency": code,
                "amount": to_decimal(_sums(real, code)[0], code),
                "formattedAmount": format_amount(_sums(real, code)[0], code),
                "totalGifts": _sums(real, code)[1],
                "totalDonors": _sums(real, code)[2],
            }
            for code in sorted({one["currency"] for one in real})
        ],
    }


def fund_of(given: list[Any]) -> list[tuple[str, Decimal, int, int]]:
    """What the CRM must tell of the gifts, by currency: code, sum, gifts and givers."""
    real = [one for one in given if not one["is_test_mode"]]
    return [
        (code, to_decimal(minor, code), count, donors)
        for code in sorted({one["currency"] for one in real})
        for minor, count, donors in [_sums(real, code)]
    ]


def _sums(given: list[Any], currency: str) -> tuple[int, int, int]:
    """Sum, number and donors of the gifts in a currency."""
    there = [one for one in given if one["currency"] == currency]
    return sum(one["minor"] for one in there), len(there), len({one["email"] for one in there})

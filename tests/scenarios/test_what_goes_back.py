"""Money that goes back, told over months: the gift, its receipts and letters, and the CRM say the same at every step."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from almoner.crm.gift_extras.service import deductible_parts
from tests.api.giving.premiums.sample import body as premium_body
from tests.conftest import fresh_database
from tests.support.desk import receipts
from tests.support.house import Tenant
from tests.support.street import Street, open_street

pytestmark = pytest.mark.anyio

SPLIT: Any = [{"code": "WATER", "amount": 60}, {"code": "GALA", "amount": 40}]


@pytest.fixture(scope="module")
def street_dsn() -> Iterator[str]:
    """A database of these stories."""
    with fresh_database("street") as dsn:
        yield dsn


@pytest.fixture(scope="module")
async def street(street_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    """One house for all stories; its clock goes on from story to story."""
    folder: Path = tmp_path_factory.mktemp("letters")
    async with open_street(street_dsn, folder, datetime(2026, 3, 2, 12, tzinfo=UTC)) as made:
        yield made


async def told(tenant: Tenant) -> list[tuple[str, Any, Any, str | None]]:
    """State, amount, deductible amount and reason of each receipt."""
    return [
        (one["state"], one["amount"], one["deductibleAmount"], one["reason"])
        for one in await receipts(tenant)
    ]


async def refund(tenant: Tenant, gift: Any, **body: Any) -> Any:
    """The answer to a refund."""
    return await tenant.raise_.call("POST", f"/raise/api/Gift/{gift['id']}/refund", json=body)


async def test_a_part_goes_back_and_then_the_rest(street: Street) -> None:
    tenant = await street.tenant("Parts")
    gift = await tenant.give(100, projects=SPLIT)
    await street.pass_(days=1)
    await refund(tenant, gift, amount=30, projects=[{"code": "WATER"}])
    await street.pass_(days=1)
    await street.agree(tenant)
    await refund(tenant, gift)
    await street.pass_(days=1)
    assert await told(tenant) == [
        ("void", 100, 60, "A part of the gift was given back."),
        ("void", 70, 30, "The gift was given back."),
    ]
    assert ["takes the place" in text for text in street.letters(tenant)] == [False, True, False]
    assert "$70.00" in street.letters(tenant)[2] and "was given back" in street.letters(tenant)[2]
    await street.agree(tenant)


async def test_a_disputed_gift_is_won(street: Street) -> None:
    tenant = await street.tenant("Won")
    await tenant.give(100, projects=SPLIT, paymentMethodId="tok_dispute_won")
    await street.pass_(hours=1)
    await street.pass_(days=1, hours=1)
    assert await told(tenant) == [("void", 100, 60, "The payment of the gift is disputed.")]
    await street.agree(tenant)
    await street.pass_(days=9)
    assert (await told(tenant))[1:] == [("issued", 100, 60, None)]
    first, second = await receipts(tenant)
    assert second["replacesId"] == first["id"]
    await street.agree(tenant)


async def test_a_disputed_gift_is_lost(street: Street) -> None:
    tenant = await street.tenant("Lost")
    gift = await tenant.give(100, projects=SPLIT, paymentMethodId="tok_dispute_lost")
    await street.pass_(hours=1)
    await street.pass_(days=11)
    assert (await tenant.raise_.get(f"/raise/api/Gift/{gift['id']}"))["statusText"] == "ChargeBack"
    for labels, wanted in ((["Approved"], []), (["ChargeBack", "Refunded"], [gift["id"]])):
        status = {"parameter": "Status", "operator": "IsAnyOf", "values": labels}
        body = {"groups": [{"conditions": [status]}]}
        page = await tenant.raise_.post("/raise/api/Gift/query", body)
        assert [each["id"] for each in page["items"]] == wanted
    assert await told(tenant) == [("void", 100, 60, "The payment of the gift was charged back.")]
    assert len(street.letters(tenant)) == 2 and "charged back" in street.letters(tenant)[1]
    await street.agree(tenant)


async def test_a_bank_debit_fails_on_day_three(street: Street) -> None:
    tenant = await street.tenant("Debit")
    await tenant.give(100, projects=SPLIT, paymentMethodId="tok_ach_fails", paymentMethodType=1)
    await street.pass_(days=2)
    assert [state for state, *_ in await told(tenant)] == ["issued"]
    await street.pass_(days=1, hours=1)
    assert await told(tenant) == [("void", 100, 60, "The payment of the gift failed.")]
    letter = street.letters(tenant)[1]
    assert "The payment of the gift failed." in letter and "given back" not in letter
    await street.agree(tenant)


async def test_a_refund_that_is_only_asked_for_leaves_the_receipt_alone(street: Street) -> None:
    tenant = await street.tenant("Asked")
    slow = await tenant.give(100, projects=SPLIT, paymentMethodId="tok_refund_pending")
    refused = await tenant.give(50, paymentMethodId="tok_refund_refused")
    await street.pass_(hours=1)
    assert (await refund(tenant, refused)).status_code == 400
    assert (await refund(tenant, slow)).status_code == 200
    assert (await tenant.raise_.get(f"/raise/api/Gift/{slow['id']}"))["canRefund"] is False
    await street.pass_(hours=1)
    assert [state for state, *_ in await told(tenant)] == ["issued", "issued"]
    assert len(street.letters(tenant)) == 2
    await street.pass_(days=3)
    assert await told(tenant) == [
        ("void", 100, 60, "The gift was given back."),
        ("issued", 50, 50, None),
    ]
    await street.agree(tenant)


async def test_a_correction_meanwhile_is_receipted_without_what_is_only_asked_for(street: Street) -> None:
    tenant = await street.tenant("Meanwhile")
    gift = await tenant.give(100, projects=SPLIT, paymentMethodId="tok_refund_pending")
    await street.pass_(hours=1)
    await refund(tenant, gift, amount=10)
    path = f"/raise/api/Gift/{gift['id']}"
    corrected = await tenant.raise_.call("PATCH", path, json={"date": "2026-03-01"})
    assert corrected.status_code == 200, corrected.text
    await street.pass_(hours=1)
    assert (await told(tenant))[1:] == [("issued", 100, 60, None)]
    await street.pass_(days=3)
    assert (await told(tenant))[1:] == [
        ("void", 100, 60, "A part of the gift was given back."),
        ("issued", 90, 54, None),
    ]
    await street.agree(tenant)


async def test_covered_costs_over_two_projects_are_part_of_what_was_given(street: Street) -> None:
    """The costs are a part like any other, for a project that is deductible: both products say the same of it."""
    tenant = await street.tenant("Costs")
    gift = await tenant.give(100, projects=SPLIT, donorPaidCosts=True, costs=5)
    assert gift["amount"] == 105
    await street.pass_(hours=1)
    assert await told(tenant) == [("issued", 105, 65, None)]
    await street.agree(tenant)
    state = await tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}")
    async with tenant.db.tenant(tenant.id) as tx:
        (parts,) = (await deductible_parts(tx, [int(state["crmKey"])])).values()
    assert (parts.deductible_minor, parts.non_deductible_minor) == (6_500, 4_000)
    await refund(tenant, gift, amount=21)
    await street.pass_(hours=1)
    assert (await told(tenant))[1] == ("issued", 84, 52, None)
    await street.agree(tenant)


async def test_what_came_in_return_is_not_deductible_and_in_another_currency_nobody_knows(
    street: Street,
) -> None:
    tenant = await street.tenant("Mugs")
    mug = await tenant.raise_.post("/raise/api/Premium", premium_body("mug", fairValue=12.5))
    dollars = await tenant.give(100, premiumId=mug["id"])
    await tenant.give(100, premiumId=mug["id"], currencyCode="EUR")
    await street.pass_(hours=1)
    assert [(amount, part) for _, amount, part, _ in await told(tenant)] == [(100, 87.5), (100, None)]
    donor = f"/raise/api/Donor/{dollars['donorId']}/statement/2026"
    sums = (await tenant.raise_.get(donor))["sums"]
    assert [(one["currency"], one["deductibleAmount"]) for one in sums] == [("EUR", None), ("USD", 87.5)]
    assert (await tenant.raise_.call("GET", f"{donor}/pdf")).content[:5] == b"%PDF-"
    await refund(tenant, dollars, amount=95)
    await street.pass_(hours=1)
    assert (await told(tenant))[2] == ("issued", 5, 0, None)


async def test_the_statement_of_a_year_tells_what_is_left_of_its_gifts(street: Street) -> None:
    tenant = await street.tenant("Year")
    year = street.clock.now().year
    first = await tenant.give(100, projects=SPLIT)
    await street.pass_(days=20)
    gone = await tenant.give(30)
    await street.pass_(days=20)
    await tenant.give(50, paymentMethodId="tok_ach_fails", paymentMethodType=1)
    await street.pass_(days=5)
    await refund(tenant, first, amount=10)
    await street.pass_(days=1)
    path = f"/raise/api/Donor/{first['donorId']}/statement"
    assert await _sums(tenant, f"{path}/{year}") == [("USD", 120, 84)]
    # The year is over; what goes back now is missing from the year of its gift, and from no other.
    street.clock.advance(datetime(year + 1, 1, 10, 12, tzinfo=UTC) - street.clock.now())
    await refund(tenant, gone)
    await tenant.give(7)
    await street.pass_(hours=1)
    assert await _sums(tenant, f"{path}/{year}") == [("USD", 90, 54)]
    assert await _sums(tenant, f"{path}/{year + 1}") == [("USD", 7, 7)]
    run = await tenant.raise_.post("/raise/api/Receipt/statements", {"year": year, "isMailed": True})
    await street.pass_(hours=1)
    await street.pass_(hours=1)
    over = await tenant.raise_.get(f"/raise/api/Receipt/statements/{run['id']}")
    assert (over["state"], over["doneCount"]) == ("done", 1)
    assert "$90.00, of which $54.00 is deductible" in street.letters(tenant)[-1]
    await street.agree(tenant)


async def _sums(tenant: Tenant, path: str) -> list[tuple[str, Any, Any]]:
    sums = (await tenant.raise_.get(path))["sums"]
    return [(one["currency"], one["amount"], one["deductibleAmount"]) for one in sums]

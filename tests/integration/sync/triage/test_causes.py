"""What needs somebody: by cause, with its gifts, and one press that tries all of them again."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.kernel.errors import Invalid
from almoner.kernel.ids import ID_MAX
from almoner.sync import store
from almoner.sync.rules import Reason
from almoner.sync.triage import service as triage
from almoner.sync.triage.service import Attention
from tests.integration.sync.reasons import (
    NOWHERE,
    POISON,
    STORIES,
    archive,
    contact,
    crm_project,
    giving_project,
    poison_gifts,
    reached,
)
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def attention(house: House) -> Attention:
    """What needs somebody."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        return await triage.attention(tx)


async def test_nothing_needs_anybody_in_a_house_where_all_goes_well(house: House) -> None:
    await house.tenant.give(10)
    await house.tenant.give(10, isTestMode=True)
    await house.settle()
    assert await attention(house) == Attention(0, 0, is_more=False)
    async with house.app.db.tenant(house.tenant.id) as tx:
        assert (await triage.causes(tx)).items == []


async def test_gifts_of_one_missing_project_are_one_cause_with_their_money(house: House) -> None:
    tenant = house.tenant
    for code in ("ROOF", "WELL"):
        await giving_project(tenant, code)
    for amount, code in ((10, "ROOF"), (20, "ROOF"), (40, "WELL")):
        await tenant.give(amount, projects=[{"code": code}])
    await tenant.give(5, projects=[{"code": "ROOF"}], currencyCode="EUR", email="bo@example.org")
    await house.settle()
    async with house.app.db.tenant(tenant.id) as tx:
        found = {cause.detail: cause for cause in (await triage.causes(tx)).items}
    assert (found["ROOF"].gifts, found["ROOF"].money) == (3, {"USD": 3000, "EUR": 500})
    assert (found["WELL"].gifts, found["WELL"].money) == (1, {"USD": 4000})
    assert (await attention(house)).gifts == 4


async def test_money_that_waits_for_a_cause_has_no_greatest(house: House, owner: Any) -> None:
    await giving_project(house.tenant, "ROOF")
    gifts = [await house.tenant.give(10, projects=[{"code": "ROOF"}]) for _ in range(3)]
    for gift in gifts:
        await reached(house.tenant, "gift", gift["id"], "project_unknown")
    most = 2**63 - 1
    await owner.execute("UPDATE sync.record SET minor = $1 WHERE reason = 'project_unknown'", most)
    async with house.app.db.tenant(house.tenant.id) as tx:
        (cause,) = (await triage.causes(tx)).items
    assert cause.money == {"USD": 3 * most}


async def test_what_waits_for_a_cause_follows_in_portions(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PORTION", 2)
    await giving_project(house.tenant, "ROOF")
    gifts = [await house.tenant.give(n, projects=[{"code": "ROOF"}]) for n in range(1, 6)]
    for gift in gifts:
        await reached(house.tenant, "gift", gift["id"], "project_unknown")
    await crm_project(house.tenant, "ROOF")
    for gift in gifts:
        await reached(house.tenant, "gift", gift["id"], None)
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_causes_page_on_and_a_cause_of_several_currencies_counts_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = house.tenant
    monkeypatch.setattr(triage, "CAUSES_MAX", 2)
    for n in range(5):
        await giving_project(tenant, f"P{n}")
        for currency in ("USD", "EUR", "CAD"):
            await tenant.give(n + 1, projects=[{"code": f"P{n}"}], currencyCode=currency)
    await house.settle()
    seen: list[Any] = []
    async with house.app.db.tenant(tenant.id) as tx:
        while (page := await triage.causes(tx, len(seen))).items:
            assert (page.total, len(page.items) <= 2) == (5, True)
            seen += page.items
    assert sorted(cause.detail for cause in seen) == [f"P{n}" for n in range(5)]
    assert {cause.gifts for cause in seen} == {3} and all(len(cause.money) == 3 for cause in seen)


async def test_gifts_behind_a_donor_who_failed_need_somebody(house: House) -> None:
    tenant = house.tenant
    first = await tenant.give(10, donor={"crmKey": NOWHERE})
    await tenant.give(20)
    await house.settle()
    assert await attention(house) == Attention(2, 1, is_more=False)
    async with house.app.db.tenant(tenant.id) as tx:
        (cause,) = (await triage.causes(tx)).items
        why, trouble = await triage.trouble(tx, first["id"])
    assert (cause.reason, cause.donor_id, cause.gifts, cause.money) == (
        Reason.CONTACT_NOT_FOUND,
        first["donorId"],
        2,
        {"USD": 3000},
    )
    assert why.record.reason is Reason.WAITING_FOR_DONOR
    assert (trouble.record.entity, trouble.record.reason) == ("donor", Reason.CONTACT_NOT_FOUND)


async def test_a_donor_whose_change_failed_needs_somebody_though_no_gift_waits(
    house: House, owner: Any
) -> None:
    tenant = house.tenant
    gift = await tenant.give(10)
    await house.settle()
    contact_id = await contact(owner, tenant, "old@example.org", "Ada", "Old")
    await archive(owner, contact_id)
    await tenant.raise_.call("PATCH", f"/raise/api/Donor/{gift['donorId']}", json={"crmKey": str(contact_id)})
    await reached(tenant, "donor", gift["donorId"], "contact_archived")
    assert await attention(house) == Attention(0, 1, is_more=False)
    async with house.app.db.tenant(tenant.id) as tx:
        (cause,) = (await triage.causes(tx)).items
    assert (cause.gifts, cause.donors, cause.donor_id) == (0, 1, gift["donorId"])


@pytest.mark.parametrize("reason", triage.FAILED)
async def test_whatever_fails_is_a_cause(house: House, owner: Any, reason: Reason) -> None:
    entity, record_id = await STORIES[reason](house.tenant, owner)
    await reached(house.tenant, entity, record_id, reason.value)
    async with house.app.db.tenant(house.tenant.id) as tx:
        (cause,) = (await triage.causes(tx)).items
    assert (cause.entity, cause.reason) == (entity, reason)


async def test_gifts_of_several_reasons_come_newest_first_page_by_page(house: House) -> None:
    tenant = house.tenant
    await giving_project(tenant, "ROOF")
    made = []
    for n in range(5):
        more: dict[str, Any] = {"projects": [{"code": "ROOF"}]} if n % 2 else {"isTestMode": True}
        made.append((await tenant.give(10, email=f"kim{n}@example.org", **more))["id"])
    await house.settle()
    reasons, seen, before = [Reason.PROJECT_UNKNOWN, Reason.TEST_MODE], [], ID_MAX
    async with house.app.db.tenant(tenant.id) as tx:
        while page := await triage.gifts_with(tx, reasons, before, 2):
            seen += page
            before = page[-1]
        only = await triage.gifts_with(tx, reasons, ID_MAX, 9, detail="ROOF")
    assert seen == sorted(made, reverse=True)
    assert only == [made[3], made[1]]


async def test_a_cause_is_tried_again_whole_and_a_second_press_finds_nothing(house: House) -> None:
    tenant = house.tenant
    await giving_project(tenant, "ROOF")
    for n in range(3):
        await tenant.give(10, email=f"kim{n}@example.org", projects=[{"code": "ROOF"}])
    await house.settle()
    now = house.app.clock.now()
    async with house.app.db.tenant(tenant.id) as tx:
        assert await triage.retry_cause(tx, "gift", Reason.PROJECT_UNKNOWN, "WELL", now) == 0
        assert await triage.retry_cause(tx, "gift", Reason.PROJECT_UNKNOWN, "ROOF", now) == 3
    async with house.app.db.tenant(tenant.id) as tx:
        assert await triage.retry_cause(tx, "gift", Reason.PROJECT_UNKNOWN, "ROOF", now) == 0
    assert await wrong_figures(house.app.db, tenant.id) == []


async def test_a_gift_behind_an_earlier_gift_shows_that_ones_trouble(house: House, owner: Any) -> None:
    tenant = house.tenant
    await tenant.settled("gift", (await tenant.give(1))["id"])
    await poison_gifts(owner)
    first = await tenant.give(10, notes=POISON)
    await reached(tenant, "gift", first["id"], "retrying")
    second = await tenant.give(20)
    await reached(tenant, "gift", second["id"], "waiting_for_donor")
    async with house.app.db.tenant(tenant.id) as tx:
        _, trouble = await triage.trouble(tx, second["id"])
    assert (trouble.record.entity, trouble.record.record_id) == ("gift", first["id"])
    assert trouble.record.reason is Reason.RETRYING


async def test_what_stays_in_giving_by_rule_is_not_tried_again(house: House) -> None:
    async with house.app.db.tenant(house.tenant.id) as tx:
        with pytest.raises(Invalid):
            await triage.retry_cause(tx, "gift", Reason.TEST_MODE, None, house.app.clock.now())

"""Each field of a gift and of a recurring gift that another system sends is kept, and a change of it alone changes the record."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import fields, replace

from almoner.crm.contract import Honor, Part, PutGift, PutRecurringGift, Return
from tests.api.crm.accepted import gift, key, person, told
from tests.api.crm.premiums.test_premiums import premium
from tests.integration.crm.test_recurring_gifts import promise
from tests.support.house import House

pytestmark = pytest.mark.anyio

GIFT: dict[str, Any] = {
    "giver": key("b1"),
    "gift_type": "Check",
    "gift_on": date(2024, 5, 6),
    "amount_minor": 2000,
    "currency": "EUR",
    "designations": (Part(code="GENERAL", minor=400), Part(code="GENERAL", minor=600)),
    "segment_code": "S9",
    "notes": "otherwise",
    "is_private": True,
    "origin": {"campaign": "Otherwise"},
}
PROMISE: dict[str, Any] = {
    "giver": key("b1"),
    "frequency": "Quarterly",
    "started_on": date(2024, 5, 6),
    "next_expected_on": date(2024, 5, 7),
    "anticipated_end_on": date(2025, 5, 6),
    "cancelled_at": datetime(2024, 7, 1, tzinfo=UTC),
    "amount_minor": 2000,
    "currency": "EUR",
    "designations": (Part(code="GENERAL", minor=400), Part(code="GENERAL", minor=600)),
    "segment_code": "S9",
    "is_private": True,
}
"""Another value of every field; of an amount the designations follow."""
AT_FIRST: dict[str, tuple[Any, str]] = {
    "tribute": (Honor(type="InHonorOf", description="Otherwise"), "tributeDescription"),
    "premiums": ((Return(code="CAP", quantity=2),), "giftPremiums"),
}
"""What is taken of a gift when it is made here, and of no later version; the field that tells it."""
UNTOLD = {PutGift: {"origin"}, PutRecurringGift: set()}
"""Kept, and not read by any operation yet."""


def otherwise(change: Any, field: str, value: Any) -> Any:
    """The next version of `change`, which differs in that field alone."""
    more = {"designations": (Part(code="GENERAL", minor=value),)} if field == "amount_minor" else {}
    return replace(change, version=2, **{field: value}, **more)


def test_every_field_has_another_value_here() -> None:
    for shape, values in ((PutGift, {**GIFT, **AT_FIRST}), (PutRecurringGift, PROMISE)):
        assert {field.name for field in fields(shape)} - {"key", "version"} == values.keys()


async def givers(house: House) -> None:
    await told(house, person(), person("b1", name="Bea", first_name="Bea", email="b@x.org"))


@pytest.mark.parametrize("field", GIFT)
async def test_a_gift_that_differs_in_one_field_changes(house: House, field: str) -> None:
    await givers(house)
    first = gift("1", ("GENERAL", 1000))
    await told(house, first)
    before = await house.tenant.crm.get("/crm/api/Gift/Elsewhere/1")
    (outcome,) = await told(house, otherwise(first, field, GIFT[field]))
    assert outcome.did == "changed"
    after = await house.tenant.crm.get("/crm/api/Gift/Elsewhere/1")
    assert told_apart(before, after) is (field not in UNTOLD[PutGift]), f"{field} is not told"
    assert [
        each.did for each in await told(house, replace(otherwise(first, field, GIFT[field]), version=3))
    ] == ["same"]


@pytest.mark.parametrize("field", AT_FIRST)
async def test_what_is_taken_when_a_gift_is_made_is_told_and_stays(house: House, field: str) -> None:
    await givers(house)
    await premium(house, code="CAP", name="Cap")
    value, name = AT_FIRST[field]
    plain, full = gift("1", ("GENERAL", 1000)), gift("2", ("GENERAL", 1000), **{field: value})
    await told(house, plain, full)
    before = [await house.tenant.crm.get(f"/crm/api/Gift/Elsewhere/{id_}") for id_ in "12"]
    assert before[0][name] != before[1][name], f"{field} is not told"
    left_out = replace(full, version=2, **{field: getattr(plain, field)})
    outcomes = await told(house, otherwise(plain, field, value), left_out)
    assert [each.did for each in outcomes] == ["same", "same"]
    after = [await house.tenant.crm.get(f"/crm/api/Gift/Elsewhere/{id_}") for id_ in "12"]
    assert after == before


@pytest.mark.parametrize("field", PROMISE)
async def test_a_recurring_gift_that_differs_in_one_field_changes(house: House, field: str) -> None:
    await givers(house)
    first = promise("1", ("GENERAL", 1000))
    (made,) = await told(house, first)
    before = await house.tenant.crm.get(f"/crm/api/RecurringGift/{made.crm_id}")
    (outcome,) = await told(house, otherwise(first, field, PROMISE[field]))
    assert outcome.did == "changed"
    after = await house.tenant.crm.get(f"/crm/api/RecurringGift/{made.crm_id}")
    assert told_apart(before, after) is (field not in UNTOLD[PutRecurringGift]), f"{field} is not told"


def told_apart(before: Any, after: Any) -> bool:
    """Whether two reads differ in more than when they were changed."""
    plain = [
        {name: value for name, value in each.items() if "odified" not in name} for each in (before, after)
    ]
    return bool(plain[0] != plain[1])

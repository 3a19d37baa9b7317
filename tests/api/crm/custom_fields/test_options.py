"""Options of a list that differ by a hyphen or a blank, or were renamed: a query for one finds the records of that one."""

from __future__ import annotations

import pytest

from tests.api.crm.contacts import sample as contacts
from tests.support.house import House

pytestmark = pytest.mark.anyio


@pytest.fixture
async def giver(house: House) -> int:
    return int((await contacts.make(house.tenant, "ada"))["id"])


async def _field(house: House, *options: str) -> int:
    body = {"recordType": "Gift", "name": "Range", "dataType": "Dropdown", "options": list(options)}
    return int((await house.tenant.crm.post("/crm/api/CustomField", body))["id"])


async def _give(house: House, giver: int, value: str) -> int:
    parts = [{"projectCode": "GENERAL", "amount": 5}]
    custom = [{"name": "Range", "value": value}]
    body = {"contactId": giver, "amount": 5, "giftDesignations": parts, "customFields": custom}
    return int((await house.tenant.crm.post("/crm/api/Gift", body))["id"])


async def _found(house: House, value: str, operator: str = "Is") -> list[int]:
    condition = {"parameter": "Range", "operator": operator, "value": value}
    page = await house.tenant.crm.post("/crm/api/Gift/Query", {"groups": [{"conditions": [condition]}]})
    return sorted(row["id"] for row in page["list"])


@pytest.mark.parametrize(("one", "other"), [("1-2", "12"), ("Co-op", "Coop"), ("Part Time", "Part-Time")])
async def test_options_that_differ_by_a_hyphen_are_two(
    house: House, giver: int, one: str, other: str
) -> None:
    await _field(house, one, other)
    first, second = await _give(house, giver, one), await _give(house, giver, other)
    assert (await _found(house, one), await _found(house, other)) == ([first], [second])
    assert (await _found(house, one.upper()), await _found(house, other.lower())) == ([first], [second])
    others = await _found(house, one, "IsNot")
    assert second in others
    assert first not in others


async def test_what_is_written_loosely_is_all_that_it_can_mean(house: House, giver: int) -> None:
    await _field(house, "Part Time", "Part-Time", "Full Time")
    both = [await _give(house, giver, value) for value in ("Part Time", "Part-Time")]
    other = await _give(house, giver, "Full Time")
    assert await _found(house, "parttime") == both
    others = await _found(house, "parttime", "IsNot")
    assert other in others
    assert not set(both) & set(others)


@pytest.mark.parametrize(
    ("was", "is_"),
    [
        ("Email", "E-mail"),
        ("Year End", "Year-End"),
        ("Straße", "Strasse"),
        ("Two  blanks", "Two blanks"),
        ("gala", "GALA"),
    ],
)
async def test_records_with_the_option_of_before_are_found_by_it(
    house: House, giver: int, was: str, is_: str
) -> None:
    field_id = await _field(house, was, "Other")
    gift_id = await _give(house, giver, was)
    await house.tenant.crm.put(f"/crm/api/CustomField/{field_id}", {"options": [is_, "Other"]})
    told = await house.tenant.crm.get(f"/crm/api/Gift/{gift_id}")
    assert told["customFields"][0]["value"] == was
    assert await _found(house, was) == [gift_id]
    newer = await _give(house, giver, is_)
    assert gift_id in await _found(house, was)
    assert newer in await _found(house, is_)

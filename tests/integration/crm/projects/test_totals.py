"""Kept figures of the CRM: what each gift moves, in projects and above them, of its contact, and in all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from tests.api.crm.accepted import gift, person, project, taken
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

_PROJECTS = """
SELECT p.project_code, g.currency, g.year, sum(g.given_minor)::int, sum(g.gift_count)::int, sum(g.giver_count)::int
FROM crm.project_giving g JOIN crm.project p ON p.organization_id = g.organization_id AND p.id = g.project_id
WHERE g.organization_id = $1 GROUP BY p.project_code, g.currency, g.year
"""
_CONTACTS = """
SELECT currency, year, sum(gift_count)::int, sum(given_minor)::int FROM crm.contact_giving
WHERE organization_id = $1 AND contact_id = $2 GROUP BY currency, year
"""
_ALL = """
SELECT currency, sum(gift_count)::int, sum(given_minor)::int FROM crm.tally WHERE organization_id = $1 GROUP BY currency
"""


async def funds(rows: OwnRows) -> dict[tuple[str, str, int], tuple[int, ...]]:
    """By project, currency and year (0: in all): sum, gifts, givers."""
    return {tuple(row)[:3]: tuple(row)[3:] for row in await rows.fetch(_PROJECTS)}


async def of_contact(rows: OwnRows, contact_id: int) -> dict[tuple[str, int], tuple[int, ...]]:
    """By currency and year: gifts and their sum."""
    return {tuple(row)[:2]: tuple(row)[2:] for row in await rows.fetch(_CONTACTS, contact_id)}


async def in_all(rows: OwnRows) -> dict[str, tuple[int, ...]]:
    """By currency: gifts and their sum."""
    return {row[0]: tuple(row)[1:] for row in await rows.fetch(_ALL)}


@pytest.fixture(autouse=True)
async def _exact_at_the_end(house: House) -> AsyncIterator[None]:
    """Whatever a test did, a recomputation finds no difference after it."""
    yield
    assert await wrong_figures(house.app.db, house.tenant.id) == []


def other(n: int = 1) -> Any:
    """Another giver."""
    return person(
        f"b{n}",
        name=f"Bo {n}",
        first_name="Bo",
        last_name=str(n),
        email=f"b{n}@x.org",
    )


async def test_the_first_gift_of_a_contact(house: House, rows: OwnRows) -> None:
    contact_id, _ = await taken(house, gift("1", ("GENERAL", 700)))
    assert await funds(rows) == {
        ("GENERAL", "USD", 0): (700, 1, 1),
        ("GENERAL", "USD", 2023): (700, 1, 1),
    }
    assert await of_contact(rows, contact_id) == {("USD", 2023): (1, 700)}
    assert await in_all(rows) == {"USD": (1, 700)}


async def test_a_second_gift_of_a_contact_is_no_second_giver(house: House, rows: OwnRows) -> None:
    contact_id, _ = await taken(house, gift("1", ("GENERAL", 700)))
    await taken(house, gift("2", ("GENERAL", 700)))
    await taken(house, gift("3", ("GENERAL", 1)), contact=other())
    assert (await funds(rows))["GENERAL", "USD", 0] == (1401, 3, 2)
    assert await of_contact(rows, contact_id) == {("USD", 2023): (2, 1400)}


async def test_two_gifts_of_one_new_contact_in_one_batch_are_one_giver(house: House, rows: OwnRows) -> None:
    await taken(house, gift("1", ("GENERAL", 700)), gift("2", ("GENERAL", 1)))
    assert (await funds(rows))["GENERAL", "USD", 0] == (701, 2, 1)


async def test_a_split_over_parent_and_child_counts_once_above(house: House, rows: OwnRows) -> None:
    water = await project(house.tenant, "Water")
    await project(house.tenant, "Wells", parentId=water["id"])
    await taken(house, gift("1", ("WATER", 100), ("WELLS", 20)))
    await taken(house, gift("2", ("WELLS", 3)))
    found = await funds(rows)
    assert found["WATER", "USD", 0] == (123, 2, 1)
    assert found["WELLS", "USD", 0] == (23, 2, 1)


async def test_who_gave_below_a_project_is_no_new_giver_of_it(house: House, rows: OwnRows) -> None:
    water = await project(house.tenant, "Water")
    await project(house.tenant, "Wells", parentId=water["id"])
    await taken(house, gift("1", ("WELLS", 3)))
    await taken(house, gift("2", ("WATER", 3)))
    found = await funds(rows)
    assert found["WATER", "USD", 0] == (6, 2, 1)
    assert found["WELLS", "USD", 0] == (3, 1, 1)


async def test_a_gift_dated_last_year_makes_a_giver_of_that_year_and_none_in_all(
    house: House, rows: OwnRows
) -> None:
    contact_id, _ = await taken(house, gift("1", ("GENERAL", 5), day=date(2024, 1, 1)))
    await taken(house, gift("2", ("GENERAL", 3), day=date(2023, 12, 31)))
    assert await funds(rows) == {
        ("GENERAL", "USD", 0): (8, 2, 1),
        ("GENERAL", "USD", 2023): (3, 1, 1),
        ("GENERAL", "USD", 2024): (5, 1, 1),
    }
    assert await of_contact(rows, contact_id) == {("USD", 2023): (1, 3), ("USD", 2024): (1, 5)}


async def test_currencies_have_totals_and_givers_of_their_own(house: House, rows: OwnRows) -> None:
    contact_id, _ = await taken(house, gift("1", ("GENERAL", 5)), gift("2", ("GENERAL", 7), currency="EUR"))
    found = await funds(rows)
    assert found["GENERAL", "USD", 0] == (5, 1, 1)
    assert found["GENERAL", "EUR", 0] == (7, 1, 1)
    assert await of_contact(rows, contact_id) == {("USD", 2023): (1, 5), ("EUR", 2023): (1, 7)}
    assert await in_all(rows) == {"USD": (1, 5), "EUR": (1, 7)}


async def test_a_gift_that_comes_again_moves_nothing(house: House, rows: OwnRows) -> None:
    for _ in range(2):
        await taken(house, gift("1", ("GENERAL", 700)))
    assert await in_all(rows) == {"USD": (1, 700)}
    assert (await funds(rows))["GENERAL", "USD", 0] == (700, 1, 1)

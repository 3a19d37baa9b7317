"""What the CRM refuses of other systems, one change alone; and a giver whom one call tells of twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from almoner.crm.contract import Outcome, Problem
from tests.api.crm.accepted import gift, key, person, told
from tests.integration.crm.test_recurring_gifts import promise
from tests.support.house import House

pytestmark = pytest.mark.anyio


def did(outcomes: list[Outcome]) -> list[str]:
    """What was done, in order."""
    return [outcome.did for outcome in outcomes]


@pytest.mark.parametrize("letter", ["\x00", "\ud800"])
async def test_text_that_nothing_can_keep_is_refused_alone(house: House, letter: str) -> None:
    bad = person("b1", first_name=f"B{letter}", email="b@x.org")
    strange = gift("2", ("GENERAL", 100), origin={"a": [f"{letter}"]})
    outcomes = await told(house, person(), bad, gift("1", ("GENERAL", 100)), strange)
    assert did(outcomes) == ["made", "refused", "made", "refused"]
    assert [(outcome.problem, outcome.detail) for outcome in outcomes if outcome.problem] == [
        (Problem.INVALID, "person.first_name"),
        (Problem.INVALID, "origin.a.0"),
    ]


async def test_a_backslash_before_u0000_is_text_like_any_other(house: House) -> None:
    (outcome,) = await told(house, person(first_name="\\u0000"))
    assert outcome.did == "made"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (gift("", ("GENERAL", 100)), "key"),
        (gift("x" * 20_000, ("GENERAL", 100)), "key"),
        (gift("1", ("GENERAL", 100), giver=key("x" * 20_000)), "giver"),
        (gift("1", ("GENERAL", 100), currency="US$"), "currency"),
        (person("b1", email="x" * 20_000 + "@x.org"), "reach.email"),
        (promise("1", ("GENERAL", 100), cancelled_at=datetime(2024, 1, 1)), "cancelled_at"),  # noqa: DTZ001
    ],
)
async def test_what_no_record_can_have_is_refused_alone(house: House, change: Any, field: str) -> None:
    _, outcome = await told(house, person(), change)
    assert (outcome.problem, outcome.detail) == (Problem.INVALID, field)


async def test_one_giver_under_two_keys_is_one_contact_in_one_call_and_in_two(house: House) -> None:
    names = {"name": "Bea Example", "first_name": "Bea", "email": "b@x.org"}
    one, two, other = await told(
        house,
        person("b1", **names),
        person("b2", **names | {"first_name": "BEA"}),
        person("c1", email="b@x.org"),
    )
    (three,) = await told(house, person("b3", **names))
    assert (one.did, two.did, three.did) == ("made", "same", "same")
    assert one.crm_id == two.crm_id == three.crm_id != other.crm_id
    (nameless, again) = await told(house, person("d1", email=None), person("d2", email=None))
    assert nameless.crm_id != again.crm_id

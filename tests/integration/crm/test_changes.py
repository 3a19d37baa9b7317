"""The CRM takes changes by key and version: a lower or equal one changes nothing, a higher one moves the totals by the difference."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from almoner.crm.contract import (
    Change,
    MergeContacts,
    Outcome,
    Part,
    Person,
    Problem,
    PutRecurringGift,
    ReverseGift,
    accept,
)
from tests.api.crm.accepted import gift, key, person, project, taken, told
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
async def _exact_at_the_end(house: House) -> AsyncIterator[None]:
    """Whatever a test did, a recomputation finds no difference after it."""
    yield
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def the_gift(house: House, id_: str) -> Any:
    """A gift as the API tells it."""
    return await house.tenant.crm.get(f"/crm/api/Gift/Elsewhere/{id_}")


async def the_contact(house: House, id_: str = "a1") -> Any:
    """A contact as the API tells it."""
    return await house.tenant.crm.get(f"/crm/api/Contact/Elsewhere/{id_}")


async def given_to(house: House, code: str) -> tuple[float, int, int]:
    """What a project was given: sum, gifts, givers."""
    found = await house.tenant.crm.get(f"/crm/api/Project/Code/{code}")
    return found["lifeToDateGiving"], found["lifeToDateGiftCount"], found["lifeToDateGiversCount"]


def did(outcomes: list[Outcome]) -> list[str]:
    """What was done, in order."""
    return [outcome.did for outcome in outcomes]


async def test_whatever_is_told_is_written_at_the_instant_it_is_told_with(
    house: House, rows: OwnRows
) -> None:
    """Of contacts, promises, gifts, what takes them back and merges: the clock of the database plays no part."""
    asked = "SELECT kind, happened_at FROM crm.event WHERE organization_id = $1 AND id > $2"
    (last,) = await rows.fetch("SELECT max(id) AS id FROM crm.event WHERE organization_id = $1")
    promise = PutRecurringGift(
        key=key("s1"), version=1, giver=key("a1"), frequency="Monthly", started_on=date(2031, 5, 6), next_expected_on=None,
        anticipated_end_on=None, cancelled_at=None, amount_minor=2500, currency="USD",
        designations=(Part(code="GENERAL", minor=2500),), segment_code=None, is_private=False)  # fmt: skip
    other = person("b1", name="B", first_name="B", email="b@example.org")
    back = ReverseGift(key=key("r1"), version=1, of=key("1"), on=date(2031, 5, 7), minor=1)
    made: list[Change] = [person(), other, promise, gift("1", ("GENERAL", 500))]
    changed: list[Change] = [
        person(version=2, name="C"),
        gift("1", ("GENERAL", 700), version=2),
        back,
        MergeContacts(key=key("b1"), into=key("a1"), version=2),
    ]
    then = [datetime(2031, 5, 6, hour, tzinfo=UTC) for hour in (7, 8)]
    async with house.app.db.tenant(house.tenant.id) as tx:
        for changes, now in zip((made, changed), then, strict=True):
            assert not [each for each in await accept(tx, changes, now) if each.problem]
    events = await rows.fetch(asked, last["id"])
    assert {row["happened_at"] for row in events} == set(then)
    assert {row["kind"] for row in events if row["happened_at"] == then[1]} >= {
        "contact.updated",
        "contact.merged",
        "gift.updated",
        "gift.created",
    }
    assert (await the_gift(house, "1"))["modifiedDateTimeUtc"] == "2031-05-06T08:00:00.000"


# --- versions --------------------------------------------------------------------------------------------------


async def test_only_a_higher_version_changes_a_gift(house: House) -> None:
    await taken(house, gift("1", ("GENERAL", 1000)))
    for version, amount, wanted in (
        (1, 2500, "same"),
        (3, 2500, "changed"),
        (2, 9900, "same"),
        (3, 9900, "same"),
    ):
        (outcome,) = await told(house, gift("1", ("GENERAL", amount), version=version))
        assert outcome.did == wanted
    assert (await the_gift(house, "1"))["amount"] == 25
    assert await given_to(house, "GENERAL") == (25, 1, 1)


async def test_a_higher_version_that_says_the_same_changes_nothing_and_is_remembered(
    house: House, rows: OwnRows
) -> None:
    await taken(house, gift("1", ("GENERAL", 1000)))
    assert did(await told(house, gift("1", ("GENERAL", 1000), version=5), person(version=5))) == [
        "same",
        "same",
    ]
    assert did(await told(house, gift("1", ("GENERAL", 2000), version=4))) == ["same"]
    kinds = await rows.fetch(
        "SELECT kind FROM crm.event WHERE organization_id = $1 AND kind LIKE '%.updated'"
    )
    assert kinds == []


async def test_of_several_versions_in_one_call_the_highest_counts_for_all(house: House) -> None:
    await taken(house, gift("1", ("GENERAL", 1000)))
    outcomes = await told(
        house, gift("1", ("GENERAL", 3000), version=3), gift("1", ("GENERAL", 2000), version=2)
    )
    assert did(outcomes) == ["changed", "changed"]
    assert (await the_gift(house, "1"))["amount"] == 30


async def test_the_order_within_a_call_does_not_matter(house: House) -> None:
    back = ReverseGift(key=key("back"), of=key("1"), version=1, on=date(2024, 1, 2))
    merge = MergeContacts(key=key("a1"), into=key("b1"), version=1)
    other = person("b1", name="Bea", first_name="Bea", email="b@x.org")
    outcomes = await told(house, back, gift("1", ("GENERAL", 500)), merge, person(), other)
    assert did(outcomes) == ["made", "made", "changed", "made", "made"]
    assert await given_to(house, "GENERAL") == (0, 1, 1)


# --- gifts -----------------------------------------------------------------------------------------------------


async def test_a_gift_moves_to_other_projects_another_year_and_another_giver(house: House) -> None:
    parent = await project(house.tenant, "Water", projectCode="WATER")
    await project(house.tenant, "Wells", projectCode="WELLS", parentId=parent["id"])
    await taken(house, gift("1", ("WELLS", 300), ("GENERAL", 700), day=date(2023, 12, 31)))
    before = await the_gift(house, "1")
    bea = person("b1", name="Bea", first_name="Bea", email="b@x.org")
    moved = gift("1", ("general", 100), ("WATER", 900), day=date(2024, 1, 1), version=2, giver=bea.key)
    assert did(await told(house, bea, moved)) == ["made", "changed"]
    after = await the_gift(house, "1")
    assert (await given_to(house, "WELLS"), await given_to(house, "WATER")) == ((0, 0, 0), (9, 1, 1))
    assert after["contactId"] != before["contactId"]
    kept = {part["projectCode"]: part["id"] for part in before["giftDesignations"]}
    assert after["giftDesignations"][0]["id"] == kept["GENERAL"], "a designation that stays keeps its id"


async def test_a_project_that_a_gift_has_may_be_inactive_by_its_change_and_another_may_not(
    house: House,
) -> None:
    for code in ("OLD", "SHUT"):
        await project(house.tenant, code, projectCode=code)
    await taken(house, gift("1", ("OLD", 1000)))
    for code in ("OLD", "SHUT"):
        id_ = (await house.tenant.crm.get(f"/crm/api/Project/Code/{code}"))["id"]
        await house.tenant.crm.put(f"/crm/api/Project/{id_}/Active", active=False)
    assert did(await told(house, gift("1", ("OLD", 1500), version=2))) == ["changed"]
    (refused,) = await told(house, gift("1", ("SHUT", 1500), version=3))
    assert (refused.problem, refused.detail) == (Problem.PROJECT_INACTIVE, "SHUT")
    assert did(await told(house, gift("1", ("OLD", 1600), version=3))) == ["changed"], (
        "what was refused is not done"
    )


async def test_a_gift_of_a_giver_nobody_put_is_refused_alone(house: House) -> None:
    stray = gift("2", ("GENERAL", 5), giver=key("nobody"))
    outcomes = await told(house, person(), gift("1", ("GENERAL", 5)), stray)
    assert [(each.did, each.problem) for each in outcomes[1:]] == [
        ("made", None),
        ("refused", Problem.GIVER_UNKNOWN),
    ]


# --- reversals -------------------------------------------------------------------------------------------------


async def test_a_gift_is_taken_back_in_part_then_whole_and_no_further(house: House) -> None:
    await project(house.tenant, "Wells", projectCode="WELLS")
    await taken(house, gift("1", ("GENERAL", 1000), ("WELLS", 501)))

    async def take(id_: str, minor: int | None, version: int = 1) -> Outcome:
        change = ReverseGift(key=key(id_), of=key("1"), version=version, on=date(2024, 1, 2), minor=minor)
        (outcome,) = await told(house, change)
        return outcome

    assert (await take("b1", 100)).did == "made"
    assert (await take("b1", 100)).did == "same"
    assert await given_to(house, "WELLS") == (5.01 - 0.34, 1, 1)
    assert (await take("b1", 40, version=2)).did == "changed"
    assert (await take("b2", 1462)).problem is Problem.REVERSAL_EXCEEDS_GIFT
    assert (await take("b2", None)).did == "made"
    assert (await take("b3", None)).problem is Problem.REVERSAL_EXCEEDS_GIFT
    assert [await given_to(house, code) for code in ("WELLS", "GENERAL")] == [(0, 1, 1), (0, 1, 1)]
    (refused,) = await told(house, gift("1", ("GENERAL", 1500), version=2))
    assert refused.problem is Problem.GIFT_REVERSED
    back = await the_gift(house, "b2")
    assert (back["giftType"], back["amount"]) == ("Reversing Transaction", -14.61)


async def test_what_was_taken_back_goes_with_its_gift_to_another_giver(house: House, rows: OwnRows) -> None:
    await taken(house, gift("1", ("GENERAL", 1000)))
    await told(house, ReverseGift(key=key("b1"), of=key("1"), version=1, on=date(2024, 1, 2), minor=400))
    bea = person("b1", name="Bea", first_name="Bea", email="b@x.org")
    await told(house, bea, gift("1", ("GENERAL", 1000), version=2, giver=bea.key))
    contacts = await rows.fetch("SELECT DISTINCT contact_id FROM crm.gift WHERE organization_id = $1")
    assert [row["contact_id"] for row in contacts] == [(await the_contact(house, "b1"))["id"]]


async def test_a_gift_nobody_has_cannot_be_taken_back(house: House) -> None:
    (outcome,) = await told(house, ReverseGift(key=key("b"), of=key("none"), version=1, on=date(2024, 1, 2)))
    assert (outcome.did, outcome.problem, outcome.crm_id) == ("refused", Problem.GIFT_UNKNOWN, None)


async def test_of_each_project_stays_as_much_as_was_taken_back_of_it(house: House) -> None:
    await project(house.tenant, "Wells", projectCode="WELLS")
    await taken(house, gift("1", ("GENERAL", 50), ("WELLS", 50)))
    await told(house, ReverseGift(key=key("r"), of=key("1"), version=1, on=date(2024, 1, 2), minor=60))
    (refused,) = await told(house, gift("1", ("GENERAL", 60), version=2))
    assert refused.problem is Problem.GIFT_REVERSED
    assert refused.detail == str((await the_gift(house, "r"))["id"])
    assert did(await told(house, gift("1", ("GENERAL", 30), ("WELLS", 30), version=2))) == ["changed"]
    (more,) = await told(house, ReverseGift(key=key("r2"), of=key("1"), version=1, on=date(2024, 1, 2)))
    assert more.problem is Problem.REVERSAL_EXCEEDS_GIFT


async def test_a_gift_s_key_and_a_reversal_s_are_never_taken_for_each_other(house: House) -> None:
    await taken(house, gift("g", ("GENERAL", 100)), gift("h", ("GENERAL", 300)))

    async def take(id_: str, of: str, version: int) -> Outcome:
        change = ReverseGift(key=key(id_), of=key(of), version=version, on=date(2024, 1, 2), minor=60)
        return (await told(house, change))[0]

    assert (await take("r", "g", 1)).did == "made"
    for outcome in (
        await take("r", "h", 2),
        await take("g", "g", 2),
        await take("h", "g", 2),
        await take("h", "g", 1),
    ):
        assert (outcome.did, outcome.problem, outcome.crm_id) == ("refused", Problem.KEY_TAKEN, None)
    (outcome,) = await told(house, gift("r", ("GENERAL", 70), version=2))
    assert outcome.problem is Problem.KEY_TAKEN
    assert (await the_gift(house, "g"))["amount"] == 1


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"designations": ()}, "designations"),
        ({"amount_minor": 6}, "designations"),
        ({"amount_minor": -5}, "amount_minor"),
        ({"amount_minor": 2**70}, "amount_minor"),
        ({"currency": "EURO"}, "currency"),
        ({"version": 2**31}, "version"),
        ({"version": 0}, "version"),
    ],
)
async def test_what_no_gift_can_be_is_refused_alone(house: House, broken: dict[str, Any], field: str) -> None:
    bad = replace(gift("bad", ("GENERAL", 5)), **broken)
    outcomes = await told(house, person(), gift("1", ("GENERAL", 5)), bad)
    assert [(each.did, each.problem, each.detail) for each in outcomes[1:]] == [
        ("made", None, None),
        ("refused", Problem.INVALID, field),
    ]


# --- contacts --------------------------------------------------------------------------------------------------


async def test_what_the_source_says_otherwise_than_before_is_taken_over_and_nothing_else(
    house: House, rows: OwnRows
) -> None:
    contact_id, _ = await taken(house)
    await staff_edits(rows, contact_id, last_name="Lovelace")
    changed = person(version=2, phone="555-0199", city="York", address1="1 Oak St")
    assert did(await told(house, changed)) == ["changed"]
    found = await the_contact(house)
    (individual,) = found["contactIndividuals"]
    assert individual["lastName"] == "Lovelace", "what staff edited stays"
    assert {method["value"] for method in individual["contactMethods"]} == {"Ada@example.org", "555-0199"}
    assert found["address"]["city"] == "York"
    assert did(
        await told(house, replace(changed, version=3, person=replace(changed.person, last_name="King")))
    ) == ["changed"]
    assert (await the_contact(house))["contactIndividuals"][0]["lastName"] == "King"


async def staff_edits(rows: OwnRows, contact_id: int, *, last_name: str) -> None:
    """What an operation that edits a contact will do: keep the sources' words, then write."""
    await rows.fetch("SELECT crm_code.keep_words($1, $2)", [contact_id])
    await rows.fetch(
        "UPDATE crm.contact_individual SET last_name = $2 WHERE organization_id = $1 RETURNING id", last_name
    )


async def test_every_field_of_a_person_is_written_and_changed(house: House, rows: OwnRows) -> None:
    for version in (1, 2):
        said = {name: f"{name} {version}" for name in Person.__struct_fields__}
        await told(house, person(version=version, **said))
        (there,) = await rows.fetch("SELECT * FROM crm.contact_individual WHERE organization_id = $1")
        assert {name: there[name] for name in said} == said


async def test_of_a_contact_that_was_here_first_only_what_the_source_changes_changes(house: House) -> None:
    await taken(house, contact=person("b1", version=1, phone="555-0100", city="Ely"))
    same = person("a1", phone=None, city=None)
    assert did(await told(house, same)) == ["same"], "found by e-mail and name"
    assert did(await told(house, replace(same, version=2, reach=replace(same.reach, city="York")))) == [
        "changed"
    ]
    found = await the_contact(house)
    assert (await the_contact(house, "b1"))["id"] == found["id"]
    (individual,) = found["contactIndividuals"]
    assert "555-0100" in {method["value"] for method in individual["contactMethods"]}


async def test_two_sources_of_one_contact_change_it_in_turn(house: House) -> None:
    await told(house, person("a1"))
    assert did(await told(house, person("b1"))) == ["same"]
    first, second = person("a1", version=2), person("b1", version=2, phone="555-0111")
    first = replace(first, person=replace(first.person, prefix="Dr."))
    assert did(await told(house, first, second)) == ["changed", "changed"]
    (individual,) = (await the_contact(house))["contactIndividuals"]
    assert individual["prefix"] == "Dr."
    assert "555-0111" in {method["value"] for method in individual["contactMethods"]}


async def test_a_merged_giver_s_gifts_go_to_the_survivor_with_all_figures(house: House) -> None:
    bea = person("b1", name="Bea", first_name="Bea", email="b@x.org")
    await taken(house, gift("1", ("GENERAL", 1000)), gift("2", ("GENERAL", 500)))
    await told(house, bea, gift("3", ("GENERAL", 200), giver=bea.key))
    merge = MergeContacts(key=key("a1"), into=key("b1"), version=1)
    assert did(await told(house, merge)) == ["changed"]
    assert did(await told(house, merge)) == ["same"]
    assert await given_to(house, "GENERAL") == (17, 3, 1)
    gone = (await told(house, gift("4", ("GENERAL", 100))))[0]
    assert gone.did == "made"
    assert (await the_gift(house, "4"))["contactId"] == (await the_contact(house, "b1"))["id"]
    (refused,) = await told(house, MergeContacts(key=key("a1"), into=key("nobody"), version=1))
    assert refused.problem is Problem.GIVER_UNKNOWN


# --- shares ----------------------------------------------------------------------------------------------------


async def test_shares_of_a_reversal_sum_and_take_no_more_than_there_is(house: House) -> None:
    rng = random.Random(1)
    async with house.app.db.tenant(house.tenant.id) as tx:
        for _ in range(300):
            parts = [rng.randint(1, 10 ** rng.randint(1, 15)) for _ in range(rng.randint(1, 6))]
            minor = rng.randint(1, sum(parts))
            shares = await tx.conn.fetchval("SELECT crm_code.shares($1, $2)", parts, minor)
            assert sum(shares) == minor, (parts, minor, shares)
            assert all(0 <= share <= part for share, part in zip(shares, parts, strict=True))


async def test_a_reversal_told_again_is_the_same_and_a_changed_one_keeps_its_designations(
    house: House, rows: OwnRows
) -> None:
    back = ReverseGift(key=key("back"), of=key("1"), version=1, on=date(2024, 1, 2), minor=400)
    await taken(house, gift("1", ("GENERAL", 1000)))
    await told(house, back)
    (first,) = [part["id"] for part in (await the_gift(house, "back"))["giftDesignations"]]
    assert did(await told(house, replace(back, version=2))) == ["same"]
    assert did(await told(house, replace(back, version=2, minor=500))) == ["same"], "no later version"
    assert did(await told(house, replace(back, version=3, minor=500))) == ["changed"]
    (again,) = [part["id"] for part in (await the_gift(house, "back"))["giftDesignations"]]
    events = await rows.fetch(
        "SELECT kind FROM crm.event WHERE organization_id = $1 AND kind = 'gift.updated'"
    )
    assert (again, len(events)) == (first, 1)

"""What names a contact beside who gave follows its merge: grants that it receives, gifts that came through it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from almoner.crm.contract import MergeContacts
from tests.api.crm.accepted import key, person, problem, told
from tests.api.crm.grants.sample import body as grant
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

NAMES = {"a1": "Ada", "b1": "Bea", "c1": "Cy", "d1": "Dee"}


@pytest.fixture
async def people(house: House) -> dict[str, int]:
    """Four contacts by their keys."""
    said = [
        person(id_, name=name, first_name=name, email=f"{name}@x.org", phone=None)
        for id_, name in NAMES.items()
    ]
    return dict(zip(NAMES, [outcome.crm_id or 0 for outcome in await told(house, *said)], strict=True))


async def merge(house: House, id_: str, into: str) -> None:
    """One contact is another."""
    (outcome,) = await told(house, MergeContacts(key=key(id_), into=key(into), version=9))
    assert outcome.did == "changed"


async def give(house: House, giver: int, amount: int, **through: Any) -> Any:
    """A gift that came through others."""
    split = [{"projectCode": "GENERAL", "amount": amount}]
    return await house.tenant.crm.post(
        "/crm/api/Gift", {"contactId": giver, "amount": amount, "giftDesignations": split, **through}
    )


async def passed(house: House, gift: Any) -> dict[int, float]:
    """Through whom a gift came, as it is read, and how much."""
    there = await house.tenant.crm.get(f"/crm/api/Gift/{gift['id']}")
    return {each["contactId"]: each["amount"] for each in there["giftPassthroughs"]}


async def listed(house: House, contact_id: int) -> list[int]:
    """The gifts that came through a contact, as they are listed and found."""
    page = await house.tenant.crm.get(
        f"/crm/api/Gift/Passthrough/ByContact/{contact_id}", sortBy="id", take=100
    )
    condition = {"parameter": "Passthrough Contact Id", "operator": "Is", "value": contact_id}
    found = await house.tenant.crm.post(
        "/crm/api/Gift/Query", {"groups": [{"conditions": [condition]}], "take": 100}
    )
    ids = [row["id"] for row in page["list"]]
    assert sorted(row["id"] for row in found["list"]) == ids
    return ids


async def test_a_grant_is_received_by_the_survivor(
    house: House, people: dict[str, int], rows: OwnRows
) -> None:
    crm = house.tenant.crm
    said = grant("spring", grantingOrganizationId=people["c1"], receivingOrganizationId=people["a1"])
    made = await crm.post("/crm/api/Grant", said)
    own = await crm.post(
        "/crm/api/Grant",
        grant("fall", grantingOrganizationId=people["a1"], receivingOrganizationId=people["a1"]),
    )
    await merge(house, "a1", "b1")
    there = await crm.get(f"/crm/api/Grant/{made['id']}")
    assert (there["grantingOrganizationId"], there["receivingOrganizationId"]) == (people["c1"], people["b1"])
    both = await crm.get(f"/crm/api/Grant/{own['id']}")
    assert (both["grantingOrganizationId"], both["receivingOrganizationId"]) == (people["b1"], people["b1"])
    page = await crm.get(f"/crm/api/Grant/ByContact/{people['b1']}", sortBy="id")
    assert [row["id"] for row in page["list"]] == [made["id"], own["id"]]
    (event,) = await rows.fetch(
        "SELECT key_id, version, data FROM crm.event WHERE organization_id = $1 AND kind = 'grant_award.updated' AND record_id = $2",
        made["id"],
    )
    assert (event["key_id"], event["version"]) == (people["c1"], 2)
    assert str(people["a1"]) in event["data"]


async def test_a_gift_came_through_the_survivor(house: House, people: dict[str, int]) -> None:
    a, b, c, d = people.values()
    one = await give(house, c, 10, contactPassthroughId=a)
    all_three = [{"contactId": id_, "amount": much} for much, id_ in enumerate((d, a, b), start=1)]
    several = await give(house, c, 10, giftPassthroughs=all_three)
    own = await give(
        house, b, 10, giftPassthroughs=[{"contactId": a, "amount": 4}, {"contactId": d, "amount": 5}]
    )
    moved = await give(house, a, 10, contactPassthroughId=b)
    await merge(house, "a1", "b1")
    assert [await passed(house, gift) for gift in (one, several, own, moved)] == [
        {b: 10},
        {d: 1, b: 5},
        {d: 5},
        {},
    ], "who gave a gift did not pass it on"
    assert (await listed(house, a), await listed(house, b)) == ([], [one["id"], several["id"]])
    there = await house.tenant.crm.get(f"/crm/api/Gift/{several['id']}")
    assert await house.tenant.crm.put(f"/crm/api/Gift/{several['id']}", there) == there
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_gift_that_names_a_merged_contact_came_through_the_survivor(
    house: House, people: dict[str, int]
) -> None:
    a, b, c, _ = people.values()
    await merge(house, "a1", "b1")
    both = [{"contactId": a, "amount": 2}, {"contactId": b, "amount": 3}]
    gift = await give(house, c, 10, giftPassthroughs=both)
    assert await passed(house, gift) == {b: 5}
    since = await house.tenant.crm.put(f"/crm/api/Gift/{gift['id']}", {"contactPassthroughId": a})
    assert since["contactPassthroughId"] == b
    split = [{"projectCode": "GENERAL", "amount": 1}]
    own = {"contactId": b, "amount": 1, "giftDesignations": split, "contactPassthroughId": a}
    assert (await problem(house.tenant, "POST", "Gift", json=own))[2] == ["contactPassthroughId"]


async def test_gifts_that_come_while_contacts_are_merged_come_through_the_survivor(
    house: House, people: dict[str, int]
) -> None:
    a, b, c, d = people.values()

    async def given(giver: int) -> list[Any]:
        return [await give(house, giver, 10, contactPassthroughId=a) for _ in range(12)]

    async def merged() -> None:
        await asyncio.sleep(0.05)
        await merge(house, "a1", "b1")

    first, second, _ = await asyncio.gather(given(c), given(d), merged())
    assert await listed(house, a) == []
    assert await listed(house, b) == sorted(gift["id"] for gift in (*first, *second))


PROMISES: dict[str, dict[str, Any]] = {
    "RecurringGift": {
        "startDate": "2024-01-31",
        "frequency": "Monthly",
        "amount": 5,
        "designations": [{"projectCode": "GENERAL", "amountDesignated": 5}],
    },
    "v2/Pledge": {"amountPledged": 5, "frequency": "Once", "pledgeDate": "2024-01-15"},
    "GiftAsk": {"askAmount": 5, "askDate": "2024-03-01", "askType": "FixedAsk", "status": "asked"},
    "PlannedGift": {"anticipatedAmount": 5, "plannedGiftDate": "2024-03-01", "plannedGiftType": "Annuity"},
}


@pytest.mark.parametrize("kind", PROMISES)
async def test_a_promise_for_a_merged_contact_is_the_survivor_s(
    house: House, people: dict[str, int], kind: str
) -> None:
    await merge(house, "a1", "b1")
    made = await house.tenant.crm.post(f"/crm/api/{kind}", {**PROMISES[kind], "contactId": people["a1"]})
    assert made["contactId"] == people["b1"]
    assert (await house.tenant.crm.get(f"/crm/api/{kind}/ByContact/{people['b1']}"))["total"] == 1
    assert (await house.tenant.crm.get(f"/crm/api/{kind}/ByContact/{people['a1']}"))["total"] == 0


async def test_a_grant_of_merged_organizations_is_the_survivors(house: House, people: dict[str, int]) -> None:
    await merge(house, "a1", "b1")
    await merge(house, "c1", "d1")
    said = grant("Wells", grantingOrganizationId=people["a1"], receivingOrganizationId=people["c1"])
    made = await house.tenant.crm.post("/crm/api/Grant", said)
    assert (made["grantingOrganizationId"], made["receivingOrganizationId"]) == (people["b1"], people["d1"])


async def test_a_person_of_another_contact_plans_no_gift(house: House, people: dict[str, int]) -> None:
    ada, bea = [
        (await house.tenant.crm.get(f"/crm/api/Contact/{people[id_]}"))["contactIndividuals"][0]["id"]
        for id_ in ("a1", "b1")
    ]
    said = {**PROMISES["PlannedGift"], "contactId": people["a1"]}
    status, _, fields = await problem(
        house.tenant, "POST", "PlannedGift", json={**said, "contactIndividualId": bea}
    )
    assert (status, fields) == (422, ["contactIndividualId"])
    await merge(house, "a1", "b1")
    for person_id in (ada, bea):
        made = await house.tenant.crm.post("/crm/api/PlannedGift", {**said, "contactIndividualId": person_id})
        assert (made["contactId"], made["contactIndividualId"]) == (people["b1"], person_id)

"""Grants, asks and planned gifts: read as written, found, and kept by gifts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.accepted import problem
from tests.api.crm.contacts import sample as contacts
from tests.api.crm.gift_asks.sample import body as ask
from tests.api.crm.grants.sample import body as grant
from tests.api.crm.planned_gifts.sample import body as planned
from tests.support.house import House

pytestmark = pytest.mark.anyio

KINDS = [
    ("GiftAsk", "giftAskId", lambda contact_id: ask("spring", contactId=contact_id)),
    ("PlannedGift", "plannedGiftId", lambda contact_id: planned(contactId=contact_id)),
    ("Grant", "grantId", lambda contact_id: grant("spring", grantingOrganizationId=contact_id)),
]


@pytest.fixture
async def giver(house: House) -> int:
    """A contact who gave once."""
    return int((await contacts.make(house.tenant, "ada"))["id"])


def gift(contact_id: int, amount: int, **more: Any) -> dict[str, Any]:
    """A gift to the default project."""
    split = [{"projectCode": "GENERAL", "amount": amount}]
    return {"contactId": contact_id, "amount": amount, "giftDesignations": split, **more}


@pytest.mark.parametrize(("kind", "key", "body"), KINDS)
async def test_gifts_that_keep_it_are_listed_and_counted(
    house: House, giver: int, kind: str, key: str, body: Any
) -> None:
    crm = house.tenant.crm
    made = await crm.post(f"/crm/api/{kind}", body(giver))
    assert await crm.get(f"/crm/api/{kind}/{made['id']}/Gifts") == []
    first = await crm.post("/crm/api/Gift", gift(giver, 30, **{key: made["id"]}))
    assert first[key] == made["id"]
    await crm.post("/crm/api/Gift/ReversingTransaction", {"reversedGiftId": first["id"], "amount": 10})
    assert [each["id"] for each in await crm.get(f"/crm/api/{kind}/{made['id']}/Gifts")] == [first["id"]]
    assert (await crm.get(f"/crm/api/{kind}/{made['id']}"))["amountGiven"] == 20


@pytest.mark.parametrize(("kind", "key", "body"), KINDS)
async def test_what_was_read_and_is_sent_back_changes_nothing(
    house: House, giver: int, kind: str, key: str, body: Any
) -> None:
    made = await house.tenant.crm.post(f"/crm/api/{kind}", body(giver))
    assert await house.tenant.crm.put(f"/crm/api/{kind}/{made['id']}", made) == made, key


async def test_a_planned_gift_reads_as_clients_rely_on(house: House, giver: int) -> None:
    made = await house.tenant.crm.post("/crm/api/PlannedGift", planned(contactId=giver))
    told = {
        name: made[name]
        for name in ("plannedGiftDate", "pkannedGiftType", "anticipatedAmount", "frequency", "fulfilled")
    }
    assert told == {"plannedGiftDate": "3/1/2024", "pkannedGiftType": "Annuity", "anticipatedAmount": "$10.00",
                    "frequency": "Once", "fulfilled": "No"}  # fmt: skip
    await house.tenant.crm.post("/crm/api/Gift", gift(giver, 10, plannedGiftId=made["id"]))
    assert (await house.tenant.crm.get(f"/crm/api/PlannedGift/{made['id']}"))["fulfilled"] == "Yes"


@pytest.mark.parametrize("amount", [None, "", "ten", -1, [1], True])
async def test_an_amount_that_is_none_is_refused(house: House, giver: int, amount: Any) -> None:
    said = planned(contactId=giver, anticipatedAmount=amount)
    assert await problem(house.tenant, "POST", "PlannedGift", json=said) == (
        422,
        "VALIDATION_FAILED",
        ["anticipatedAmount"],
    )


async def test_a_grant_is_read_by_its_reference_which_is_its_own(house: House, giver: int) -> None:
    crm = house.tenant.crm
    made = await crm.post("/crm/api/Grant", grant("spring", grantingOrganizationId=giver))
    assert (await crm.get("/crm/api/Grant/ByReference/spring"))["id"] == made["id"]
    again = grant("spring", grantingOrganizationId=giver)
    assert await problem(house.tenant, "POST", "Grant", json=again) == (409, "CONFLICT", ["referenceId"])
    other = await crm.post("/crm/api/Grant", grant("fall", grantingOrganizationId=giver))
    taken = await problem(house.tenant, "PUT", f"Grant/{other['id']}", json=again)
    assert taken == (409, "CONFLICT", ["referenceId"])


async def test_a_grant_is_deleted_unless_a_gift_pays_it(house: House, giver: int) -> None:
    crm = house.tenant.crm
    paid, unpaid = [
        await crm.post("/crm/api/Grant", grant(name, grantingOrganizationId=giver))
        for name in ("spring", "fall")
    ]
    await crm.post("/crm/api/Gift", gift(giver, 5, grantId=paid["id"]))
    assert await problem(house.tenant, "DELETE", f"Grant/{paid['id']}") == (409, "CONFLICT", [])
    assert (await crm.call("DELETE", f"/crm/api/Grant/{unpaid['id']}")).status_code == 200
    assert (await problem(house.tenant, "GET", f"Grant/{unpaid['id']}"))[0] == 404


async def test_grants_are_listed_with_who_gives_and_who_receives(house: House, giver: int) -> None:
    crm = house.tenant.crm
    other = (await contacts.make(house.tenant, "bea"))["id"]
    await crm.post(
        "/crm/api/Grant", grant("spring", grantingOrganizationId=giver, receivingOrganizationId=other)
    )
    assert [(await crm.get(f"/crm/api/Grant/ByContact/{one}"))["total"] for one in (giver, other)] == [1, 1]

"""The page on funds, campaigns and designations, for what this version covers."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.sync.entities.donor import SOURCE
from tests.api.refusals import assert_invalid
from tests.support.house import House, Tenant, give_body

pytestmark = pytest.mark.anyio

CLEAN_WATER = {
    "name": "Clean Water Initiative",
    "projectCode": "CLEAN-WATER",
    "externalAccountingCode": "5101-001",
    "onlineDisplayName": "Clean Water",
    "type": "Program",
    "location": "International",
    "isPublic": True,
    "isActive": True,
    "isAvailableOnline": True,
    "isTaxDeductible": True,
}


async def fund(tenant: Tenant, code: str, **more: Any) -> Any:
    """A project in both products under one code; the CRM's."""
    await tenant.raise_.post("/raise/api/Project", {"name": code.title(), "code": code})
    return await tenant.crm.post("/crm/api/Project", {"name": code.title(), "projectCode": code, **more})


async def given(tenant: Tenant, amount: object, *parts: tuple[str, object]) -> Any:
    """The CRM's gift of a give that was split over projects by code."""
    projects = [{"code": code, "amount": part} for code, part in parts]
    gift = await tenant.give(amount, projects=projects)
    assert (await tenant.settled("gift", gift["id"]))["state"] == "synced"
    return await tenant.crm.get(f"/crm/api/Gift/{SOURCE}/{gift['id']}")


async def test_a_project_reads_as_in_the_sample(house: House) -> None:
    made = await house.tenant.crm.post("/crm/api/Project", {**CLEAN_WATER, "currentBalance": 47823.50})
    read = await house.tenant.crm.get(f"/crm/api/Project/{made['id']}")
    assert {name: read[name] for name in CLEAN_WATER} == CLEAN_WATER
    assert (read["currentBalance"], read["lifeToDateGiving"], read["lifeToDateGiftCount"]) == (47823.50, 0, 0)


async def test_a_project_is_found_by_id_and_by_code_in_any_case(house: House) -> None:
    made = await house.tenant.crm.post("/crm/api/Project", CLEAN_WATER)
    for path in (f"{made['id']}", "Code/CLEAN-WATER", "Code/clean-water", "code/Clean-Water"):
        assert (await house.tenant.crm.get(f"/crm/api/Project/{path}"))["id"] == made["id"]


async def test_a_code_may_hold_a_slash_or_a_blank(house: House) -> None:
    for code in ("WATER/2024", "CLEAN WATER", "Büro", "50%"):
        made = await house.tenant.crm.post("/crm/api/Project", {"name": code, "projectCode": code})
        answer = await house.tenant.crm.client.get(f"/crm/api/Project/Code/{_quoted(code)}")
        assert answer.status_code == 200 and answer.json()["id"] == made["id"], code


def _quoted(code: str) -> str:
    return "".join(f"%{byte:02X}" for byte in code.encode())


async def test_the_split_of_the_sample_arrives_as_two_designations(house: House) -> None:
    water, school = await fund(house.tenant, "CLEAN-WATER"), await fund(house.tenant, "EDUCATION")
    gift = await given(house.tenant, "500.00", ("CLEAN-WATER", "300.00"), ("EDUCATION", "200.00"))
    parts = [
        (part["projectCode"], part["projectId"], part["amountDesignated"])
        for part in gift["giftDesignations"]
    ]
    assert parts == [("CLEAN-WATER", water["id"], 300), ("EDUCATION", school["id"], 200)]
    assert len({part["id"] for part in gift["giftDesignations"]}) == 2
    assert gift["giftDesignations"][0]["project"] == water["name"]


async def test_the_single_project_gift_of_the_sample(house: House) -> None:
    await fund(house.tenant, "CLEAN-WATER", externalAccountingCode="5101-001")
    gift = await given(house.tenant, 500.00, ("CLEAN-WATER", 500.00))
    (part,) = gift["giftDesignations"]
    assert (part["amountDesignated"], part["externalAccountingCode"]) == (500, "5101-001")


async def test_a_gift_that_names_no_project_has_one_all_the_same(house: House) -> None:
    gift = await house.tenant.give(40)
    await house.tenant.settled("gift", gift["id"])
    read = await house.tenant.crm.get(f"/crm/api/Gift/{SOURCE}/{gift['id']}")
    assert [(part["projectCode"], part["amountDesignated"]) for part in read["giftDesignations"]] == [
        ("GENERAL", 40)
    ]


@pytest.mark.parametrize("parts", [("300.00", "199.99"), ("300.00", "200.01"), ("500.00", "500.00")])
async def test_a_split_that_does_not_sum_is_refused(house: House, parts: tuple[str, str]) -> None:
    await fund(house.tenant, "CLEAN-WATER")
    await fund(house.tenant, "EDUCATION")
    projects = [
        {"code": code, "amount": part} for code, part in zip(("CLEAN-WATER", "EDUCATION"), parts, strict=True)
    ]
    answer = await house.tenant.raise_.call(
        "POST", "/raise/api/Raise/give", json=give_body("500.00", projects=projects)
    )
    assert_invalid("raise", answer, {"projects"})


async def test_the_balance_follows_every_gift(house: House) -> None:
    water = await fund(house.tenant, "CLEAN-WATER", beginningBalance="100.00")
    await given(house.tenant, "500.00", ("CLEAN-WATER", "300.00"), ("GENERAL", "200.00"))
    await given(house.tenant, "0.05", ("CLEAN-WATER", "0.05"))
    balance = await house.tenant.crm.get(f"/crm/api/Project/{water['id']}/Balance")
    assert (
        balance.items()
        >= {
            "projectId": water["id"],
            "beginningBalance": 100,
            "currentBalance": 400.05,
            "lifeToDateGiving": 300.05,
            "lifeToDateGiftCount": 2,
        }.items()
    )


async def test_a_sub_project_rolls_up_to_its_parent(house: House) -> None:
    water = await fund(house.tenant, "CLEAN-WATER")
    africa = await fund(house.tenant, "AFRICA", parentId=water["id"])
    assert (africa["parentId"], africa["parentName"], africa["isSubProject"]) == (
        water["id"],
        water["name"],
        True,
    )
    await given(house.tenant, "80.00", ("AFRICA", "80.00"))
    await given(house.tenant, "20.00", ("CLEAN-WATER", "20.00"))
    totals = [
        (read["lifeToDateGiving"], read["lifeToDateGiftCount"])
        for read in [await house.tenant.crm.get(f"/crm/api/Project/{one['id']}") for one in (africa, water)]
    ]
    assert totals == [(80, 1), (100, 2)]


async def test_an_inactive_project_takes_no_new_gift_and_keeps_its_old_ones(house: House) -> None:
    water = await fund(house.tenant, "CLEAN-WATER")
    await given(house.tenant, 5, ("CLEAN-WATER", 5))
    await house.tenant.crm.put(f"/crm/api/Project/{water['id']}/Active", active="false")
    gift = await house.tenant.give(7, projects=[{"code": "CLEAN-WATER"}])
    state = await house.tenant.settled("gift", gift["id"])
    assert (state["state"], state["reason"]) == ("failed", "project_inactive")
    assert (await house.tenant.crm.get(f"/crm/api/Project/{water['id']}"))["lifeToDateGiving"] == 5
    await house.tenant.crm.put(f"/crm/api/Project/{water['id']}/Active", active="true")


async def test_campaigns_are_not_made_through_the_crm(house: House) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert (await house.tenant.crm.call(method, "/crm/api/Campaign/22", json={})).status_code in (
            404,
            405,
        )
